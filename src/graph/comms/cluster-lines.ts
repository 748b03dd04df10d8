/** Lines of one communicator, found by how near they are to each other. */
import type { Comparable } from "./compare-sequences.js";
import { type Distance, EXACT_NS, type Line, NEAR_NS, startSpreadNs } from "./lines.js";
import { median } from "./median.js";

/** Lines belong together that are no further than so many times the usual distance to the nearest. */
const NEAR_MEDIANS = 5;
/** Those of one communicator are about as close to each other: one that is further than so many times that is another's. */
const AS_CLOSE = 3;
/** But those of one communicator end together whenever they begin: ends that spread this part of what starts do are enough. */
const MEETING = 1 / 3;
/** Where one that is no further than so many times that was left out, the cluster is in doubt. */
const APART = 1.5;
/** Recorded times of older versions are whole microseconds. */
const EXACT_MICROSECONDS_NS = 1000;

/**
 * Lines of a kind that are near each other, at most one a rank; what stands alone is left out, and so is what others
 * are nearly as near to.
 */
export function clusterLines(
	ranks: readonly Comparable[],
	lines: readonly Line[],
	distance: Distance,
	{ mostNs = NEAR_NS, exactNs = inMicroseconds(ranks, lines) ? EXACT_MICROSECONDS_NS : EXACT_NS } = {},
): Line[][] {
	const kinds = new Map<string, Line[]>();
	for (const line of lines) kinds.set(line.kind, [...(kinds.get(line.kind) ?? []), line]);
	return [...kinds.values()].flatMap((same) => clusterKind(ranks, same, distance, mostNs, exactNs));
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
		if (!asClose && ns > MEETING * startSpreadNs(ranks, lines[a]!, lines[b]!)) continue;
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
