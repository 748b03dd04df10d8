/**
 * Launch-bound time: the device is idle because the CPU has not issued the next work yet, that is idle gaps that end
 * with device work whose start its launch decided.
 */
import { EdgeKind, type ExecutionGraph } from "../graph/graph.js";
import { BindingCursor, type BoundTimes } from "./binding.js";
import type { DeviceIntervals } from "./device-intervals.js";
import { type IdleGaps, NO_INTERVAL } from "./idle.js";

/** In ns. Of several that end a gap at the same moment, one that is bound by its launch is enough. */
export function launchBoundNs(
	graph: ExecutionGraph,
	times: BoundTimes,
	intervals: DeviceIntervals,
	gaps: IdleGaps,
): number {
	const binding = new BindingCursor(graph, times);
	let total = 0;
	for (let gap = 0; gap < gaps.count; gap++) {
		const first = gaps.endedBy[gap]!;
		if (first === NO_INTERVAL) continue;
		for (let i = first; i < intervals.count && intervals.startNs[i] === intervals.startNs[first]; i++) {
			if (!binding.find(intervals.task[i]!) || binding.kind !== EdgeKind.launch) continue;
			total += gaps.endNs[gap]! - gaps.startNs[gap]!;
			break;
		}
	}
	return total;
}
