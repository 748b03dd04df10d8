/**
 * Which ranks, and which of the tasks that ranks share, get the same times for certain. Two ranks do if they are alike
 * by themselves and everything outside that they wait for gets the same times; two shared tasks do if they take the same
 * time and wait for the same tasks of such ranks, one for one, with the same delays. The coarsest classes of which that
 * is true are found by refining: begin with all that may be the same, take apart what is not, until nothing changes.
 * Hashes do the refining; whether the classes are right is then checked word by word.
 */

import { type RankColumns, rankFinder } from "../rank-columns.js";
import type { SimulationGraph } from "../simulation-graph.js";
import { alikeRanks } from "./alike.js";

export interface Classes {
	/** One a rank: the first rank of its class. */
	readonly ofRank: Uint32Array;
	/** One a shared task: the first of its class, counted from the first shared task. */
	readonly ofShared: Uint32Array;
}

/** Undefined where no two ranks are certain to get the same times. */
export function findClasses(graph: SimulationGraph, ranks: readonly RankColumns[]): Classes | undefined {
	const alike = alikeRanks(graph, ranks);
	if (countClasses(alike) === ranks.length) return undefined;
	const sources = new Sources(graph, ranks);
	let classes: Classes = { ofRank: alike, ofShared: new Uint32Array(graph.taskCount - sources.firstShared) };
	for (let count = 0, before = -1; count !== before; ) {
		before = count;
		classes = { ofRank: refineRanks(sources, classes), ofShared: refineShared(sources, classes) };
		count = countClasses(classes.ofRank) + countClasses(classes.ofShared);
	}
	if (countClasses(classes.ofRank) === ranks.length) return undefined;
	return areRight(sources, classes, alike) ? classes : undefined;
}

export function countClasses(classes: Uint32Array): number {
	let count = 0;
	for (let i = 0; i < classes.length; i++) if (classes[i] === i) count++;
	return count;
}

/** Takes classes apart by keys: the first of those that have one key, and were in one class before. */
function split(classes: Uint32Array, keyOf: (index: number) => number): Uint32Array {
	const first = new Map<number, number>();
	return classes.map((_, i) => {
		const key = keyOf(i);
		const known = first.get(key);
		if (known === undefined) first.set(key, i);
		return known ?? i;
	});
}

function refineRanks(sources: Sources, classes: Classes): Uint32Array {
	const hash = new Hash();
	return split(classes.ofRank, (r) => {
		hash.begin(classes.ofRank[r]!);
		for (const edge of sources.outsideEdges[r]!) {
			hash.add(sources.classOf(edge, classes));
			hash.add(sources.placeOf(edge));
		}
		return hash.key;
	});
}

function refineShared(sources: Sources, classes: Classes): Uint32Array {
	const { predOffset } = sources.graph;
	const hash = new Hash();
	const sum = new Hash();
	return split(classes.ofShared, (s) => {
		const task = sources.firstShared + s;
		sum.begin(0);
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
			hash.begin(sources.classOf(edge, classes));
			hash.add(sources.placeOf(edge));
			hash.add(sources.delays[2 * edge]!);
			hash.add(sources.delays[2 * edge + 1]!);
			sum.merge(hash);
		}
		sum.add(classes.ofShared[s]!);
		sum.add(sources.durations[2 * task]!);
		sum.add(sources.durations[2 * task + 1]!);
		return sum.key;
	});
}

/** Whether each rank and shared task really is as the first of its class. */
function areRight(sources: Sources, classes: Classes, alike: Uint32Array): boolean {
	const { ofRank, ofShared } = classes;
	const same = (edge: number, other: number): boolean =>
		sources.classOf(edge, classes) === sources.classOf(other, classes) &&
		sources.placeOf(edge) === sources.placeOf(other);
	const { outsideEdges, firstShared, durations } = sources;
	const ranksAre = ofRank.every(
		(first, r) =>
			alike[first] === alike[r] && outsideEdges[r]!.every((edge, i) => same(edge, outsideEdges[first]![i]!)),
	);
	return (
		ranksAre &&
		ofShared.every((first, s) => {
			const [task, other] = [firstShared + s, firstShared + first];
			return (
				durations[2 * task] === durations[2 * other] &&
				durations[2 * task + 1] === durations[2 * other + 1] &&
				sources.haveSameEdges(task, other, classes)
			);
		})
	);
}

