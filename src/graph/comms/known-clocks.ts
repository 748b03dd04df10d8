/** The ranks as comparisons see them once their clocks are known, and what that leaves to expect of their ends. */
import { baseShifts } from "./clock-samples.js";
import { type Clocks, clockLines } from "./clocks.js";
import type { Comparable } from "./compare-sequences.js";
import type { Expected } from "./find-shift.js";
import type { RankComms } from "./rank-comms.js";
import type { Signatures } from "./signatures.js";

/** How far the ends of the same operation may be apart on the common clock, ns; clocks worse than that are given … */
const PLAUSIBLE_NS = 100_000;
/** … so many median residuals; */
const PLAUSIBLE_RESIDUALS = 20;
/** what is as usual is so much closer; */
const CLOSELY = 0.1;
/** the ends of single operations so many times that. */
const PLAUSIBLE_ONCE = 2.5;

export interface Plausible {
	readonly closelyNs: number;
	readonly usuallyNs: number;
	readonly onceNs: number;
}

export function plausibleNs({ medianResidualNs }: Clocks): Plausible {
	const residuals = PLAUSIBLE_RESIDUALS * (medianResidualNs || 0);
	const usuallyNs = Math.max(PLAUSIBLE_NS, residuals);
	return { closelyNs: Math.max(CLOSELY * PLAUSIBLE_NS, residuals / 2), usuallyNs, onceNs: PLAUSIBLE_ONCE * usuallyNs };
}

/** @param recorded the ranks on the clocks that their recorders show. */
export function onCommonClock(
	ranks: readonly RankComms[],
	recorded: readonly Comparable[],
	clocks: Clocks,
): Comparable[] {
	return clockLines(ranks, clocks).map(({ scale, shiftNs }, r) => ({
		...recorded[r]!,
		startNs: ranks[r]!.startNs.map((ns) => scale * ns + shiftNs),
		endNs: ranks[r]!.endNs.map((ns) => scale * ns + shiftNs),
	}));
}

/** The ranks as they were recorded, on the scale of the first one's base. */
export function asRecorded(
	ranks: readonly RankComms[],
	signatures: readonly Signatures[],
	inherited: readonly Uint8Array[],
): Comparable[] {
	const shifts = baseShifts(ranks);
	return ranks.map(({ startNs, endNs, step }, r) => ({
		...signatures[r]!,
		inherited: inherited[r]!,
		step,
		startNs: startNs.map((ns) => ns + shifts[r]!),
		endNs: endNs.map((ns) => ns + shifts[r]!),
	}));
}

/** Nothing between ranks whose clocks are not connected. */
export function clockDifferences(
	{ component }: Clocks,
	toleranceNs: number,
): (reference: number, other: number) => Expected | undefined {
	const expected = { differenceNs: 0, toleranceNs };
	return (reference, other) => (component[reference] === component[other] ? expected : undefined);
}
