/** Measures on flat arrays: a graph, times of its tasks, a window; numbers out. */
export type { BoundTimes } from "./binding.js";
export { type Breakdown, breakdown } from "./breakdown.js";
export { type CollectiveTotals, collectiveTotals } from "./collectives.js";
export { type CriticalPath, criticalPath } from "./critical-path.js";
export { DeviceClass, type DeviceIntervals, deviceIntervals } from "./device-intervals.js";
export { countEdges, type EdgeCounts, type Evidence } from "./edges.js";
export {
	addExposedKernels,
	addExposedOperators,
	type Exposed,
	type ExposedTotals,
	mostExposed,
} from "./exposed.js";
export { type IdleGaps, idleGaps } from "./idle.js";
export { kernelStartError, type StartError } from "./kernel-start.js";
export { launchBoundNs } from "./launch-bound.js";
export {
	lastToFinish,
	measuredTimes,
	measuredWindow,
	rankOf,
	replayedWindow,
	type TaskTimes,
	type Window,
} from "./times.js";
export { utilisation } from "./utilisation.js";
