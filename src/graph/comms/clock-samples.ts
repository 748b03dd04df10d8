/** What clocks are aligned by: the recorded ends of matched operations, on one scale. */
import type { MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

/** So many matches of the same ranks say what thousands would. */
const MOST_A_GROUP = 64;
export interface EndSamples {
	readonly rankCount: number;
	/** Matches, and the members of match m: [offset[m], offset[m + 1]). */
	readonly count: number;
	readonly offset: Uint32Array;
	readonly rank: Uint32Array;
	/** Recorded ends, ns on the scale of the first rank's base. */
	readonly endNs: Float64Array;
	/** Of each match, 1 where one member may end long before the others. */
	readonly oneWay: Uint8Array;
	/** Middle of all ends. */
	readonly atNs: number;
}

/** From each rank's relative times to those of the first rank, as far as the recorders' clocks agree, ns. */
export function baseShifts(ranks: readonly { readonly baseNs: bigint }[]): Float64Array {
	return Float64Array.from(ranks, ({ baseNs }) => Number(baseNs - ranks[0]!.baseNs));
}

/** At most so many matches of each set of ranks, spread evenly over the capture. */
export function sampleEnds(ranks: readonly RankComms[], matches: MatchColumns): EndSamples {
	const { count, offset, memberRank, memberOp, oneWay } = matches;
	const shift = baseShifts(ranks);
	// The first and the last member tell a set of ranks well enough from others to share the room out.
	const setOf = (m: number): number => memberRank[offset[m]!]! * ranks.length + memberRank[offset[m + 1]! - 1]!;
	const sizes = new Map<number, number>();
	for (let m = 0; m < count; m++) sizes.set(setOf(m), (sizes.get(setOf(m)) ?? 0) + 1);
	const seen = new Map<number, number>();
	const chosen: number[] = [];
	let members = 0;
	for (let m = 0; m < count; m++) {
		const set = setOf(m);
		const index = seen.get(set) ?? 0;
		seen.set(set, index + 1);
		const size = sizes.get(set)!;
		if (
			size > MOST_A_GROUP &&
			Math.floor((index * MOST_A_GROUP) / size) === Math.floor(((index - 1) * MOST_A_GROUP) / size)
		)
			continue;
		chosen.push(m);
		members += offset[m + 1]! - offset[m]!;
	}
	const samples = {
		rankCount: ranks.length,
		count: chosen.length,
		offset: new Uint32Array(chosen.length + 1),
		rank: new Uint32Array(members),
		endNs: new Float64Array(members),
		oneWay: Uint8Array.from(chosen, (m) => oneWay[m]!),
	};
	let to = 0;
	let first = Number.POSITIVE_INFINITY;
	let last = Number.NEGATIVE_INFINITY;
	chosen.forEach((m, i) => {
		for (let at = offset[m]!; at < offset[m + 1]!; at++, to++) {
			const rank = memberRank[at]!;
			const end = ranks[rank]!.endNs[memberOp[at]!]! + shift[rank]!;
			samples.rank[to] = rank;
			samples.endNs[to] = end;
			if (rank === 0 || !Number.isFinite(first)) {
				first = Math.min(first, end);
				last = Math.max(last, end);
			}
		}
		samples.offset[i + 1] = to;
	});
	return { ...samples, atNs: chosen.length > 0 ? (first + last) / 2 : 0 };
}
