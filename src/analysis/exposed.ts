/**
 * What stands in the way: kernels that run while nothing else runs on the device, and operators whose own CPU time
 * passes while the device has nothing to do.
 */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import type { DeviceIntervals } from "./device-intervals.js";
import { gapAt, type IdleGaps, idleBefore, idleIn } from "./idle.js";
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
		let place = running.push(i) - 1;
		for (; place > 0 && endNs[running[place - 1]!]! < end; place--) running[place] = running[place - 1]!;
		running[place] = i;
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
	let { startNs: from, endNs: to }: Window = windows[0] ?? { startNs: 0, endNs: 0 };
	let idle = gaps[0]!;
	let gap = -1;
	for (let task = rank.begin; task < rank.end; task++) {
		if (kind[task] !== TaskKind.cpuOp) continue;
		const start = startNs[task]!;
		const end = finishNs[task]!;
		if (start >= from && end <= to) {
			if (start === end) continue;
			gap = gapAt(idle, start, gap);
			const before = idleIn(idle, gap, start);
			gap = gapAt(idle, end, gap);
			totals.add(name[task]!, idleIn(idle, gap, end) - before, end - start);
			continue;
		}
		for (let w = 0; w < windows.length; w++) {
			const clippedStart = Math.max(start, windows[w]!.startNs);
			const clippedEnd = Math.min(end, windows[w]!.endNs);
			if (clippedEnd <= clippedStart) continue;
			const exposed = idleBefore(gaps[w]!, clippedEnd) - idleBefore(gaps[w]!, clippedStart);
			totals.add(name[task]!, exposed, clippedEnd - clippedStart);
			({ startNs: from, endNs: to } = windows[w]!);
			idle = gaps[w]!;
			gap = -1;
		}
	}
}
