/**
 * Cuts a graph along ranks: each part has the tasks of ranks that stand next to each other and those shared tasks whose
 * first member is among them. What it needs of other parts are its externals.
 */
import { countTasks, type GraphCounts, worklistBytes } from "../footprint.js";
import type { RankColumns } from "../rank-columns.js";
import type { SimulationGraph } from "../simulation-graph.js";

export interface Part {
	readonly ranks: readonly RankColumns[];
	/** Tasks [begin, end) of the graph are the first here. */
	readonly begin: number;
	readonly end: number;
	/** Shared tasks of the graph, ascending: the next here. */
	readonly shared: readonly number[];
	/** Tasks of the graph that some task here waits for and that are elsewhere, in the order of their numbers here. */
	readonly externals: readonly number[];
	/** Tasks of this part that others wait for, by their number in the graph: in which parts, under which number. */
	readonly exports: ReadonlyMap<number, readonly Target[]>;
}

export interface Target {
	readonly part: number;
	readonly number: number;
}

/** The fewest parts, more or less, of which each fits; undefined where not even single ranks do. */
export function partition(graph: SimulationGraph, ranks: readonly RankColumns[], limitBytes: number): Cut | undefined {
	const bytes = ranks.map((rank) => worklistBytes(countRanks(graph, [rank])));
	// How much of a part its shared tasks and externals take shows only when it has been cut.
	for (let share = 1; share > 0.05; share *= 0.85) {
		const cuts = [0];
		let filled = 0;
		for (const [r, own] of bytes.entries()) {
			if (filled > 0 && filled + own > share * limitBytes) {
				cuts.push(r);
				filled = 0;
			}
			filled += own;
		}
		const cut = new Cut(graph, ranks, cuts);
		if (cut.parts.every((part) => worklistBytes(countPart(graph, part)) <= limitBytes)) return cut;
		if (cuts.length === ranks.length) return undefined;
	}
	return undefined;
}

function countRanks(graph: SimulationGraph, ranks: readonly RankColumns[]): GraphCounts {
	const waits = ranks.reduce((sum, rank) => sum + rank.waits.length, 0);
	const processors = ranks.at(-1)!.endProcessor - ranks[0]!.firstProcessor;
	return countTasks(graph, [ranks[0]!.begin, ranks.at(-1)!.end], waits, processors);
}

function countPart(graph: SimulationGraph, { ranks, shared, externals, exports }: Part): GraphCounts {
	const own = countRanks(graph, ranks);
	let edges = own.edges;
	for (const task of shared) edges += graph.predOffset[task + 1]! - graph.predOffset[task]!;
	const tasks = own.tasks + shared.length;
	const strands = own.strands + shared.length;
	return { ...own, tasks, edges, strands, externals: externals.length, exports: exports.size };
}

/** A graph cut before the ranks `cuts`. */
export class Cut {
	readonly parts: readonly Part[];
	readonly #firstShared: number;
	readonly #begins: readonly number[];
	/** One a shared task: the part that it is in, and its place among the shared tasks there. */
	readonly #home: Uint32Array;
	readonly #place: Uint32Array;
	/** For each part the numbers of its externals. */
	readonly #external: readonly Map<number, number>[];

	constructor(graph: SimulationGraph, ranks: readonly RankColumns[], cuts: readonly number[]) {
		this.#firstShared = ranks.at(-1)!.end;
		this.#begins = cuts.map((rank) => ranks[rank]!.begin);
		const sharedCount = graph.taskCount - this.#firstShared;
		this.#home = new Uint32Array(sharedCount);
		this.#place = new Uint32Array(sharedCount);
		const shared = this.#settleShared(graph, cuts.length);
		this.#external = cuts.map(() => new Map());
		const exports = cuts.map(() => new Map<number, Target[]>());
		this.parts = cuts.map((rank, part) => {
			const own = ranks.slice(rank, cuts[part + 1] ?? ranks.length);
			const [begin, end] = [own[0]!.begin, own.at(-1)!.end];
			const externals = this.#findExternals(graph, part, [begin, end], shared[part]!);
			for (const task of externals) {
				const from = exports[this.partOf(task)]!;
				const target = { part, number: this.#external[part]!.get(task)! };
				from.set(task, [...(from.get(task) ?? []), target]);
			}
			return { ranks: own, begin, end, shared: shared[part]!, externals, exports: exports[part]! };
		});
	}

	/** The part that a task is in. */
	partOf(task: number): number {
		if (task >= this.#firstShared) return this.#home[task - this.#firstShared]!;
		let part = this.#begins.length - 1;
		while (this.#begins[part]! > task) part--;
		return part;
	}

	/** The number of a task of the graph in a part that has it, as one of its own or as an external. */
	numberIn(part: number, task: number): number {
		const { begin, end } = this.parts[part]!;
		if (task >= begin && task < end) return task - begin;
		const shared = task - this.#firstShared;
		if (shared >= 0 && this.#home[shared] === part) return end - begin + this.#place[shared]!;
		return this.#external[part]!.get(task)!;
	}

	/** Puts each shared task where its first member is; returns those of each part. */
	#settleShared(graph: SimulationGraph, parts: number): number[][] {
		const lists: number[][] = Array.from({ length: parts }, () => []);
		for (let shared = 0; shared < this.#home.length; shared++) {
			const task = this.#firstShared + shared;
			const first = graph.predOffset[task]!;
			const home = first === graph.predOffset[task + 1] ? 0 : this.partOf(graph.pred[first]! >>> 1);
			this.#home[shared] = home;
			this.#place[shared] = lists[home]!.push(task) - 1;
		}
		return lists;
	}

	#findExternals(
		graph: SimulationGraph,
		part: number,
		[begin, end]: readonly [number, number],
		shared: readonly number[],
	): number[] {
		const externals: number[] = [];
		const numbers = this.#external[part]!;
		const firstExternal = end - begin + shared.length;
		const look = (firstEdge: number, endEdge: number): void => {
			for (let edge = firstEdge; edge < endEdge; edge++) {
				const from = graph.pred[edge]! >>> 1;
				if ((from >= begin && from < end) || numbers.has(from) || this.partOf(from) === part) continue;
				numbers.set(from, firstExternal + externals.push(from) - 1);
			}
		};
		look(graph.predOffset[begin]!, graph.predOffset[end]!);
		for (const task of shared) look(graph.predOffset[task]!, graph.predOffset[task + 1]!);
		return externals;
	}
}
