/** By how much a member's numbers are to be moved so that the same operations meet. */
import { type Agreement, type Comparable, compareSequences } from "./compare-sequences.js";
import { type MemberSequence, STRIDE } from "./member-sequence.js";

export interface Shift {
	readonly by: number;
	readonly agreement: Agreement;
	/** Whether the evidence speaks for it, or at least not against it. */
	readonly trusted: boolean;
}

/** What is known beforehand of the differences of two ranks' ends, ns. */
export interface Expected {
	readonly differenceNs: number;
	readonly toleranceNs: number;
}

/** Ends that spread less than this agree; no other shift needs to be tried, ns. */
const CLOSE_NS = 30_000;
/** Ends that spread more than this do not, ns. */
const APART_NS = 150_000;
/** With so few operations ends spread little whatever they are. */
const FEW = 4;
/** Another shift is better only if ends then spread less than this part. */
const CLEARLY = 1 / 3;
/** A small part of the operations may be others. */
const MOST_MISMATCHES = 0.02;
/** A shift that lays less than this of the shorter member on the other says nothing. */
const LEAST_OVERLAP = 0.5;
/** How far from the usual place a member is looked for, operations. */
const REACH = 256;
/** Shifts are tried on about this many operations. */
const SAMPLE = 48;

/**
 * The numbers as they are where both are recorded; else the last ones together, since captures end at the same step.
 * Where the ends speak against that, the shift with which they agree best.
 */
export function findShift(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	other: MemberSequence,
	expected: Expected | undefined,
): Shift {
	const usual =
		reference.bySeq && other.bySeq
			? 0
			: Math.floor((reference.numbers.at(-1)! - other.numbers.at(-1)!) / STRIDE) * STRIDE;
	const agreement = compareSequences(ranks, reference, other, usual);
	const first = { by: usual, agreement, trusted: isGood(agreement, expected, other.bySeq ? APART_NS : CLOSE_NS) };
	if (first.trusted) return first;
	let best: Shift | undefined;
	for (let away = 1; away <= REACH; away++) {
		for (const by of [usual + away * STRIDE, usual - away * STRIDE]) {
			const tried = compareSequences(ranks, reference, other, by, SAMPLE);
			if (tried.overlap < LEAST_OVERLAP * Math.min(reference.ops.length, other.ops.length)) continue;
			if (tried.overlap < FEW && !expected) continue;
			if (
				!isGood(tried, expected, APART_NS) ||
				tried.spreadNs >= (best?.agreement.spreadNs ?? Number.POSITIVE_INFINITY)
			)
				continue;
			best = { by, agreement: tried, trusted: true };
		}
	}
	const asUsual = { ...first, trusted: isGood(agreement, expected, APART_NS) };
	if (!best || (asUsual.trusted && best.agreement.spreadNs >= CLEARLY * agreement.spreadNs)) return asUsual;
	return { ...best, agreement: compareSequences(ranks, reference, other, best.by) };
}

function isGood(
	{ overlap, mismatches, differenceNs, spreadNs }: Agreement,
	expected: Expected | undefined,
	mostNs: number,
): boolean {
	if (overlap === 0 || mismatches > MOST_MISMATCHES * overlap) return false;
	if (expected && Math.abs(differenceNs - expected.differenceNs) > expected.toleranceNs) return false;
	return overlap < FEW || spreadNs <= mostNs;
}
