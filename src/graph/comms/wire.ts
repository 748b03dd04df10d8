/** How long the bytes of a match took, once the last member had come. */
import { type Clocks, clockLines } from "./clocks.js";
import type { MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

/**
 * Of each match the least, over its members, of the time from the last member's start to the member's end, ns.
 *
 * Clocks agree only up to their residual, which must not shorten it: the shortest of the members' own durations, which
 * needs no second clock, stands unless a member ended earlier by more than that. Never negative.
 */
export function wireTimes(ranks: readonly RankComms[], matches: MatchColumns, clocks: Clocks): Float64Array {
	const lines = clockLines(ranks, clocks);
	const noise = clocks.medianResidualNs;
	const { count, offset, memberRank, memberOp } = matches;
	const wireNs = new Float64Array(count);
	for (let m = 0; m < count; m++) {
		let shortest = Number.POSITIVE_INFINITY;
		let lastStart = Number.NEGATIVE_INFINITY;
		let firstEnd = Number.POSITIVE_INFINITY;
		for (let i = offset[m]!; i < offset[m + 1]!; i++) {
			const r = memberRank[i]!;
			const { scale, shiftNs } = lines[r]!;
			const start = ranks[r]!.startNs[memberOp[i]!]!;
			const end = ranks[r]!.endNs[memberOp[i]!]!;
			shortest = Math.min(shortest, end - start);
			lastStart = Math.max(lastStart, start * scale + shiftNs);
			firstEnd = Math.min(firstEnd, end * scale + shiftNs);
		}
		wireNs[m] = Math.max(0, Math.min(shortest, firstEnd - lastStart + noise));
	}
	return wireNs;
}
