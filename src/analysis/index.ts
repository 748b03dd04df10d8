/** Measures on flat arrays: a graph, times of its tasks, a window; numbers out. */
export type { BoundTimes } from "./binding.js";
export { type Breakdown, breakdown } from "./breakdown.js";
export type { CollectiveTotals } from "./communication.js";
export { type CriticalPath, criticalPath } from "./critical-path.js";
export { DeviceClass, type DeviceIntervals, deviceIntervals } from "./device-intervals.js";
export { countEdges, type EdgeCounts, type Evidence } from "./edges.js";
export { type IdleGaps, idleGaps } from "./idle.js";
export { kernelStartError, type StartError } from "./kernel-start.js";
export { launchBoundNs } from "./launch-bound.js";
export { CAUSES, Cause } from "./legs.js";
export { type RankMeasures, rankMeasurer, type StepMeasures } from "./measure-rank.js";
export { type JobMeasures, mergeRanks } from "./merge-ranks.js";
export type { Exposed, NameTotals } from "./name-totals.js";
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
