/**
 * Which ranks are alike by themselves: the same tasks with the same durations on the same processors, the same edges
 * with the same delays, the same runtime dependencies, all counted from the begin of the rank, bit for bit. Where a rank
 * waits for what is outside of it does not count here: that is the business of classes.ts.
 */
import { NO_PROCESSOR } from "../../graph/graph.js";
import type { RankColumns } from "../rank-columns.js";
import type { SimulationGraph } from "../simulation-graph.js";

/** Ranks that differ mostly do so in their first durations. */
const SAMPLE = 512;
/** In place of a predecessor outside of the rank: 2 x this + slot. */
const OUTSIDE = 0x7fffffff;

/** For each rank the first one that it is like: itself, if it is like none before it. */
export function alikeRanks(graph: SimulationGraph, ranks: readonly RankColumns[]): Uint32Array {
	const words = new Uint32Array(graph.durationNs.buffer, graph.durationNs.byteOffset, 2 * graph.taskCount);
	const samples = ranks.map(({ begin, end }) => {
		let hash = end - begin;
		const last = 2 * Math.min(end, begin + SAMPLE);
		for (let i = 2 * begin; i < last; i++) hash = mix(hash, words[i]!);
		return hash;
	});
	const shared = new Map<number, number>();
	for (const sample of samples) shared.set(sample, (shared.get(sample) ?? 0) + 1);

	const first = new Uint32Array(ranks.length);
	const byHash = new Map<string, number[]>();
	for (const [r, rank] of ranks.entries()) {
		first[r] = r;
		if (shared.get(samples[r]!) === 1) continue;
		const key = `${samples[r]} ${hashRank(graph, rank)}`;
		const others = byHash.get(key) ?? [];
		const like = others.find((other) => areAlike(graph, ranks[other]!, rank));
		if (like !== undefined) first[r] = like;
		else byHash.set(key, [...others, r]);
	}
	return first;
}

function mix(hash: number, word: number): number {
	const h = Math.imul(hash ^ word, 0x9e3779b1);
	return (h ^ (h >>> 15)) >>> 0;
}

function predInside(pred: number, { begin, end }: RankColumns): number {
	const from = pred >>> 1;
	return from >= begin && from < end ? pred - 2 * begin : 2 * OUTSIDE + (pred & 1);
}

function onInside(on: number, { firstProcessor }: RankColumns): number {
	return on === NO_PROCESSOR ? on : on - firstProcessor;
}

function hashRank(graph: SimulationGraph, rank: RankColumns): number {
	let hash = rank.endEdge - rank.firstEdge;
	const durations = wordsOf(graph.durationNs, rank.begin, rank.end);
	for (let i = 0; i < durations.length; i++) hash = mix(hash, durations[i]!);
	const delays = wordsOf(graph.delayNs, rank.firstEdge, rank.endEdge);
	for (let i = 0; i < delays.length; i++) hash = mix(hash, delays[i]!);
	for (let edge = rank.firstEdge; edge < rank.endEdge; edge++) hash = mix(hash, predInside(graph.pred[edge]!, rank));
	return hash;
}

function wordsOf({ buffer, byteOffset }: Float64Array, from: number, to: number): Uint32Array {
	return new Uint32Array(buffer, byteOffset + 8 * from, 2 * (to - from));
}

function areAlike(graph: SimulationGraph, a: RankColumns, b: RankColumns): boolean {
	const { predOffset, pred, edgeKind, processor } = graph;
	const tasks = a.end - a.begin;
	const edges = a.endEdge - a.firstEdge;
	if (b.end - b.begin !== tasks || b.endEdge - b.firstEdge !== edges || a.waits.length !== b.waits.length) return false;
	if (!sameBits(graph.durationNs, a.begin, b.begin, tasks)) return false;
	if (!sameBits(graph.delayNs, a.firstEdge, b.firstEdge, edges)) return false;
	for (let i = 0; i < tasks; i++) {
		if (predOffset[a.begin + i]! - a.firstEdge !== predOffset[b.begin + i]! - b.firstEdge) return false;
		if (onInside(processor[a.begin + i]!, a) !== onInside(processor[b.begin + i]!, b)) return false;
	}
	for (let i = 0; i < edges; i++) {
		if (edgeKind[a.firstEdge + i] !== edgeKind[b.firstEdge + i]) return false;
		if (predInside(pred[a.firstEdge + i]!, a) !== predInside(pred[b.firstEdge + i]!, b)) return false;
	}
	return a.waits.every((wait, i) => {
		const other = b.waits[i]!;
		return (
			graph.waitTask[wait]! - a.begin === graph.waitTask[other]! - b.begin &&
			onInside(graph.waitStream[wait]!, a) === onInside(graph.waitStream[other]!, b) &&
			sameBits(graph.waitDelayNs, wait, other, 1)
		);
	});
}

function sameBits(column: Float64Array, from: number, other: number, count: number): boolean {
	const a = wordsOf(column, from, from + count);
	const b = wordsOf(column, other, other + count);
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}
