/** When the ranks of a plan meet, as they come to know it. */

import { NONE } from "../layout";
import { loadU32, storeU32 } from "../memory";
import {
	FIRST_WAITING,
	GROUP,
	GROUP_BEGIN,
	LATEST,
	MET,
	MISSING,
	NEXT_WAITING,
	RANK,
	RANK_BYTES,
	READY,
	READY_COUNT,
} from "./layout";
import { advanceTime } from "./times";

/** The role of messages in GROUP_ROLES. */
export const MESSAGE: u32 = 0;

/** The rendezvous of a meeting, or NONE where the rank meets nobody; `message` is the one that the program names. */
export function rendezvousOf(control: usize, rank: usize, role: u32, message: u32): u32 {
	if (role === MESSAGE) return message;
	const at: usize = (role as usize) * 4;
	const group = loadU32((loadU32(rank + GROUP) as usize) + at);
	if (group === NONE) return NONE;
	const met: usize = (loadU32(rank + MET) as usize) + at;
	const nth = loadU32(met);
	storeU32(met, nth + 1);
	return loadU32((loadU32(control + GROUP_BEGIN) as usize) + (group as usize) * 4) + nth;
}

export function isComplete(control: usize, rendezvous: u32): boolean {
	return loadU32((loadU32(control + MISSING) as usize) + (rendezvous as usize) * 4) === 0;
}

/** Where the time of a rendezvous stands. */
export function latestAt(control: usize, rendezvous: u32, bytes: usize): usize {
	return (loadU32(control + LATEST) as usize) + (rendezvous as usize) * bytes;
}

/** A rank arrives; the last to come makes those ready that waited. */
export function arrive(control: usize, rendezvous: u32, time: usize, bytes: usize): void {
	advanceTime(latestAt(control, rendezvous, bytes), time, bytes);
	const missing: usize = (loadU32(control + MISSING) as usize) + (rendezvous as usize) * 4;
	const left: u32 = loadU32(missing) - 1;
	storeU32(missing, left);
	if (left !== 0) return;
	const ready = loadU32(control + READY) as usize;
	let count = loadU32(control + READY_COUNT);
	let woken = loadU32((loadU32(control + FIRST_WAITING) as usize) + (rendezvous as usize) * 4);
	while (woken !== 0) {
		const rank: u32 = woken - 1;
		storeU32(ready + (count as usize) * 4, rank);
		count += 1;
		woken = loadU32((loadU32(control + RANK) as usize) + (rank as usize) * RANK_BYTES + NEXT_WAITING);
	}
	storeU32(control + READY_COUNT, count);
}

/** Puts a rank to sleep until all have come. */
export function sleep(control: usize, rendezvous: u32, rank: usize): void {
	const first: usize = (loadU32(control + FIRST_WAITING) as usize) + (rendezvous as usize) * 4;
	storeU32(rank + NEXT_WAITING, loadU32(first));
	storeU32(first, (((rank - (loadU32(control + RANK) as usize)) / RANK_BYTES) as u32) + 1);
}
