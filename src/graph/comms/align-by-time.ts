/**
 * A member's numbers by when its operations ended on the common clock: for sequences with holes (the recorder lost
 * events), in which no single shift brings the same operations together.
 */
import type { Comparable } from "./compare-sequences.js";
import type { MemberSequence } from "./member-sequence.js";
import { fits } from "./signatures.js";

/**
 * Each operation takes the number of the reference's operation that ended nearest, if each is the other's nearest, and
 * the same kind of operation, and no further away than `toleranceNs`. The others are left out.
 */
export function alignByTime(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	other: MemberSequence,
	toleranceNs: number,
): MemberSequence {
	const a = ranks[reference.rank]!;
	const b = ranks[other.rank]!;
	const ops: number[] = [];
	const numbers: number[] = [];
	let i = 0;
	for (const [j, y] of other.ops.entries()) {
		const end = b.endNs[y]!;
		const distance = (at: number): number => Math.abs(a.endNs[reference.ops[at]!]! - end);
		while (i + 1 < reference.ops.length && distance(i + 1) <= distance(i)) i++;
		const x = reference.ops[i]!;
		if (distance(i) > toleranceNs || !fits(a.kernel[x]!, b.kernel[y]!) || !fits(a.message[x]!, b.message[y]!)) continue;
		const nearer = (k: number): boolean =>
			k >= 0 && k < other.ops.length && Math.abs(b.endNs[other.ops[k]!]! - a.endNs[x]!) < distance(i);
		if (nearer(j - 1) || nearer(j + 1)) continue;
		ops.push(y);
		numbers.push(reference.numbers[i]!);
	}
	return { rank: other.rank, ops: Uint32Array.from(ops), numbers: Float64Array.from(numbers), bySeq: false };
}
