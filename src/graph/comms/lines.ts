/** Operations of which nothing is recorded, in lines: those of one stream, or of one stream and kernel, of one rank. */
import { type Comparable, compareSequences } from "./compare-sequences.js";
import type { Expected } from "./find-shift.js";
import { median } from "./median.js";
import { type MemberSequence, numberByOrder, STRIDE } from "./member-sequence.js";
import type { RankComms } from "./rank-comms.js";

export interface Line extends MemberSequence {
	/** Lines of different kinds have nothing in common: the kernels that occur. */
	readonly kind: string;
}

/** @param open 1 for the operations that are left, per rank at hand. */
export function linesOf(
	comms: readonly RankComms[],
	ranks: readonly Comparable[],
	open: readonly Uint8Array[],
	byKernel: boolean,
): Line[] {
	return comms.flatMap(({ count, stream }, rank) => {
		const { kernel } = ranks[rank]!;
		const lists = new Map<string, number[]>();
		for (let op = 0; op < count; op++) {
			if (!open[rank]![op]) continue;
			const key = byKernel ? `${stream[op]} ${kernel[op]}` : `${stream[op]}`;
			const list = lists.get(key);
			if (list) list.push(op);
			else lists.set(key, [op]);
		}
		return [...lists.values()].map((ops) => ({
			...numberByOrder(rank, ops),
			kind: [...new Set(ops.map((op) => kernel[op]!))].sort((a, b) => a - b).join(),
		}));
	});
}

/**
 * How far two lines are from being the same communicator's, ns; Infinity where they are not, NaN where each is more than
 * one communicator's.
 */
export type Distance = (a: Line, b: Line) => number;

/** Lines this close may belong together. */
export const NEAR_NS = 30_000;
/** No line is closer to another than recorded times are exact, ns. */
export const EXACT_NS = 200;
/** No kernel of a communicator's stream spreads this many times as much as all. */
const EVEN = 2;
/** Lines are laid upon each other by their ends; spreads are told on about so many operations. */
const SAMPLE = 48;
/** A spread of fewer says nothing. */
export const LEAST_TO_SPREAD = 6;

/** By how much the differences of their ends spread: no clock is needed, only that it is steady. */
export function spreadDistance(
	ranks: readonly Comparable[],
	expectedOf: (reference: number, other: number) => Expected | undefined,
): Distance {
	return (a, b) => {
		const { overlap, mismatches, differenceNs, spreadNs } = compareSequences(ranks, a, b, lastTogether(a, b), SAMPLE);
		const expected = expectedOf(a.rank, b.rank);
		const tooFar = expected && Math.abs(differenceNs - expected.differenceNs) > expected.toleranceNs;
		return overlap < LEAST_TO_SPREAD || mismatches > 0 || tooFar ? Number.POSITIVE_INFINITY : spreadNs;
	};
}

/** By how much the differences of their starts spread, ns. */
export function startSpreadNs(ranks: readonly Comparable[], a: Line, b: Line): number {
	const differences: number[] = [];
	for (let i = a.ops.length, j = b.ops.length; i > 0 && j > 0; )
		differences.push(ranks[b.rank]!.startNs[b.ops[--j]!]! - ranks[a.rank]!.startNs[a.ops[--i]!]!);
	const middle = median(differences);
	return median(differences.map((difference) => Math.abs(difference - middle)));
}

/**
 * The same, but NaN where some kernels spread more than others: ranks that run in step (tensor-parallel ones) end
 * what they do with others nearly together, too, so that their streams look alike where only a part is shared.
 */
export function evenSpreadDistance(ranks: readonly Comparable[], spread: Distance): Distance {
	return (a, b) => {
		const ns = spread(a, b);
		if (ns > NEAR_NS) return ns;
		const kernels = new Map<number, number[]>();
		const all: number[] = [];
		for (let i = a.ops.length, j = b.ops.length; i > 0 && j > 0; ) {
			const x = a.ops[--i]!;
			const difference = ranks[b.rank]!.endNs[b.ops[--j]!]! - ranks[a.rank]!.endNs[x]!;
			all.push(difference);
			const kernel = ranks[a.rank]!.kernel[x]!;
			kernels.set(kernel, [...(kernels.get(kernel) ?? []), difference]);
		}
		const middle = median(all);
		const most = Math.max(...[...kernels.values()].map((of) => median(of.map((d) => Math.abs(d - middle)))));
		return most > EVEN * Math.max(ns, EXACT_NS) ? Number.NaN : ns;
	};
}

/** By how far apart they end on the common clock: for lines of few operations. */
export function endDistance(ranks: readonly Comparable[], connected: (a: number, b: number) => boolean): Distance {
	return (a, b) => {
		if (!connected(a.rank, b.rank)) return Number.POSITIVE_INFINITY;
		const { mismatches, differenceNs, spreadNs } = compareSequences(ranks, a, b, lastTogether(a, b), SAMPLE);
		return mismatches > 0 ? Number.POSITIVE_INFINITY : Math.abs(differenceNs) + spreadNs;
	};
}

const lastTogether = (a: Line, b: Line): number => (a.ops.length - b.ops.length) * STRIDE;
