/**
 * Two members of a channel laid upon each other: how well the operations agree that then have the same number.
 *
 * The evidence needs no clock: where the same operations meet, the ends of one rank are those of the other plus what
 * its clock is ahead, so that their differences hardly spread; where others meet, they spread with the work between.
 */

import { NONE } from "../../trace/columns.js";
import { median } from "./median.js";
import type { MemberSequence } from "./member-sequence.js";
import { fits, type Signatures } from "./signatures.js";

/** What is compared of each rank. */
export interface Comparable extends Signatures {
	/** On the scale of the first rank's base, less what is known of the clocks, ns. */
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	/** 1 where the group was not recorded but inferred. */
	readonly inherited: Uint8Array;
	/** The step in which it was launched, or NONE. */
	readonly step: Int32Array;
}

export interface Agreement {
	/** Operations that meet. */
	readonly overlap: number;
	/** Those of them that cannot be the same. */
	readonly mismatches: number;
	/** Those that were launched in different steps. */
	readonly otherSteps: number;
	/** Middle of the differences of the ends, the other's less the reference's, and how far they are from it, ns. */
	readonly differenceNs: number;
	readonly spreadNs: number;
}

/** Clocks run apart by no more than this, ns per ns; seen over a capture, they may. */
const MOST_DRIFT = 5e-4;

/**
 * @param shift is added to the numbers of `other`.
 * @param most compares no more than about so many of the operations that meet.
 */
export function compareSequences(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	other: MemberSequence,
	shift: number,
	most = Number.POSITIVE_INFINITY,
): Agreement {
	const a = ranks[reference.rank]!;
	const b = ranks[other.rank]!;
	const differences: number[] = [];
	const times: number[] = [];
	const oneWay: number[] = [];
	const oneWayTimes: number[] = [];
	let overlap = 0;
	let mismatches = 0;
	let otherSteps = 0;
	const every = Math.max(1, Math.floor(Math.min(reference.ops.length, other.ops.length) / most));
	for (let i = 0, j = 0; i < reference.ops.length && j < other.ops.length; ) {
		const distance = other.numbers[j]! + shift - reference.numbers[i]!;
		if (distance < 0) j++;
		else if (distance > 0) i++;
		else {
			const x = reference.ops[i++]!;
			const y = other.ops[j++]!;
			if (overlap++ % every !== 0) continue;
			if (a.step[x] !== NONE && b.step[y] !== NONE && a.step[x] !== b.step[y]) otherSteps += every;
			if (!fits(a.kernel[x]!, b.kernel[y]!) || !fits(a.message[x]!, b.message[y]!)) {
				if (a.inherited[x] === 0 && b.inherited[y] === 0) mismatches += every;
				continue;
			}
			const flows = a.oneWay[x] === 1;
			(flows ? oneWay : differences).push(b.endNs[y]! - a.endNs[x]!);
			(flows ? oneWayTimes : times).push(a.endNs[x]!);
		}
	}
	// Ends of one-way messages may be far apart: they speak only where nothing else does.
	const speaking = differences.length >= Math.min(4, oneWay.length) ? differences : oneWay;
	const { middle, spread } = withoutDrift(speaking, speaking === differences ? times : oneWayTimes);
	return { overlap, mismatches, otherSteps, differenceNs: middle, spreadNs: spread };
}

/** The median of some differences, and their median distance from it once a steady drift is taken off. */
function withoutDrift(differences: readonly number[], times: readonly number[]): { middle: number; spread: number } {
	const middle = median(differences);
	const third = Math.floor(differences.length / 3);
	let drift = 0;
	if (third >= 4) {
		const gained = median(differences.slice(-third)) - median(differences.slice(0, third));
		const passed = median(times.slice(-third)) - median(times.slice(0, third));
		if (passed > 0) drift = Math.max(-MOST_DRIFT, Math.min(MOST_DRIFT, gained / passed));
	}
	if (drift === 0) return { middle, spread: median(differences.map((d) => Math.abs(d - middle))) };
	const at = times[times.length >> 1]!;
	const still = differences.map((d, i) => d - drift * (times[i]! - at));
	const stillMiddle = median(still);
	return { middle, spread: median(still.map((d) => Math.abs(d - stillMiddle))) };
}
