/**
 * What stands in the way: kernels that run while nothing else runs on the device, and operators whose own CPU time
 * passes while the device has nothing to do.
 */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import { growableU32 } from "../lib/growable.js";
import { sortRows } from "../lib/sort.js";
import type { DeviceIntervals } from "./device-intervals.js";
import { type IdleGaps, idleBefore } from "./idle.js";
import type { TaskTimes, Window } from "./times.js";

/** Totals of a name, ns, clipped to the windows that were added. */
export interface ExposedTotal {
	exposedNs: number;
	totalNs: number;
	count: number;
}

/** By id in `graph.strings`. Adding window after window and rank after rank sums up. */
export type ExposedTotals = Map<number, ExposedTotal>;

/** Adds the device work of a window: its time, and the part in which no other device work of the rank runs. */
export function addExposedKernels(
	totals: ExposedTotals,
	graph: ExecutionGraph,
	intervals: DeviceIntervals,
	window: Window,
): void {
	const inWindow = growableU32();
	for (let i = 0; i < intervals.count && intervals.startNs[i]! < window.endNs; i++) {
		if (intervals.endNs[i]! > Math.max(window.startNs, intervals.startNs[i]!)) inWindow.push(i);
	}
	const rows = inWindow.view();
	const byEnd = sortRows(rows.slice(), intervals.endNs);
	const totalOf = (interval: number): ExposedTotal => entry(totals, graph.name[intervals.task[interval]!]!);
	let at = window.startNs;
	let running = 0;
	// The xor of all running intervals is the one that runs where there is only one.
	let who = 0;
	const advance = (to: number): void => {
		const clipped = Math.min(to, window.endNs);
		if (clipped <= at) return;
		if (running === 1) totalOf(who).exposedNs += clipped - at;
		at = clipped;
	};
	let next = 0;
	for (const ending of byEnd) {
		const end = intervals.endNs[ending]!;
		while (next < rows.length && intervals.startNs[rows[next]!]! < end) {
			const starting = rows[next++]!;
			advance(intervals.startNs[starting]!);
			running++;
			who ^= starting;
			const total = totalOf(starting);
			total.count++;
			total.totalNs +=
				Math.min(intervals.endNs[starting]!, window.endNs) - Math.max(intervals.startNs[starting]!, window.startNs);
		}
		advance(end);
		running--;
		who ^= ending;
	}
}

/** Adds the operator segments of a rank in a window: their own time, and the part in which the device is idle. */
export function addExposedOperators(
	totals: ExposedTotals,
	graph: ExecutionGraph,
	rank: GraphRank,
	times: TaskTimes,
	gaps: IdleGaps,
	window: Window,
): void {
	for (let task = rank.begin; task < rank.end; task++) {
		if (graph.kind[task] !== TaskKind.cpuOp) continue;
		const start = Math.max(times.startNs[task]!, window.startNs);
		const end = Math.min(times.finishNs[task]!, window.endNs);
		if (end <= start) continue;
		const total = entry(totals, graph.name[task]!);
		total.count++;
		total.totalNs += end - start;
		total.exposedNs += idleBefore(gaps, end) - idleBefore(gaps, start);
	}
}

export interface Exposed extends Readonly<ExposedTotal> {
	readonly name: string;
}

/** The names with the most exposed time, most first; equal ones by name, so that the order is always the same. */
export function mostExposed(totals: ExposedTotals, strings: readonly string[], limit: number): Exposed[] {
	return [...totals]
		.map(([id, total]) => ({ name: strings[id]!, ...total }))
		.filter((total) => total.exposedNs > 0)
		.sort((a, b) => b.exposedNs - a.exposedNs || (a.name < b.name ? -1 : 1))
		.slice(0, limit);
}

function entry(totals: ExposedTotals, name: number): ExposedTotal {
	let total = totals.get(name);
	if (total === undefined) {
		total = { exposedNs: 0, totalNs: 0, count: 0 };
		totals.set(name, total);
	}
	return total;
}
