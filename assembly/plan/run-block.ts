/** The tasks of a block, from meeting to meeting. */

import { NONE } from "../layout";
import { loadU32, storeU32 } from "../memory";
import {
	ARRIVAL,
	CAN_DEFER,
	IS_DEFERRED,
	LANES,
	MEETING,
	MEETING_BYTES,
	MEETING_COUNT,
	MEETING_ORDER,
	MEETINGS,
	NEEDED_BY,
	ON_LANE,
	RECEIVED,
	RECEIVES,
	RECORD,
	RECORD_COUNT,
	RECORD_DELAYS,
	RECORDS,
	RENDEZVOUS,
	RENDEZVOUS_AT,
	TIME,
	TRANSFER,
} from "./layout";
import { arrive, isComplete, latestAt, sleep } from "./meetings";
import { putOff } from "./pending";
import { settleRecords } from "./settle";
import { copyTime, fillTime } from "./times";

/** Settles the records up to `to`. */
function settleUpTo(rank: usize, block: usize, tasks: usize, to: u32, bytes: usize): void {
	const from = loadU32(rank + RECORD);
	if (from >= to) return;
	const record: usize = (loadU32(block + RECORDS) as usize) + (from as usize) * (RECORD_DELAYS + 3 * bytes);
	settleRecords(
		(bytes >>> 3) as u32,
		loadU32(rank + TIME) as usize,
		record,
		tasks + (from as usize) * 2 * bytes,
		tasks + (to as usize) * 2 * bytes,
	);
	storeU32(rank + RECORD, to);
}

/** Arrives at all meetings of one transfer, before it waits for any of them. */
function arriveAll(control: usize, rank: usize, block: usize, from: u32, to: u32, bytes: usize): void {
	const space = loadU32(rank + TIME) as usize;
	const meetings = loadU32(block + MEETINGS) as usize;
	const order = loadU32(block + MEETING_ORDER) as usize;
	const end = loadU32(block + MEETING_COUNT);
	for (let i = from; i < end; i++) {
		const m = loadU32(order + (i as usize) * 4) as usize;
		const meeting: usize = meetings + m * MEETING_BYTES;
		if (loadU32(meeting + NEEDED_BY) !== to) return;
		const rendezvous = loadU32((loadU32(rank + RENDEZVOUS) as usize) + m * 4);
		if (rendezvous === NONE) continue;
		arrive(control, rendezvous, space + (loadU32(meeting + ARRIVAL) as usize) + bytes, bytes);
	}
}

/** Settles the block from meeting to meeting; false where somebody is missing. */
export function runBlock(control: usize, rank: usize, block: usize, bytes: usize): boolean {
	const space = loadU32(rank + TIME) as usize;
	const tasks: usize = space + ((loadU32(control + LANES) as usize) + 1) * 2 * bytes;
	const meetings = loadU32(block + MEETINGS) as usize;
	const order = loadU32(block + MEETING_ORDER) as usize;
	const count = loadU32(block + MEETING_COUNT);
	const met = loadU32(rank + RENDEZVOUS) as usize;
	for (let i = loadU32(rank + MEETING); i < count; i++) {
		const m = loadU32(order + (i as usize) * 4) as usize;
		const meeting: usize = meetings + m * MEETING_BYTES;
		const at = loadU32(meeting + NEEDED_BY);
		if (loadU32(rank + RECORD) < at) {
			settleUpTo(rank, block, tasks, at, bytes);
			arriveAll(control, rank, block, i, at, bytes);
		}
		const rendezvous = loadU32(met + m * 4);
		const slot: usize = space + (loadU32(meeting + RENDEZVOUS_AT) as usize);
		const arrival: usize = space + (loadU32(meeting + ARRIVAL) as usize);
		if (rendezvous === NONE) {
			copyTime(slot, arrival + bytes, bytes);
			continue;
		}
		if (isComplete(control, rendezvous)) {
			copyTime(slot, latestAt(control, rendezvous, bytes), bytes);
			continue;
		}
		storeU32(rank + MEETING, i);
		if (loadU32(block + CAN_DEFER) === 0) {
			sleep(control, rendezvous, rank);
			return false;
		}
		fillTime(slot, -Infinity, bytes);
		const records = loadU32(block + RECORD_COUNT);
		settleUpTo(rank, block, tasks, records, bytes);
		// The transfer is the last record; its duration ends it.
		const duration: usize =
			(loadU32(block + RECORDS) as usize) + (records as usize) * (RECORD_DELAYS + 3 * bytes) - bytes;
		putOff(
			rank,
			loadU32(meeting + ON_LANE),
			rendezvous,
			loadU32(meeting + RECEIVES),
			space + (loadU32(meeting + TRANSFER) as usize),
			duration,
			arrival,
			bytes,
		);
		storeU32(rank + IS_DEFERRED, 1);
		return true;
	}
	settleUpTo(rank, block, tasks, loadU32(block + RECORD_COUNT), bytes);
	for (let m: usize = 0; m < (count as usize); m++) {
		const meeting: usize = meetings + m * MEETING_BYTES;
		const rendezvous = loadU32(met + m * 4);
		if (loadU32(meeting + RECEIVES) === 0 || rendezvous === NONE) continue;
		const finish: usize = space + (loadU32(meeting + TRANSFER) as usize) + bytes;
		copyTime((loadU32(control + RECEIVED) as usize) + (rendezvous as usize) * bytes, finish, bytes);
	}
	return true;
}
