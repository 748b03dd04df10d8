/** The numbering of real graphs: rank by rank, and where ranks meet behind all of them. */
import type { SimulationGraph } from "../../src/engine/index.js";
import { NO_PROCESSOR } from "../../src/graph/graph.js";
import type { TestGraph } from "./graph-builder.js";
import { relabel } from "./random-graph.js";
import { SeededRandom } from "./seeded-random.js";

export type RankedGraph = TestGraph & SimulationGraph & { readonly ranks: readonly { begin: number; end: number }[] };

/**
 * `graph` numbered anew; it has `perRank` processors a rank, and the n-th task without edges is the source of rank n.
 * Inside a rank the order stays as it is, or, with a seed, becomes a random one that its dependencies allow: two ranks
 * may then come to their meetings in different orders.
 */
export function rankByRank(graph: TestGraph, ranks: number, perRank: number, seed?: number): RankedGraph {
	let sources = 0;
	const rankOf = Array.from({ length: graph.taskCount }, (_, task) => {
		if (graph.processor[task] !== NO_PROCESSOR) return Math.floor(graph.processor[task]! / perRank);
		return graph.predOffset[task] === graph.predOffset[task + 1] ? sources++ : ranks;
	});
	const order = seed === undefined ? [...rankOf.keys()] : randomOrder(graph, rankOf, ranks, seed);
	const tasks = order.map((task, at) => ({ task, at }));
	tasks.sort((a, b) => rankOf[a.task]! - rankOf[b.task]! || a.at - b.at);
	const number = new Uint32Array(graph.taskCount);
	tasks.forEach(({ task }, at) => {
		number[task] = at;
	});
	const sizes = new Array<number>(ranks + 1).fill(0);
	for (const rank of rankOf) sizes[rank]!++;
	let end = 0;
	const spans = sizes.slice(0, ranks).map((size) => {
		end += size;
		return { begin: end - size, end };
	});
	return { ...relabel(graph, number), ranks: spans };
}

/** A random order of the tasks in which each comes after all that it waits for inside its rank. */
function randomOrder(graph: TestGraph, rankOf: readonly number[], ranks: number, seed: number): number[] {
	const after: number[][] = rankOf.map(() => []);
	const missing = rankOf.map(() => 0);
	const addEdge = (from: number, to: number) => {
		after[from]!.push(to);
		missing[to]!++;
	};
	const predecessors = (task: number) =>
		Array.from(graph.pred.subarray(graph.predOffset[task], graph.predOffset[task + 1]), (pred) => pred >>> 1);
	for (const [task, rank] of rankOf.entries()) {
		for (const from of predecessors(task)) {
			if (rankOf[from] === rank) addEdge(from, task);
			// What its own rank brings to the meeting.
			if (rank !== ranks && rankOf[from] === ranks) {
				for (const member of predecessors(from)) if (rankOf[member] === rank) addEdge(member, task);
			}
		}
	}
	const random = new SeededRandom(seed);
	const ready = [...rankOf.keys()].filter((task) => missing[task] === 0);
	const order: number[] = [];
	while (ready.length > 0) {
		const at = random.below(ready.length);
		const task = ready[at]!;
		ready[at] = ready.at(-1)!;
		ready.pop();
		order.push(task);
		for (const next of after[task]!) if (--missing[next]! === 0) ready.push(next);
	}
	return order;
}