/** What the edges come from, in terms of classes. */
class Sources {
	readonly firstShared: number;
	readonly durations: Uint32Array;
	readonly delays: Uint32Array;
	/** For each rank the edges from outside of it. */
	readonly outsideEdges: readonly Uint32Array[];
	readonly #rankOf: (task: number) => number;

	constructor(
		readonly graph: SimulationGraph,
		readonly ranks: readonly RankColumns[],
	) {
		const { durationNs, delayNs, pred } = graph;
		this.firstShared = ranks.at(-1)!.end;
		this.durations = new Uint32Array(durationNs.buffer, durationNs.byteOffset, 2 * durationNs.length);
		this.delays = new Uint32Array(delayNs.buffer, delayNs.byteOffset, 2 * delayNs.length);
		this.#rankOf = rankFinder(ranks);
		this.outsideEdges = ranks.map(({ begin, end, firstEdge, endEdge }) => {
			const edges: number[] = [];
			for (let edge = firstEdge; edge < endEdge; edge++) {
				const from = pred[edge]! >>> 1;
				if (from < begin || from >= end) edges.push(edge);
			}
			return Uint32Array.from(edges);
		});
	}

	/** The class of the rank, or of the shared task, that an edge comes from. */
	classOf(edge: number, { ofRank, ofShared }: Classes): number {
		const from = this.graph.pred[edge]! >>> 1;
		if (from >= this.firstShared) return this.ranks.length + ofShared[from - this.firstShared]!;
		return ofRank[this.#rankOf(from)]!;
	}

	/** Which task of that rank it comes from, and whether from its start or its finish. */
	placeOf(edge: number): number {
		const slot = this.graph.pred[edge]!;
		const from = slot >>> 1;
		return from >= this.firstShared ? slot & 1 : slot - 2 * this.ranks[this.#rankOf(from)]!.begin;
	}

	/** Whether two shared tasks wait for the same with the same delays, in whatever order. */
	haveSameEdges(task: number, other: number, classes: Classes): boolean {
		const { predOffset } = this.graph;
		const describe = (of: number): string[] => {
			const edges = Array.from({ length: predOffset[of + 1]! - predOffset[of]! }, (_, i) => predOffset[of]! + i);
			return edges.map(
				(edge) =>
					`${this.classOf(edge, classes)} ${this.placeOf(edge)} ${this.delays[2 * edge]} ${this.delays[2 * edge + 1]}`,
			);
		};
		const [one, two] = [describe(task), describe(other)];
		if (one.length !== two.length) return false;
		if (one.every((edge, i) => edge === two[i])) return true;
		two.sort();
		return one.sort().every((edge, i) => edge === two[i]);
	}
}

/** Two hashes of 32 bits each; the key is a number. */
class Hash {
	#a = 0;
	#b = 0;

	begin(word: number): void {
		this.#a = 0x2545f491;
		this.#b = 0x6c8e9cf5;
		this.add(word);
	}

	add(word: number): void {
		this.#a = Math.imul(this.#a ^ word, 0x9e3779b1);
		this.#a ^= this.#a >>> 15;
		this.#b = Math.imul(this.#b ^ word, 0x85ebca6b);
		this.#b ^= this.#b >>> 13;
	}

	/** Adds what another hashed; the order of such additions does not matter. */
	merge(other: Hash): void {
		this.#a = (this.#a + other.#a) | 0;
		this.#b = (this.#b + other.#b) | 0;
	}

	get key(): number {
		return (this.#a >>> 0) * 2 ** 21 + (this.#b >>> 11);
	}
}
