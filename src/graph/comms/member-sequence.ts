/** A member's operations in one channel, with the numbers by which they are compared with those of other members. */
import { NONE } from "../../trace/columns.js";
import type { RankComms } from "./rank-comms.js";

export interface MemberSequence {
	/** Index of the rank among those at hand. */
	readonly rank: number;
	/** Rows of its `RankComms`, by number. */
	readonly ops: Uint32Array;
	/** Ascending; whole multiples of STRIDE but for those that share a `Seq`. */
	readonly numbers: Float64Array;
	/** Whether the numbers are those that were recorded, so that they mean the same on every member. */
	readonly bySeq: boolean;
}

/** Numbers between one `Seq` and the next, for coalesced operations that share one. */
export const STRIDE = 1024;

/** In the order in which they ran: 0, 1, 2, … */
export function numberByOrder(rank: number, ops: ArrayLike<number>): MemberSequence {
	return { rank, ops: Uint32Array.from(ops), numbers: Float64Array.from(ops, (_, i) => i * STRIDE), bySeq: false };
}

/**
 * By `Seq`, where any operation has one. Those before the first that has one take the numbers before it; others
 * without are left out.
 */
export function numberBySeq({ seq }: RankComms, rank: number, ops: ArrayLike<number>): MemberSequence | undefined {
	let first = 0;
	while (first < ops.length && seq[ops[first]!] === NONE) first++;
	if (first === ops.length) return undefined;
	const firstSeq = seq[ops[first]!]!;
	const kept = new Uint32Array(ops.length);
	const numbers = new Float64Array(ops.length);
	let count = 0;
	let sorted = true;
	for (let i = 0; i < ops.length; i++) {
		const recorded = i < first ? firstSeq - first + i : seq[ops[i]!]!;
		if (recorded === NONE && i > first) continue;
		// Coalesced operations share a number, one after another.
		const before = count > 0 ? numbers[count - 1]! : Number.NEGATIVE_INFINITY;
		numbers[count] = Math.floor(before / STRIDE) === recorded ? before + 1 : recorded * STRIDE;
		if (numbers[count]! <= before) sorted = false;
		kept[count++] = ops[i]!;
	}
	const order = Uint32Array.from({ length: count }, (_, i) => i);
	if (!sorted) order.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
	return {
		rank,
		ops: sorted ? kept.subarray(0, count) : order.map((i) => kept[i]!),
		numbers: sorted ? numbers.subarray(0, count) : Float64Array.from(order, (i) => numbers[i]!),
		bySeq: true,
	};
}
