/** Lines of one communicator, found by how near they are to each other. */
import type { Comparable } from "./compare-sequences.js";
import { type Distance, EXACT_NS, LEAST_TO_SPREAD, type Line, NEAR_NS, startSpreadNs } from "./lines.js";
import { median } from "./median.js";

/** Lines belong together that are no further than so many times the usual distance to the nearest. */
const NEAR_MEDIANS = 5;
/** Those of one communicator are about as close to each other: one that is further than so many times that is another's. */
const AS_CLOSE = 3;
/**
 * But those of one communicator end together whenever they begin: ends that spread this part of what starts do are
 * enough, unless it is another communicator that keeps the ranks in step.
 */
const MEETING = 1 / 3;
/** Where one that is no further than so many times that was left out, the cluster is in doubt. */
const APART = 1.5;
/** Recorded times of older versions are whole microseconds. */
const EXACT_MICROSECONDS_NS = 1000;

/**
 * Lines of a kind that are near each other, at most one a rank; what stands alone is left out, and so is what others
 * are nearly as near to.
 *
 * @param inStep ranks of communicators that are known; those that are found are added.
 */
export function clusterLines(
	ranks: readonly Comparable[],
	lines: readonly Line[],
	distance: Distance,
	inStep: RankPairs,
	{ mostNs = NEAR_NS, exactNs = inMicroseconds(ranks, lines) ? EXACT_MICROSECONDS_NS : EXACT_NS } = {},
): Line[][] {
	const kinds = new Map<string, Line[]>();
	for (const line of lines) kinds.set(line.kind, [...(kinds.get(line.kind) ?? []), line]);
	const operations = (same: readonly Line[]): number => same.reduce((sum, { ops }) => sum + ops.length, 0);
	const busiestFirst = [...kinds.values()].sort((a, b) => operations(b) - operations(a));
	return busiestFirst.flatMap((same) => {
		const clusters = clusterKind(ranks, same, distance, mostNs, exactNs, inStep);
		for (const cluster of clusters) inStep.add(cluster);
		return clusters;
	});
}

/** Ranks that share a communicator: they run in step, so that what each does with others ends together, too. */
export class RankPairs {
	private readonly peers = new Map<number, Set<number>>();

	add(cluster: readonly Line[]): void {
		for (const { rank } of cluster) {
			const of = this.peers.get(rank) ?? new Set();
			for (const other of cluster) of.add(other.rank);
			this.peers.set(rank, of);
		}
	}

	anyBetween(some: readonly Line[], others: readonly Line[]): boolean {
		return some.some(({ rank }) => others.some((other) => this.peers.get(rank)?.has(other.rank)));
	}
}

/** Whether ends that are so far apart are much closer than the starts: of few operations they may be by chance. */
function meet(ranks: readonly Comparable[], a: Line, b: Line, ns: number): boolean {
	const enough = Math.min(a.ops.length, b.ops.length) >= LEAST_TO_SPREAD;
	return enough && ns <= MEETING * startSpreadNs(ranks, a, b);
}

function inMicroseconds(ranks: readonly Comparable[], lines: readonly Line[]): boolean {
	return lines.every(({ rank, ops }) => {
		const { startNs, endNs } = ranks[rank]!;
		return ops.every((op) => Number.isInteger((endNs[op]! - startNs[op]!) / 1000));
	});
}

function clusterKind(
	ranks: readonly Comparable[],
	lines: readonly Line[],
	distance: Distance,
	mostNs: number,
	exactNs: number,
	inStep: RankPairs,
): Line[][] {
	const nearest = new Float64Array(lines.length).fill(Number.POSITIVE_INFINITY);
	const mixed = new Uint8Array(lines.length);
	const near: { readonly a: number; readonly b: number; readonly ns: number }[] = [];
	for (let a = 0; a < lines.length; a++) {
		for (let b = a + 1; b < lines.length; b++) {
			if (lines[a]!.rank === lines[b]!.rank) continue;
			const ns = Math.max(exactNs, distance(lines[a]!, lines[b]!));
			if (Number.isNaN(ns)) mixed[a] = mixed[b] = 1;
			if (mixed[a] || mixed[b]) continue;
			nearest[a] = Math.min(nearest[a]!, ns);
			nearest[b] = Math.min(nearest[b]!, ns);
			if (ns <= mostNs) near.push({ a, b, ns });
		}
	}
	const enough = NEAR_MEDIANS * median(nearest.filter((ns) => ns <= mostNs));
	near.sort((p, q) => p.ns - q.ns);
	const whole = near.filter(({ a, b }) => !mixed[a] && !mixed[b]);
	const clusterOf = lines.map((line) => ({ lines: [line], widestNs: Number.POSITIVE_INFINITY }));
	for (const { a, b, ns } of whole) {
		const [one, other] = [clusterOf[a]!, clusterOf[b]!];
		if (ns > enough || one === other) continue;
		const asClose = ns <= AS_CLOSE * Math.min(one.widestNs, other.widestNs);
		if (!asClose && (inStep.anyBetween(one.lines, other.lines) || !meet(ranks, lines[a]!, lines[b]!, ns))) continue;
		const joined = { lines: [...one.lines, ...other.lines], widestNs: ns };
		for (const [i, cluster] of clusterOf.entries()) if (cluster === one || cluster === other) clusterOf[i] = joined;
	}
	const doubtful = new Set<object>();
	for (const { a, b, ns } of whole) {
		if (clusterOf[a] === clusterOf[b]) continue;
		for (const cluster of [clusterOf[a]!, clusterOf[b]!]) if (ns <= APART * cluster.widestNs) doubtful.add(cluster);
	}
	return [...new Set(clusterOf)]
		.filter((cluster) => cluster.lines.length > 1 && !doubtful.has(cluster))
		.map((cluster) => cluster.lines.sort((p, q) => p.rank - q.rank))
		.filter((cluster) => new Set(cluster.map(({ rank }) => rank)).size === cluster.length);
}
