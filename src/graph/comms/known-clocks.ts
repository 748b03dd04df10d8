/** The ranks as comparisons see them once their clocks are known, and what that leaves to expect of their ends. */
import { type Clocks, clockLines } from "./clocks.js";
import type { Comparable } from "./compare-sequences.js";
import type { Expected } from "./find-shift.js";
import type { RankComms } from "./rank-comms.js";
import type { Signatures } from "./signatures.js";

/** How far the ends of the same operation may be apart on the common clock, ns; clocks worse than that are given … */
const PLAUSIBLE_NS = 100_000;
/** … so many median residuals; */
const PLAUSIBLE_RESIDUALS = 20;
/** the ends of single operations so many times that. */
const PLAUSIBLE_ONCE = 2.5;

export function plausibleNs({ medianResidualNs }: Clocks): { readonly usuallyNs: number; readonly onceNs: number } {
	const usuallyNs = Math.max(PLAUSIBLE_NS, PLAUSIBLE_RESIDUALS * (medianResidualNs || 0));
	return { usuallyNs, onceNs: PLAUSIBLE_ONCE * usuallyNs };
}

export function onCommonClock(
	ranks: readonly RankComms[],
	signatures: readonly Signatures[],
	inherited: readonly Uint8Array[],
	clocks: Clocks,
): Comparable[] {
	const lines = clockLines(ranks, clocks);
	return ranks.map(({ startNs, endNs }, r) => {
		const { scale, shiftNs } = lines[r]!;
		return {
			...signatures[r]!,
			inherited: inherited[r]!,
			startNs: startNs.map((ns) => scale * ns + shiftNs),
			endNs: endNs.map((ns) => scale * ns + shiftNs),
		};
	});
}

/** Nothing between ranks whose clocks are not connected. */
export function clockDifferences(clocks: Clocks): (reference: number, other: number) => Expected | undefined {
	const expected = { differenceNs: 0, toleranceNs: plausibleNs(clocks).usuallyNs };
	return (reference, other) => (clocks.component[reference] === clocks.component[other] ? expected : undefined);
}
