/**
 * What stands in the way: kernels that run while nothing else runs on the device, and operators whose own CPU time
 * passes while the device has nothing to do.
 */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import type { DeviceIntervals } from "./device-intervals.js";
import { gapAt, type IdleGaps, idleIn } from "./idle.js";
import type { NameTotals } from "./name-totals.js";
import type { TaskTimes, Window } from "./times.js";

/** Adds the device work of a window: its time, and the part in which no other device work of the rank runs. */
export function addExposedKernels(
	totals: NameTotals,
	{ name }: Pick<ExecutionGraph, "name">,
	{ count, startNs, endNs, task }: DeviceIntervals,
	window: Window,
): void {
	// What runs, the last to end first: rarely more than one a stream.
	const running: number[] = [];
	let at = window.startNs;
	const advance = (to: number): void => {
		const clipped = Math.min(to, window.endNs);
		if (clipped <= at) return;
		if (running.length === 1) totals.addExposed(name[task[running[0]!]!]!, clipped - at);
		at = clipped;
	};
	for (let i = 0; i < count && startNs[i]! < window.endNs; i++) {
		const start = startNs[i]!;
		const end = endNs[i]!;
		if (end <= Math.max(window.startNs, start)) continue;
		while (running.length > 0 && endNs[running.at(-1)!]! <= start) {
			advance(endNs[running.at(-1)!]!);
			running.pop();
		}
		advance(start);
		let place = running.length;
		while (place > 0 && endNs[running[place - 1]!]! < end) place--;
		running.splice(place, 0, i);
		totals.add(name[task[i]!]!, 0, Math.min(end, window.endNs) - Math.max(start, window.startNs));
	}
	while (running.length > 0) {
		advance(endNs[running.at(-1)!]!);
		running.pop();
	}
}

/**
 * Adds the operator segments of a rank: their own time, and the part in which the device is idle.
 *
 * @param windows one after the other.
 * @param gaps of the device in each window.
 */
export function addExposedOperators(
	totals: NameTotals,
	graph: Pick<ExecutionGraph, "kind" | "name">,
	rank: GraphRank,
	times: TaskTimes,
	windows: readonly Window[],
	gaps: readonly IdleGaps[],
): void {
	const { kind, name } = graph;
	const { startNs, finishNs } = times;
	// Operators come nearly in order of time, so that the window and the gap of one are mostly those of the next.
	let w = 0;
	let gap = -1;
	for (let task = rank.begin; task < rank.end; task++) {
		if (kind[task] !== TaskKind.cpuOp) continue;
		const start = startNs[task]!;
		const end = finishNs[task]!;
		while (w > 0 && windows[w - 1]!.endNs > start) {
			w--;
			gap = -1;
		}
		while (w < windows.length && windows[w]!.startNs < end) {
			const window = windows[w]!;
			const from = Math.max(start, window.startNs);
			const to = Math.min(end, window.endNs);
			if (to > from) {
				const idle = gaps[w]!;
				gap = gapAt(idle, from, gap);
				const before = idleIn(idle, gap, from);
				gap = gapAt(idle, to, gap);
				totals.add(name[task]!, idleIn(idle, gap, to) - before, to - from);
			}
			if (window.endNs >= end) break;
			w++;
			gap = -1;
		}
	}
}
