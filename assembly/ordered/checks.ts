/**
 * Whether the runtime dependencies would still resolve as the pass assumes. What a wait resolves to depends on which
 * launching calls start before its task asks, and which after; TypeScript lists the pairs that say so.
 *
 *   | launching call u32 | first wait of the asking task u32 | bit 0: the call comes first, bit 1: also in a tie u32 |
 */

import { ASKED_AT, CHECK, CHECKS, TIME } from "../layout";
import { loadF64, loadU32 } from "../memory";

const CHECK_BYTES: usize = 12;

export function orderHolds(control: usize): boolean {
	const times = loadU32(control + TIME) as usize;
	const askedAt = loadU32(control + ASKED_AT) as usize;
	let check = loadU32(control + CHECK) as usize;
	const end: usize = check + (loadU32(control + CHECKS) as usize) * CHECK_BYTES;
	for (; check < end; check += CHECK_BYTES) {
		const called = loadF64(times + (loadU32(check) as usize) * 16);
		const asked = loadF64(askedAt + (loadU32(check + 4) as usize) * 8);
		const rule = loadU32(check + 8);
		if (called === asked) {
			if ((rule & 2) === 0) return false;
		} else if (called < asked !== ((rule & 1) !== 0)) {
			return false;
		}
	}
	return true;
}
