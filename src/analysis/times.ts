/** When the tasks of a graph run: as measured, or as an engine computed it. Every measure takes either. */
import { type ExecutionGraph, type GraphRank, type GraphStep, NO_PROCESSOR } from "../graph/graph.js";

/** One entry a task, ns. */
export interface TaskTimes {
	readonly startNs: Float64Array;
	readonly finishNs: Float64Array;
}

/** A half-open stretch of time [startNs, endNs). */
export interface Window {
	readonly startNs: number;
	readonly endNs: number;
}

/** The times that the trace recorded. */
export function measuredTimes(graph: ExecutionGraph): TaskTimes {
	return { startNs: graph.measuredStartNs, finishNs: graph.measuredEndNs };
}

/** A step as it was measured. */
export function measuredWindow(step: GraphStep): Window {
	return { startNs: step.measuredStartNs, endNs: step.measuredEndNs };
}

/**
 * A step in replayed times: from the finish of its begin marker to the finish of its end marker. The step `all` of a
 * trace without steps runs from its source to the last finish of its rank.
 */
export function replayedWindow(graph: ExecutionGraph, step: GraphStep, times: TaskTimes): Window {
	const startNs = times.finishNs[step.beginTask]!;
	if (step.endTask !== NO_PROCESSOR) return { startNs, endNs: times.finishNs[step.endTask]! };
	return { startNs, endNs: times.finishNs[lastToFinish(rankOf(graph, step.rank), times)]! };
}

/** The task of a rank that finishes last; of several, the first. */
export function lastToFinish(rank: GraphRank, times: TaskTimes): number {
	let last = rank.begin;
	for (let task = rank.begin; task < rank.end; task++) {
		if (times.finishNs[task]! > times.finishNs[last]!) last = task;
	}
	return last;
}

/** Index in `ranks` of the rank that a task belongs to; -1 for a rendezvous, which is of none. */
export function rankIndexOf(ranks: readonly GraphRank[], task: number): number {
	let low = 0;
	let high = ranks.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (ranks[middle]!.begin <= task) low = middle + 1;
		else high = middle;
	}
	return low > 0 && task < ranks[low - 1]!.end ? low - 1 : -1;
}

export function rankOf(graph: ExecutionGraph, rank: number): GraphRank {
	const found = graph.ranks.find((candidate) => candidate.rank === rank);
	if (found === undefined) throw new Error(`the graph has no rank ${rank}`);
	return found;
}
