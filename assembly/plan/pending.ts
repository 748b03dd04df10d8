/** Transfers that end a block and whose peer is missing: put off until something asks for their lane or message. */

import { loadF64, loadU32, storeU32 } from "../memory";
import { logTransfer } from "./device-log";
import { AWAITS, IS_RECEIVED, LOG_END, PENDING, READY_AT, RECEIVED, TIME } from "./layout";
import { isComplete, latestAt, sleep } from "./meetings";
import { addTimes, advanceTime, copyTime } from "./times";

function pendingOn(rank: usize, lane: u32, bytes: usize): usize {
	return (loadU32(rank + PENDING) as usize) + (lane as usize) * (READY_AT + 3 * bytes);
}

/** Puts a transfer off that could start at `ready` and takes `duration`; `arrived` is when it came to the rendezvous. */
export function putOff(
	rank: usize,
	lane: u32,
	rendezvous: u32,
	receives: u32,
	ready: usize,
	duration: usize,
	arrived: usize,
	bytes: usize,
): void {
	const pending = pendingOn(rank, lane, bytes);
	storeU32(pending + AWAITS, rendezvous + 1);
	storeU32(pending + IS_RECEIVED, receives);
	copyTime(pending + READY_AT, ready, bytes);
	copyTime(pending + READY_AT + bytes, duration, bytes);
	copyTime(pending + READY_AT + 2 * bytes, arrived, bytes);
}

/** Makes the last task of a lane known; false where that has to wait for somebody. */
export function settleLane(control: usize, rank: usize, lane: u32, bytes: usize): boolean {
	const pending = pendingOn(rank, lane, bytes);
	if (loadU32(pending + AWAITS) === 0) return true;
	return settlePending(control, rank, lane, pending, bytes);
}

function settlePending(control: usize, rank: usize, lane: u32, pending: usize, bytes: usize): boolean {
	const rendezvous: u32 = loadU32(pending + AWAITS) - 1;
	if (!isComplete(control, rendezvous)) {
		sleep(control, rendezvous, rank);
		return false;
	}
	// Behind the two times of never.
	const start: usize = (loadU32(rank + TIME) as usize) + ((lane as usize) + 1) * 2 * bytes;
	copyTime(start, pending + READY_AT, bytes);
	advanceTime(start, latestAt(control, rendezvous, bytes), bytes);
	addTimes(start + bytes, start, pending + READY_AT + bytes, bytes);
	if (loadU32(pending + IS_RECEIVED) !== 0) {
		copyTime((loadU32(control + RECEIVED) as usize) + (rendezvous as usize) * bytes, start + bytes, bytes);
	}
	storeU32(pending + AWAITS, 0);
	if (loadU32(rank + LOG_END) !== 0) logTransfer(rank, lane, pending + READY_AT + 2 * bytes, start, bytes);
	return true;
}

/** Makes a message known if it was received and put off; false where that has to wait for somebody. */
export function settleMessage(control: usize, rank: usize, message: u32, lanes: u32, bytes: usize): boolean {
	if (loadF64((loadU32(control + RECEIVED) as usize) + (message as usize) * bytes) !== -Infinity) return true;
	for (let lane: u32 = 0; lane < lanes; lane++) {
		const pending = pendingOn(rank, lane, bytes);
		if (loadU32(pending + AWAITS) !== message + 1 || loadU32(pending + IS_RECEIVED) === 0) continue;
		if (!settleLane(control, rank, lane, bytes)) return false;
	}
	return true;
}
