/** How long the bytes of a match took, once the last member had come. */
import { type Clocks, clockLines } from "./clocks.js";
import type { MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

export interface WireTimes {
	readonly wireNs: Float64Array;
	readonly transferNs: Float64Array;
	/** Of each member, 0 where it was done before the last one came: it sent, and waited for nobody. */
	readonly waits: Uint8Array;
}

/**
 * Of each member the time from the start of the last member to its own end, ns, and of each match the least of these.
 *
 * Never negative, nor longer than the member's own kernel; of one that did not wait, its own duration. Clocks agree only
 * up to their residual, which must not shorten the wire time: the last member's own duration, which needs no second clock, stands unless another member
 * ended earlier by more than that.
 */
export function wireTimes(ranks: readonly RankComms[], matches: MatchColumns, clocks: Clocks): WireTimes {
	const lines = clockLines(ranks, clocks);
	const noise = clocks.medianResidualNs;
	const { count, offset, memberRank, memberOp, oneWay } = matches;
	const wireNs = new Float64Array(count);
	const transferNs = new Float64Array(memberRank.length);
	const waits = new Uint8Array(memberRank.length).fill(1);
	const startNs = new Float64Array(memberRank.length);
	for (let i = 0; i < memberRank.length; i++) {
		const { scale, shiftNs } = lines[memberRank[i]!]!;
		startNs[i] = ranks[memberRank[i]!]!.startNs[memberOp[i]!]! * scale + shiftNs;
	}
	for (let m = 0; m < count; m++) {
		let last = offset[m]!;
		for (let i = last + 1; i < offset[m + 1]!; i++) if (startNs[i]! > startNs[last]!) last = i;
		let least = Number.POSITIVE_INFINITY;
		let shortest = Number.POSITIVE_INFINITY;
		for (let i = offset[m]!; i < offset[m + 1]!; i++) {
			const comms = ranks[memberRank[i]!]!;
			const tookNs = comms.endNs[memberOp[i]!]! - comms.startNs[memberOp[i]!]!;
			const afterLastNs = tookNs - (startNs[last]! - startNs[i]!);
			shortest = Math.min(shortest, tookNs);
			if (oneWay[m] && afterLastNs < -noise) {
				waits[i] = 0;
				transferNs[i] = tookNs;
				continue;
			}
			transferNs[i] = Math.max(0, afterLastNs);
			least = Math.min(least, transferNs[i]!);
		}
		wireNs[m] = Math.min(shortest, least + noise);
	}
	return { wireNs, transferNs, waits };
}
