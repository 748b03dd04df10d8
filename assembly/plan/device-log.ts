/**
 * What the device of a rank does, for each plan by itself: one log a channel, which is a lane and either its computing
 * (2 x lane) or its communication (2 x lane + 1). Lanes keep their order, so that each log ascends.
 *
 *     computing        start, end
 *     communication    arrival, start of the transfer, end
 *
 * A block lists its device work in groups: u32 channel, u32 pieces; then u32 each the offsets of the start of the task
 * that begins the piece and of the one that ends it.
 */

import { NONE } from "../layout";
import { loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { IS_DEFERRED, LOG_BEGIN, LOG_END, MEETINGS, ON_LANE, PIECE_GROUPS, PIECES, TIME } from "./layout";

/** Bytes of an entry. */
export const COMPUTING_BYTES: usize = 16;
export const COMMUNICATION_BYTES: usize = 24;

/** Where the log of a channel and plan ends, and with LOG_BEGIN where it begins. */
function cursorAt(rank: usize, channel: usize, plan: usize, bytes: usize): usize {
	return (loadU32(rank + LOG_END) as usize) + (channel * (bytes >>> 3) + plan) * 4;
}

export function logBegin(rank: usize, channel: usize, plan: usize, bytes: usize): usize {
	return loadU32((loadU32(rank + LOG_BEGIN) as usize) + (channel * (bytes >>> 3) + plan) * 4) as usize;
}

export function logEnd(rank: usize, channel: usize, plan: usize, bytes: usize): usize {
	return loadU32(cursorAt(rank, channel, plan, bytes)) as usize;
}

/** The device work of a block that is settled, but for a transfer that was put off. */
export function logPieces(rank: usize, block: usize, bytes: usize): void {
	const space = loadU32(rank + TIME) as usize;
	// Put off is the last task of the block, the transfer of its only meeting: the last piece on its lane.
	let deferred: u32 = NONE;
	if (loadU32(rank + IS_DEFERRED) !== 0) deferred = 2 * loadU32((loadU32(block + MEETINGS) as usize) + ON_LANE) + 1;
	let group = loadU32(block + PIECES) as usize;
	for (let groups = loadU32(block + PIECE_GROUPS); groups > 0; groups--) {
		const channel = loadU32(group) as usize;
		const first: usize = group + 8;
		const end: usize = first + (loadU32(group + 4) as usize) * 8;
		const communicates = (channel & 1) !== 0;
		const last: usize = loadU32(group) === deferred ? end - 8 : end;
		for (let at: usize = 0; at < bytes; at += 8) {
			const cursor = cursorAt(rank, channel, at >>> 3, bytes);
			const from: usize = space + at;
			let to = loadU32(cursor) as usize;
			if (communicates) to = logCommunication(first, last, from, to, bytes);
			else to = logComputing(first, last, from, to, bytes);
			storeU32(cursor, to as u32);
		}
		group = end;
	}
}

function logComputing(first: usize, last: usize, from: usize, to: usize, bytes: usize): usize {
	for (let piece: usize = first; piece < last; piece += 8) {
		const start: usize = from + (loadU32(piece) as usize);
		storeF64(to, loadF64(start));
		storeF64(to + 8, loadF64(start + bytes));
		to += COMPUTING_BYTES;
	}
	return to;
}

function logCommunication(first: usize, last: usize, from: usize, to: usize, bytes: usize): usize {
	for (let piece: usize = first; piece < last; piece += 8) {
		const moves: usize = from + (loadU32(piece + 4) as usize);
		storeF64(to, loadF64(from + (loadU32(piece) as usize)));
		storeF64(to + 8, loadF64(moves));
		storeF64(to + 16, loadF64(moves + bytes));
		to += COMMUNICATION_BYTES;
	}
	return to;
}

/** A transfer that was put off: when it arrived, and where its start and, behind it, its end stand. */
export function logTransfer(rank: usize, lane: u32, arrived: usize, start: usize, bytes: usize): void {
	for (let at: usize = 0; at < bytes; at += 8) {
		const cursor = cursorAt(rank, (lane as usize) * 2 + 1, at >>> 3, bytes);
		const to = loadU32(cursor) as usize;
		storeF64(to, loadF64(arrived + at));
		storeF64(to + 8, loadF64(start + at));
		storeF64(to + 16, loadF64(start + bytes + at));
		storeU32(cursor, (to + COMMUNICATION_BYTES) as u32);
	}
}
