/** Follows the ranks of a plan that can go on. */

import { loadU32, storeU32 } from "../memory";
import { OK, UNFINISHED } from "../status";
import { followRank } from "./follow";
import { RANK, RANK_BYTES, READY, READY_COUNT } from "./layout";

/** So many at most in one call: a function that runs for long is compiled to better code, which the next call finds. */
const MOST_AT_ONCE: u32 = 64;

export function followRanks(control: usize): u32 {
	for (let n: u32 = 0; n < MOST_AT_ONCE; n++) {
		const count = loadU32(control + READY_COUNT);
		if (count === 0) return OK;
		const rank = loadU32((loadU32(control + READY) as usize) + ((count - 1) as usize) * 4) as usize;
		storeU32(control + READY_COUNT, count - 1);
		followRank(control, (loadU32(control + RANK) as usize) + rank * RANK_BYTES);
	}
	return UNFINISHED;
}
