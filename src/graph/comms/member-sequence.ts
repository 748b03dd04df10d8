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
	const all = Array.from(ops);
	const first = all.findIndex((op) => seq[op] !== NONE);
	if (first < 0) return undefined;
	const sharing = new Map<number, number>();
	const numbered = all.flatMap((op, i) => {
		if (i < first) return [[op, (seq[all[first]!]! - first + i) * STRIDE] as const];
		const recorded = seq[op]!;
		if (recorded === NONE) return [];
		const before = sharing.get(recorded) ?? 0;
		sharing.set(recorded, before + 1);
		return [[op, recorded * STRIDE + before] as const];
	});
	numbered.sort((a, b) => a[1] - b[1]);
	return {
		rank,
		ops: Uint32Array.from(numbered, ([op]) => op),
		numbers: Float64Array.from(numbered, ([, number]) => number),
		bySeq: true,
	};
}
