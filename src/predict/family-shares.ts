/** Which family of work the time of a predicted step goes to. */
import { FAMILIES, type Family } from "../plan/blocks/kernel-family.js";
import { FIRST_COMMUNICATION } from "../plan/run/device-pieces.js";
import type { StageTimes } from "./stage-times.js";

/**
 * Shares of the time in which devices work, over all ranks; of communication only what nothing hides.
 * @param familyNs of every rank its time on the device by index into FAMILIES, without waiting
 */
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
