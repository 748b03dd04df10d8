/** Which family of work the time of a predicted step goes to. */
import { FAMILIES, type Family } from "../plan/blocks/kernel-family.js";
import type { RankLog } from "../plan/run/device-log.js";
import { FIRST_COMMUNICATION } from "../plan/run/device-pieces.js";
import type { StageTimes } from "./stage-times.js";

/** Shares of the time in which devices work, over all ranks; of communication only what nothing hides. */
export function familyShares(logs: readonly RankLog[], perStage: readonly StageTimes[]): Map<Family, number> {
	return sharesOfFamilies(logs.map(familiesOfLog), perStage);
}

/** Time on the device by index into FAMILIES, without waiting. */
export function familiesOfLog({ movesNs, endNs, family }: RankLog): Float64Array {
	const sums = new Float64Array(FAMILIES.length);
	const [from, to, of] = [movesNs.view(), endNs.view(), family.view()];
	for (let i = 0; i < of.length; i++) sums[of[i]!]! += to[i]! - from[i]!;
	return sums;
}

/** The same shares of what `runPlans` summed up of every rank. */
export function sharesOfFamilies(
	familyNs: readonly Float64Array[],
	perStage: readonly StageTimes[],
): Map<Family, number> {
	const sums = new Float64Array(FAMILIES.length);
	for (const ofRank of familyNs) for (let f = 0; f < sums.length; f++) sums[f]! += ofRank[f]!;
	const sum = (of: (stage: StageTimes) => number): number => perStage.reduce((all, stage) => all + of(stage), 0);
	const computeMs = sum(({ working }) => working.exposedComputeMs + working.overlappedMs);
	const exposedMs = sum(({ working }) => working.exposedCommMs);
	const total = (from: number, to: number): number => sums.subarray(from, to).reduce((all, ns) => all + ns, 0);
	const parts: readonly (readonly [number, number, number])[] = [
		[0, FIRST_COMMUNICATION, computeMs],
		[FIRST_COMMUNICATION, FAMILIES.length, exposedMs],
	];
	const shares = new Map<Family, number>();
	for (const [begin, end, ms] of parts) {
		const all = total(begin, end);
		for (let f = begin; f < end; f++)
			if (sums[f]! > 0) shares.set(FAMILIES[f]!, ((sums[f]! / all) * ms) / (computeMs + exposedMs));
	}
	return shares;
}
