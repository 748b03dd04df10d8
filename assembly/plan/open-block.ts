/** The beginning of a block: what it needs of before must be known, and whom it meets. */

import { NONE } from "../layout";
import { loadU32, storeU32 } from "../memory";
import {
	AWAITED,
	AWAITED_AT,
	IS_OPEN,
	LANES,
	MEETING,
	MEETING_BYTES,
	MEETING_COUNT,
	MEETINGS,
	MESSAGES,
	NAMED,
	NEXT_MESSAGE,
	READ_COUNT,
	READS,
	RECEIVED,
	RECORD,
	RENDEZVOUS,
	ROLE,
	TIME,
} from "./layout";
import { MESSAGE, rendezvousOf } from "./meetings";
import { settleLane, settleMessage } from "./pending";
import { copyTime, fillTime } from "./times";

/** Looks up what the block needs of before, and whom it meets; false where that is not known yet. */
export function openBlock(control: usize, rank: usize, block: usize, bytes: usize): boolean {
	const reads = loadU32(block + READS) as usize;
	const readEnd: usize = reads + (loadU32(block + READ_COUNT) as usize) * 4;
	for (let at: usize = reads; at < readEnd; at += 4) {
		if (!settleLane(control, rank, loadU32(at), bytes)) return false;
	}
	let message = loadU32(rank + NEXT_MESSAGE) as usize;
	const awaited: usize = message + (loadU32(block + NAMED) as usize) * 4;
	const awaitedEnd: usize = awaited + (loadU32(block + AWAITED) as usize) * 4;
	let time: usize = (loadU32(rank + TIME) as usize) + (loadU32(block + AWAITED_AT) as usize);
	for (let at: usize = awaited; at < awaitedEnd; at += 4) {
		const id = loadU32(at);
		if (id >= loadU32(control + MESSAGES)) fillTime(time, -Infinity, bytes);
		else {
			if (!settleMessage(control, rank, id, loadU32(control + LANES), bytes)) return false;
			copyTime(time, (loadU32(control + RECEIVED) as usize) + (id as usize) * bytes, bytes);
		}
		time += bytes;
	}
	let rendezvous = loadU32(rank + RENDEZVOUS) as usize;
	let meeting = loadU32(block + MEETINGS) as usize;
	const end: usize = meeting + (loadU32(block + MEETING_COUNT) as usize) * MEETING_BYTES;
	for (; meeting < end; meeting += MEETING_BYTES) {
		const role = loadU32(meeting + ROLE);
		let named: u32 = NONE;
		if (role === MESSAGE) {
			named = loadU32(message);
			message += 4;
		}
		storeU32(rendezvous, rendezvousOf(control, rank, role, named));
		rendezvous += 4;
	}
	storeU32(rank + NEXT_MESSAGE, awaitedEnd as u32);
	storeU32(rank + IS_OPEN, 1);
	storeU32(rank + RECORD, 0);
	storeU32(rank + MEETING, 0);
	return true;
}
