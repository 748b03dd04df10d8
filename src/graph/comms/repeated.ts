/** Matches of the same kernels: both messages of an exchange, all operations of a coalesced launch. One is enough. */
import type { MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

export function withoutRepeated(ranks: readonly RankComms[], matches: MatchColumns): MatchColumns {
	const { count, offset, memberRank, memberOp } = matches;
	const seen = new Set<string>();
	const kept: number[] = [];
	for (let m = 0; m < count; m++) {
		let shared = false;
		for (let i = offset[m]!; i < offset[m + 1]!; i++) {
			const { row } = ranks[memberRank[i]!]!;
			const op = memberOp[i]!;
			if (row[op] === row[op - 1] || row[op] === row[op + 1]) shared = true;
		}
		if (shared) {
			let key = "";
			for (let i = offset[m]!; i < offset[m + 1]!; i++)
				key += `${memberRank[i]}:${ranks[memberRank[i]!]!.row[memberOp[i]!]} `;
			if (seen.has(key)) continue;
			seen.add(key);
		}
		kept.push(m);
	}
	if (kept.length === count) return matches;
	const members = kept.flatMap((m) => Array.from({ length: offset[m + 1]! - offset[m]! }, (_, i) => offset[m]! + i));
	const ends = new Uint32Array(kept.length + 1);
	for (const [k, m] of kept.entries()) ends[k + 1] = ends[k]! + offset[m + 1]! - offset[m]!;
	return {
		count: kept.length,
		offset: ends,
		memberRank: Uint32Array.from(members, (i) => memberRank[i]!),
		memberOp: Uint32Array.from(members, (i) => memberOp[i]!),
		how: Uint8Array.from(kept, (m) => matches.how[m]!),
		expected: Uint32Array.from(kept, (m) => matches.expected[m]!),
		oneWay: Uint8Array.from(kept, (m) => matches.oneWay[m]!),
	};
}
