/** The folded graph: the first rank of each class, and the first of each class of shared tasks. */
import { NO_PROCESSOR } from "../../graph/graph.js";
import { type RankColumns, rankFinder } from "../rank-columns.js";
import type { SimulationGraph } from "../simulation-graph.js";
import type { Classes } from "./classes.js";

export interface FoldedGraph {
	readonly graph: SimulationGraph;
	/** One a rank: where the tasks of its class begin in the folded graph. */
	readonly beginOf: Uint32Array;
	/** One a rank: where the runtime dependencies of its class begin. */
	readonly waitsOf: Uint32Array;
	/** One a shared task: its task in the folded graph. */
	readonly sharedAs: Uint32Array;
}

export function foldGraph(graph: SimulationGraph, ranks: readonly RankColumns[], classes: Classes): FoldedGraph {
	const { ofRank, ofShared } = classes;
	const kept = ranks.filter((_, r) => ofRank[r] === r);
	const firstShared = ranks.at(-1)!.end;
	const beginOf = new Uint32Array(ranks.length);
	const waitsOf = new Uint32Array(ranks.length);
	let taskCount = 0;
	let waitCount = 0;
	for (const [r, { begin, end, waits }] of ranks.entries()) {
		const first = ofRank[r]!;
		beginOf[r] = first === r ? taskCount : beginOf[first]!;
		waitsOf[r] = first === r ? waitCount : waitsOf[first]!;
		if (first !== r) continue;
		taskCount += end - begin;
		waitCount += waits.length;
	}
	const sharedAs = new Uint32Array(ofShared.length);
	let edgeCount = kept.reduce((sum, { firstEdge, endEdge }) => sum + endEdge - firstEdge, 0);
	for (let s = 0; s < ofShared.length; s++) {
		const first = ofShared[s]!;
		sharedAs[s] = first === s ? taskCount++ : sharedAs[first]!;
		const task = firstShared + s;
		if (first === s) edgeCount += graph.predOffset[task + 1]! - graph.predOffset[task]!;
	}

	const rankOf = rankFinder(ranks);
	const renumber = (slot: number): number => {
		const from = slot >>> 1;
		if (from >= firstShared) return 2 * sharedAs[from - firstShared]! + (slot & 1);
		const rank = rankOf(from);
		return slot - 2 * ranks[rank]!.begin + 2 * beginOf[rank]!;
	};
	const writer = new FoldWriter(graph, renumber, taskCount, edgeCount, waitCount);
	for (const rank of kept) writer.addRank(rank);
	for (let s = 0; s < ofShared.length; s++)
		if (ofShared[s] === s) writer.addTasks(firstShared + s, firstShared + s + 1);
	return { graph: writer.graph(kept), beginOf, waitsOf, sharedAs };
}

/** Copies stretches of a graph into another, one behind the other. */
class FoldWriter {
	readonly #from: SimulationGraph;
	readonly #to: SimulationGraph;
	readonly #renumber: (slot: number) => number;
	#task = 0;
	#edge = 0;
	#wait = 0;

	constructor(
		from: SimulationGraph,
		renumber: (slot: number) => number,
		taskCount: number,
		edgeCount: number,
		waitCount: number,
	) {
		this.#from = from;
		this.#renumber = renumber;
		this.#to = {
			taskCount,
			edgeCount,
			durationNs: new Float64Array(taskCount),
			processor: new Uint32Array(taskCount).fill(NO_PROCESSOR),
			predOffset: new Uint32Array(taskCount + 1),
			pred: new Uint32Array(edgeCount),
			delayNs: new Float64Array(edgeCount),
			edgeKind: new Uint8Array(edgeCount),
			waitTask: new Uint32Array(waitCount),
			waitStream: new Uint32Array(waitCount),
			waitDelayNs: new Float64Array(waitCount),
		};
	}

	addRank({ begin, end, waits }: RankColumns): void {
		const [from, to] = [this.#from, this.#to];
		for (const wait of waits) {
			to.waitTask[this.#wait] = from.waitTask[wait]! - begin + this.#task;
			to.waitStream[this.#wait] = from.waitStream[wait]!;
			to.waitDelayNs[this.#wait++] = from.waitDelayNs[wait]!;
		}
		this.addTasks(begin, end);
	}

	addTasks(begin: number, end: number): void {
		const [from, to] = [this.#from, this.#to];
		const firstEdge = from.predOffset[begin]!;
		const endEdge = from.predOffset[end]!;
		to.durationNs.set(from.durationNs.subarray(begin, end), this.#task);
		to.processor.set(from.processor.subarray(begin, end), this.#task);
		to.delayNs.set(from.delayNs.subarray(firstEdge, endEdge), this.#edge);
		to.edgeKind.set(from.edgeKind.subarray(firstEdge, endEdge), this.#edge);
		for (let task = begin; task < end; task++) {
			to.predOffset[this.#task++] = from.predOffset[task]! - firstEdge + this.#edge;
		}
		for (let edge = firstEdge; edge < endEdge; edge++) to.pred[this.#edge++] = this.#renumber(from.pred[edge]!);
		to.predOffset[this.#task] = this.#edge;
	}

	/** The graph, whose ranks are those that were added. */
	graph(ranks: readonly RankColumns[]): SimulationGraph {
		let begin = 0;
		const spans = ranks.map((rank) => {
			const span = { begin, end: begin + rank.end - rank.begin };
			begin = span.end;
			return span;
		});
		return { ...this.#to, ranks: spans };
	}
}
