/** Matches of the same kernels: both messages of an exchange, all operations of a coalesced launch. One is enough. */
import type { MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

export function withoutRepeated(ranks: readonly RankComms[], matches: MatchColumns): MatchColumns {
	const { count, offset, memberRank, memberOp } = matches;
	const kept = new Uint32Array(count);
	let keptCount = 0;
	let members = 0;
	/** Matches kept so far that may be met again, by the kernel of their first member. */
	const byKernel = new Map<number, number[]>();
	for (let m = 0; m < count; m++) {
		if (sharesKernel(ranks, matches, m)) {
			const first = offset[m]!;
			const { row } = ranks[memberRank[first]!]!;
			const kernel = row[memberOp[first]!]! * ranks.length + memberRank[first]!;
			const earlier = byKernel.get(kernel);
			if (earlier?.some((other) => areSameKernels(ranks, matches, m, other))) continue;
			if (earlier) earlier.push(m);
			else byKernel.set(kernel, [m]);
		}
		kept[keptCount++] = m;
		members += offset[m + 1]! - offset[m]!;
	}
	return keptCount === count ? matches : select(matches, kept.subarray(0, keptCount), members);
}

/** Whether a kernel of its members carries further operations. */
function sharesKernel(ranks: readonly RankComms[], { offset, memberRank, memberOp }: MatchColumns, m: number): boolean {
	for (let i = offset[m]!; i < offset[m + 1]!; i++) {
		const { row } = ranks[memberRank[i]!]!;
		const op = memberOp[i]!;
		if (row[op] === row[op - 1] || row[op] === row[op + 1]) return true;
	}
	return false;
}

function areSameKernels(
	ranks: readonly RankComms[],
	{ offset, memberRank, memberOp }: MatchColumns,
	m: number,
	other: number,
): boolean {
	const size = offset[m + 1]! - offset[m]!;
	if (offset[other + 1]! - offset[other]! !== size) return false;
	for (let k = 0; k < size; k++) {
		const i = offset[m]! + k;
		const j = offset[other]! + k;
		if (memberRank[i] !== memberRank[j]) return false;
		const { row } = ranks[memberRank[i]!]!;
		if (row[memberOp[i]!] !== row[memberOp[j]!]) return false;
	}
	return true;
}

function select(matches: MatchColumns, kept: Uint32Array, members: number): MatchColumns {
	const offset = new Uint32Array(kept.length + 1);
	const memberRank = new Uint32Array(members);
	const memberOp = new Uint32Array(members);
	for (let k = 0; k < kept.length; k++) {
		const begin = matches.offset[kept[k]!]!;
		const end = matches.offset[kept[k]! + 1]!;
		memberRank.set(matches.memberRank.subarray(begin, end), offset[k]!);
		memberOp.set(matches.memberOp.subarray(begin, end), offset[k]!);
		offset[k + 1] = offset[k]! + end - begin;
	}
	return {
		count: kept.length,
		offset,
		memberRank,
		memberOp,
		how: Uint8Array.from(kept, (m) => matches.how[m]!),
		expected: Uint32Array.from(kept, (m) => matches.expected[m]!),
		oneWay: Uint8Array.from(kept, (m) => matches.oneWay[m]!),
	};
}
