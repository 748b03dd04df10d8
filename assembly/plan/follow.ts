/**
 * One rank on its way through its program, until the program ends or somebody is missing. The order does not depend on
 * durations: all that a rank waits for is a fixed edge, so that plans of one structure go this way together.
 */

import { NONE } from "../layout";
import { loadU32, storeU32 } from "../memory";
import {
	ARRIVAL,
	AWAITED,
	AWAITED_AT,
	BLOCK,
	BLOCK_BYTES,
	CAN_DEFER,
	IS_DEFERRED,
	IS_DONE,
	IS_OPEN,
	ITEM,
	ITEM_BLOCK,
	ITEMS,
	LANES,
	MEETING,
	MEETING_BYTES,
	MEETING_COUNT,
	MEETING_ORDER,
	MEETINGS,
	MESSAGES,
	NAMED,
	NEEDED_BY,
	NEXT_MESSAGE,
	ON_LANE,
	READ_COUNT,
	READS,
	RECEIVED,
	RECEIVES,
	RECORD,
	RECORD_COUNT,
	RECORD_DELAYS,
	RECORDS,
	RENDEZVOUS,
	RENDEZVOUS_AT,
	ROLE,
	TIME,
	TOUCH_COUNT,
	TOUCHES,
	TRANSFER,
	WIDTH,
} from "./layout";
import { arrive, isComplete, latestAt, MESSAGE, rendezvousOf, sleep } from "./meetings";
import { putOff, settleLane, settleMessage } from "./pending";
import { settleRecords } from "./settle";
import { copyTime, fillTime } from "./times";

/** Looks up what the block needs of before, and whom it meets; false where that is not known yet. */
function open(control: usize, rank: usize, block: usize, bytes: usize): boolean {
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
function meet(control: usize, rank: usize, block: usize, bytes: usize): boolean {
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

/** What the block leaves behind: the last task of each of its lanes. */
function close(rank: usize, block: usize, bytes: usize): void {
	const space = loadU32(rank + TIME) as usize;
	let touch = loadU32(block + TOUCHES) as usize;
	const end: usize = touch + (loadU32(block + TOUCH_COUNT) as usize) * 8;
	for (; touch < end; touch += 8) {
		const to: usize = space + ((loadU32(touch) as usize) + 1) * 2 * bytes;
		copyTime(to, space + (loadU32(touch + 4) as usize), 2 * bytes);
	}
	storeU32(rank + IS_OPEN, 0);
	storeU32(rank + IS_DEFERRED, 0);
}

/** Goes on until the program ends or somebody is missing. */
export function followRank(control: usize, rank: usize): void {
	const bytes: usize = (loadU32(control + WIDTH) as usize) * 8;
	const items = loadU32(rank + ITEMS);
	const blocks = loadU32(rank + ITEM_BLOCK) as usize;
	for (let item = loadU32(rank + ITEM); item < items; item++) {
		storeU32(rank + ITEM, item);
		const id = loadU32(blocks + (item as usize) * 4) as usize;
		const block: usize = (loadU32(control + BLOCK) as usize) + id * BLOCK_BYTES;
		if (loadU32(rank + IS_OPEN) === 0 && !open(control, rank, block, bytes)) return;
		if (!meet(control, rank, block, bytes)) return;
		close(rank, block, bytes);
	}
	storeU32(rank + ITEM, items);
	const lanes = loadU32(control + LANES);
	for (let lane: u32 = 0; lane < lanes; lane++) if (!settleLane(control, rank, lane, bytes)) return;
	storeU32(rank + IS_DONE, 1);
}
