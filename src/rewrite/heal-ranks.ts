/**
 * A straggler healed: its work takes what the same work takes on its peers. The n-th run of a kind (name and shape) takes
 * the median of the n-th runs on the ranks that run the kind as often; where none does, the median of all runs of the kind
 * elsewhere; what no other rank runs keeps its time. So the rank keeps the course of a normal rank, warm-up and all.
 */
import type { ExecutionGraph } from "../graph/graph.js";
import type { Timing } from "../graph/typical.js";
import { UserError } from "../lib/errors.js";
import { selectNth } from "../lib/select.js";
import { cpuWorkByKind, deviceWorkByKind, type RankWork, threadTimeByKind } from "./work-by-kind.js";

/**
 * Heals kernels, copies and CPU time. Changes `durationNs` and `delayNs`.
 *
 * @param healed 1 for each rank that is healed, by index in `graph.ranks`. The others are the peers; if all are healed,
 * each is a peer of all.
 * @throws UserError where a rank has no peers.
 */
export function healRanks(graph: ExecutionGraph, healed: Uint8Array, { durationNs, delayNs }: Timing): void {
	const { ranks } = graph;
	const first = ranks[healed.indexOf(1)];
	if (first === undefined) return;
	if (ranks.length < 2)
		throw new UserError(`rank ${first.rank} has no peers to be healed after; give the traces of other ranks too`);
	const isPeer = healed.includes(0) ? healed.map((is) => 1 - is) : healed;
	const work = deviceWorkByKind(graph);
	work.forEach((own, r) => {
		if (healed[r] === 1 && own.item.length > 0 && !sharesKinds(own, r, work, isPeer))
			throw new UserError(
				`no other rank runs the kernels of rank ${ranks[r]!.rank}: nothing says how long they should take`,
			);
	});
	healValues(durationNs, work, healed, isPeer);
	healValues(durationNs, cpuWorkByKind(graph), healed, isPeer);
	healValues(delayNs, threadTimeByKind(graph), healed, isPeer);
}

function sharesKinds(own: RankWork, r: number, work: readonly RankWork[], isPeer: Uint8Array): boolean {
	return work.some((other, o) => {
		if (o === r || isPeer[o] === 0) return false;
		for (let kind = 0; kind + 1 < own.offset.length; kind++)
			if (runs(own, kind) > 0 && runs(other, kind) > 0) return true;
		return false;
	});
}

function healValues(values: Float64Array, work: readonly RankWork[], healed: Uint8Array, isPeer: Uint8Array): void {
	const kinds = work.reduce((most, { offset }) => Math.max(most, offset.length - 1), 0);
	const patients = [...healed.keys()].filter((r) => healed[r] === 1);
	// What is healed must not be what others are healed by.
	const before = values.slice();
	for (let kind = 0; kind < kinds; kind++) {
		if (!patients.some((r) => runs(work[r]!, kind) > 0)) continue;
		for (const [count, group] of ranksByRuns(work, kind)) {
			const ill = group.filter((r) => healed[r] === 1);
			const peers = group.filter((r) => isPeer[r] === 1);
			if (ill.length === 0) continue;
			const anywhere = peers.length > 0 ? Number.NaN : medianAnywhere(before, work, kind, isPeer);
			if (peers.length === 0 && Number.isNaN(anywhere)) continue;
			const run = new Float64Array(peers.length);
			for (let n = 0; n < count; n++) {
				for (let i = 0; i < run.length; i++) run[i] = before[itemAt(work[peers[i]!]!, kind, n)]!;
				const value = peers.length > 0 ? medianOf(run) : anywhere;
				for (const r of ill) values[itemAt(work[r]!, kind, n)] = value;
			}
		}
	}
}

/** The ranks that run a kind, by how often. */
function ranksByRuns(work: readonly RankWork[], kind: number): Map<number, number[]> {
	const ranks = new Map<number, number[]>();
	work.forEach((rank, r) => {
		const count = runs(rank, kind);
		if (count === 0) return;
		const group = ranks.get(count);
		if (group) group.push(r);
		else ranks.set(count, [r]);
	});
	return ranks;
}

/** The median of all runs of a kind on the peers; NaN where there is none. */
function medianAnywhere(values: Float64Array, work: readonly RankWork[], kind: number, isPeer: Uint8Array): number {
	const all: number[] = [];
	work.forEach((rank, r) => {
		if (isPeer[r] === 0) return;
		const count = runs(rank, kind);
		for (let n = 0; n < count; n++) all.push(values[itemAt(rank, kind, n)]!);
	});
	return all.length > 0 ? medianOf(Float64Array.from(all)) : Number.NaN;
}

function runs({ offset }: RankWork, kind: number): number {
	return kind + 1 < offset.length ? offset[kind + 1]! - offset[kind]! : 0;
}

function itemAt({ item, offset }: RankWork, kind: number, n: number): number {
	return item[offset[kind]! + n]!;
}

/** The mean of the middle two where their number is even. Reorders the values. */
function medianOf(values: Float64Array): number {
	const upper = values.length >>> 1;
	const high = selectNth(values, upper);
	if (values.length % 2 === 1) return high;
	let low = values[0]!;
	for (let i = 1; i < upper; i++) if (values[i]! > low) low = values[i]!;
	return (low + high) / 2;
}
