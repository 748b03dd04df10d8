/** The timeline of all ranks from that of the folded graph. */

import { type RankColumns, rankFinder } from "../rank-columns.js";
import type { SimulationGraph } from "../simulation-graph.js";
import { BY_WAIT, type Times, UNBOUND } from "../timeline.js";
import type { FoldedGraph } from "./quotient.js";

export function unfold(
	graph: SimulationGraph,
	ranks: readonly RankColumns[],
	folded: FoldedGraph,
	times: Times,
): Times {
	const { taskCount } = graph;
	const startNs = new Float64Array(taskCount);
	const finishNs = new Float64Array(taskCount);
	const boundBy = new Uint32Array(taskCount);
	const waitResolved = new Uint32Array(graph.waitTask.length);
	for (const [r, { begin, end, firstEdge, waits }] of ranks.entries()) {
		const first = folded.beginOf[r]!;
		const last = first + end - begin;
		startNs.set(times.startNs.subarray(first, last), begin);
		finishNs.set(times.finishNs.subarray(first, last), begin);
		const edgeShift = firstEdge - folded.graph.predOffset[first]!;
		const waitShift = folded.waitsOf[r]!;
		for (let task = first; task < last; task++) {
			const bound = times.boundBy[task]!;
			const at = begin + task - first;
			if (bound < BY_WAIT) boundBy[at] = bound + edgeShift;
			else boundBy[at] = bound === UNBOUND ? UNBOUND : BY_WAIT + waits[bound - BY_WAIT - waitShift]!;
		}
		for (const [i, wait] of waits.entries()) {
			const resolved = times.waitResolved[waitShift + i]!;
			waitResolved[wait] = resolved === UNBOUND ? UNBOUND : resolved - first + begin;
		}
	}
	const firstShared = ranks.at(-1)!.end;
	for (const [s, task] of folded.sharedAs.entries()) {
		startNs[firstShared + s] = times.startNs[task]!;
		finishNs[firstShared + s] = times.finishNs[task]!;
	}
	// Members of a shared task are in one order here and in another there: which is the first to bind it is seen anew.
	for (let task = firstShared; task < taskCount; task++) boundBy[task] = firstBinding(graph, task, startNs, finishNs);
	const settledOrder = unfoldOrder(ranks, folded, times.settledOrder, taskCount);
	return { startNs, finishNs, boundBy, settledOrder, waitResolved, makespanNs: times.makespanNs };
}

/** The first edge that gives the task its start. */
function firstBinding(graph: SimulationGraph, task: number, startNs: Float64Array, finishNs: Float64Array): number {
	for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
		const slot = graph.pred[edge]!;
		const from = slot >>> 1;
		const readyNs = (slot & 1 ? finishNs : startNs)[from]! + graph.delayNs[edge]!;
		if (Math.max(readyNs, startNs[from]!) === startNs[task]) return edge;
	}
	return UNBOUND;
}

/** Each task with all that are like it at once: what they wait for has gone before, with all that are like that. */
function unfoldOrder(
	ranks: readonly RankColumns[],
	folded: FoldedGraph,
	order: Uint32Array,
	taskCount: number,
): Uint32Array {
	const foldedRanks = folded.graph.ranks!;
	const rankOf = rankFinder(foldedRanks);
	const beginsOf = foldedRanks.map(({ begin }) =>
		ranks.filter((rank, r) => folded.beginOf[r] === begin && rank.end > rank.begin).map((rank) => rank.begin),
	);
	const firstShared = ranks.at(-1)!.end;
	const foldedShared = foldedRanks.at(-1)!.end;
	const sharedLike: number[][] = Array.from({ length: folded.graph.taskCount - foldedShared }, () => []);
	for (const [s, task] of folded.sharedAs.entries()) sharedLike[task - foldedShared]!.push(firstShared + s);
	const unfolded = new Uint32Array(taskCount);
	let settled = 0;
	for (const task of order) {
		if (task >= foldedShared) {
			for (const like of sharedLike[task - foldedShared]!) unfolded[settled++] = like;
			continue;
		}
		const rank = rankOf(task);
		const place = task - foldedRanks[rank]!.begin;
		for (const begin of beginsOf[rank]!) unfolded[settled++] = begin + place;
	}
	return unfolded;
}
