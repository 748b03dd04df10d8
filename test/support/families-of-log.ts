import { FAMILIES } from "../../src/plan/blocks/kernel-family.js";
import type { RankLog } from "../../src/plan/run/device-log.js";

/** Time on the device by index into FAMILIES, without waiting. */
export function familiesOfLog({ movesNs, endNs, family }: RankLog): Float64Array {
	const sums = new Float64Array(FAMILIES.length);
	const [from, to, of] = [movesNs.view(), endNs.view(), family.view()];
	for (let i = 0; i < of.length; i++) sums[of[i]!]! += to[i]! - from[i]!;
	return sums;
}
