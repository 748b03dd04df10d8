/** The tasks, edges and waits of each rank, and whether what folding and cutting assume of ranks is true. */
import { NO_PROCESSOR } from "../graph/graph.js";
import type { RankTasks, SimulationGraph } from "./simulation-graph.js";

/** A rank by itself: nothing in it depends on where it stands among the others. */
export interface RankColumns extends RankTasks {
	readonly firstEdge: number;
	readonly endEdge: number;
	/** Its processors are [firstProcessor, endProcessor). */
	readonly firstProcessor: number;
	readonly endProcessor: number;
	/** Its runtime dependencies, in the order of the graph. */
	readonly waits: Uint32Array;
}

/**
 * The ranks of a graph; undefined where there are none, where they do not stand one after the other before all else, or
 * where they share processors or ask about each other's streams.
 */
export function rankColumns(graph: SimulationGraph): RankColumns[] | undefined {
	const { ranks = [], predOffset, processor } = graph;
	if (ranks.length === 0 || ranks[0]!.begin !== 0) return undefined;
	const waits = waitsByRank(graph, ranks);
	if (!waits) return undefined;
	const columns: RankColumns[] = [];
	let free = 0;
	for (const [r, { begin, end }] of ranks.entries()) {
		if (end < begin || end > graph.taskCount || (r > 0 && begin !== ranks[r - 1]!.end)) return undefined;
		let first = NO_PROCESSOR;
		let last = -1;
		const include = (on: number): void => {
			if (on === NO_PROCESSOR) return;
			if (on < first) first = on;
			if (on > last) last = on;
		};
		for (let task = begin; task < end; task++) include(processor[task]!);
		for (const wait of waits[r]!) include(graph.waitStream[wait]!);
		if (last >= 0 && first < free) return undefined;
		free = Math.max(free, last + 1);
		columns.push({
			begin,
			end,
			firstEdge: predOffset[begin]!,
			endEdge: predOffset[end]!,
			firstProcessor: last < 0 ? free : first,
			endProcessor: last + 1,
			waits: waits[r]!,
		});
	}
	for (let task = ranks.at(-1)!.end; task < graph.taskCount; task++)
		if (processor[task] !== NO_PROCESSOR) return undefined;
	return columns;
}

/** The rank that a task belongs to; the number of ranks for what they share. */
export function rankFinder(ranks: readonly RankTasks[]): (task: number) => number {
	const shared = ranks.at(-1)?.end ?? 0;
	return (task) => {
		if (task >= shared) return ranks.length;
		let low = 0;
		let high = ranks.length;
		while (high - low > 1) {
			const middle = (low + high) >>> 1;
			if (ranks[middle]!.begin <= task) low = middle;
			else high = middle;
		}
		// Of empty ranks that begin together, the last holds the task.
		return low;
	};
}

function waitsByRank({ waitTask }: SimulationGraph, ranks: readonly RankTasks[]): Uint32Array[] | undefined {
	const rankOf = rankFinder(ranks);
	const lists: number[][] = ranks.map(() => []);
	for (let wait = 0; wait < waitTask.length; wait++) {
		const list = lists[rankOf(waitTask[wait]!)];
		if (!list) return undefined;
		list.push(wait);
	}
	return lists.map((list) => Uint32Array.from(list));
}
