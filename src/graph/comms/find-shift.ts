/** By how much a member's numbers are to be moved so that the same operations meet. */
import { NONE } from "../../trace/columns.js";
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

/** Ends that spread more than this do not agree, ns. */
const APART_NS = 150_000;
/** With so few operations ends spread little whatever they are. */
const FEW = 4;
/** A shift stands out if ends spread less than this part of what they do with others. */
const CLEARLY = 1 / 3;
/** Ends are no more exact than this, ns. */
const EXACT_NS = 300;
/** A small part of the operations may be others. */
const MOST_MISMATCHES = 0.02;
/** Ranks may launch some operations before the end of a step that others launch after it. */
const MOST_OTHER_STEPS = 0.3;
/** A shift that lays less than this of the shorter member on the other says nothing. */
const LEAST_OVERLAP = 0.5;
/** How far from there, operations, a member is looked for whose last operations are not those of the others. */
const REACH = 256;
/** Numbers that were recorded are either right, or count from another start. */
const REACH_OF_RECORDED = 2;
/** Recorded numbers with which ends spread less than this need no other proof, ns. */
const CLOSE_NS = 30_000;
/** Shifts are tried on about this many operations. */
const SAMPLE = 48;

/**
 * The numbers as they are where both are recorded; else the last ones of a step together, since captures end at the same
 * step, unless there is another shift with which the ends agree clearly better.
 */
export function findShift(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	other: MemberSequence,
	expected: Expected | undefined,
): Shift {
	const recorded = reference.bySeq && other.bySeq;
	const together = lastTogether(ranks, reference, other);
	const usual = recorded ? 0 : together;
	const compare = (by: number, most?: number): Agreement => compareSequences(ranks, reference, other, by, most);
	const agreement = compare(usual);
	const asUsual = { by: usual, agreement, trusted: isGood(agreement, expected) };
	const close = recorded && agreement.spreadNs <= CLOSE_NS;
	if (asUsual.trusted && (close || agreement.overlap < FEW || standsOut(asUsual, compare))) return asUsual;

	const enough = LEAST_OVERLAP * Math.min(reference.ops.length, other.ops.length);
	const reach = recorded ? REACH_OF_RECORDED : REACH;
	let best: Shift | undefined;
	for (let away = 0; away <= reach; away++) {
		for (const by of away === 0 ? [together] : [together + away * STRIDE, together - away * STRIDE]) {
			const tried = compare(by, SAMPLE);
			if (by === usual || tried.overlap < enough || (tried.overlap < FEW && !expected) || !isGood(tried, expected))
				continue;
			if (best && spreadOf(tried) >= spreadOf(best.agreement)) continue;
			best = { by, agreement: tried, trusted: true };
		}
	}
	if (!best || (asUsual.trusted && spreadOf(best.agreement) > CLEARLY * spreadOf(agreement))) return asUsual;
	// With few operations it is the expected difference that speaks for a shift.
	return best.agreement.overlap < FEW || standsOut(best, compare) ? best : asUsual;
}

/** The shift with which both end together: with their last operations of the last step that both have. */
function lastTogether(ranks: readonly Comparable[], reference: MemberSequence, other: MemberSequence): number {
	const lastOf = ({ rank, ops, numbers }: MemberSequence, step: number): number => {
		for (let i = ops.length - 1; i >= 0; i--) if (ranks[rank]!.step[ops[i]!] === step) return numbers[i]!;
		return Number.NaN;
	};
	const stepOf = ({ rank, ops }: MemberSequence): number => ranks[rank]!.step[ops.at(-1)!]!;
	const step = Math.min(stepOf(reference), stepOf(other));
	const there = step === NONE ? reference.numbers.at(-1)! : lastOf(reference, step);
	const here = step === NONE ? other.numbers.at(-1)! : lastOf(other, step);
	const by = Number.isNaN(there - here) ? reference.numbers.at(-1)! - other.numbers.at(-1)! : there - here;
	return Math.floor(by / STRIDE) * STRIDE;
}

const spreadOf = ({ spreadNs }: Agreement): number => Math.max(EXACT_NS, spreadNs);

/** Whether the ends agree worse with one operation more or less. */
function standsOut({ by, agreement }: Shift, compare: (by: number, most: number) => Agreement): boolean {
	return [by - STRIDE, by + STRIDE].every((beside) => {
		const { overlap, mismatches, spreadNs } = compare(beside, SAMPLE);
		if (overlap < FEW || mismatches > MOST_MISMATCHES * overlap) return true;
		return spreadOf(agreement) <= CLEARLY * spreadNs;
	});
}

function isGood(
	{ overlap, mismatches, otherSteps, differenceNs, spreadNs }: Agreement,
	expected: Expected | undefined,
): boolean {
	if (overlap === 0 || mismatches > MOST_MISMATCHES * overlap || otherSteps > MOST_OTHER_STEPS * overlap) return false;
	if (expected && Math.abs(differenceNs - expected.differenceNs) > expected.toleranceNs) return false;
	return overlap < FEW || spreadNs <= APART_NS;
}
