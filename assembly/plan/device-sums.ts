/**
 * How long the device of a rank computes, communicates, and does both at once, from its logs: streams are united into
 * ascending segments that do not touch, start and end of each in a row, and these are laid over each other.
 */

import { later, loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { OK, OUT_OF_LINE } from "../status";
import { COMMUNICATION_BYTES, COMPUTING_BYTES, logBegin, logEnd } from "./device-log";
import { BUSY_SEGMENTS, LANES, NEXT_PIECE, OTHER_SEGMENTS, RANK, RANK_BYTES, SEGMENTS, SUMS, WIDTH } from "./layout";

/** Behind the last segment of `unite`. */
let segmentsEnd: usize = 0;

/**
 * Unites the logs of all lanes; false where a lane is out of line.
 * @param kind 0: computing, 1: communication
 * @param begins where in an entry its begin stands; its end stands at its end
 */
function unite(control: usize, rank: usize, plan: usize, kind: usize, begins: usize, to: usize): boolean {
	const bytes: usize = (loadU32(control + WIDTH) as usize) * 8;
	const lanes = loadU32(control + LANES) as usize;
	const step: usize = kind === 0 ? COMPUTING_BYTES : COMMUNICATION_BYTES;
	// The lanes that have a log: where the next entry of each is, and where the log ends.
	const logs = loadU32(control + NEXT_PIECE) as usize;
	let logsEnd: usize = logs;
	for (let lane: usize = 0; lane < lanes; lane++) {
		const begin = logBegin(rank, 2 * lane + kind, plan, bytes);
		const end = logEnd(rank, 2 * lane + kind, plan, bytes);
		if (begin === end) continue;
		storeU32(logsEnd, begin as u32);
		storeU32(logsEnd + 4, end as u32);
		logsEnd += 8;
	}
	let from: f64 = 0;
	let reach: f64 = -Infinity;
	let latest: f64 = -Infinity;
	for (;;) {
		// The lane that goes on first, and until when no other does.
		let log: usize = logsEnd;
		let earliest: f64 = Infinity;
		let until: f64 = Infinity;
		for (let other: usize = logs; other < logsEnd; other += 8) {
			const at = loadU32(other) as usize;
			if (at === (loadU32(other + 4) as usize)) continue;
			const start = loadF64(at + begins);
			if (start < earliest) {
				until = earliest;
				earliest = start;
				log = other;
			} else if (start < until) until = start;
		}
		if (log === logsEnd) break;
		let at = loadU32(log) as usize;
		const end = loadU32(log + 4) as usize;
		for (; at < end; at += step) {
			const start = loadF64(at + begins);
			if (start > until) break;
			if (start < latest) return false;
			latest = start;
			const finish = loadF64(at + step - 8);
			if (start > reach) {
				if (reach > from) {
					storeF64(to, from);
					storeF64(to + 8, reach);
					to += 16;
				}
				from = start;
				reach = finish;
			} else if (finish > reach) reach = finish;
		}
		storeU32(log, at as u32);
	}
	if (reach > from) {
		storeF64(to, from);
		storeF64(to + 8, reach);
		to += 16;
	}
	segmentsEnd = to;
	return true;
}

/** The log of computing where one lane alone computes; its address, its end in `segmentsEnd`, or 0. */
function onlyLog(control: usize, rank: usize, plan: usize): usize {
	const bytes: usize = (loadU32(control + WIDTH) as usize) * 8;
	const lanes = loadU32(control + LANES) as usize;
	let only: usize = 0;
	for (let lane: usize = 0; lane < lanes; lane++) {
		const begin = logBegin(rank, 2 * lane, plan, bytes);
		const end = logEnd(rank, 2 * lane, plan, bytes);
		if (begin === end) continue;
		if (only !== 0) return 0;
		only = begin;
		segmentsEnd = end;
	}
	return only;
}

function length(segments: usize, end: usize): f64 {
	let sum: f64 = 0;
	for (; segments < end; segments += 16) sum += loadF64(segments + 8) - loadF64(segments);
	return sum;
}

/**
 * Lays two lists of segments over a list that ascends by start, as logs do; false where it does not. Writes how long
 * that list lasts, and how much of it each of the others covers. In one go: it is long, and memory is what takes time.
 */
function layOver(
	list: usize,
	listEnd: usize,
	one: usize,
	oneEnd: usize,
	other: usize,
	otherEnd: usize,
	lasts: usize,
	byOne: usize,
	byOther: usize,
): boolean {
	let sum: f64 = 0;
	let oneSum: f64 = 0;
	let otherSum: f64 = 0;
	let reach: f64 = -Infinity;
	let latest: f64 = -Infinity;
	let oneFrom: f64 = one < oneEnd ? loadF64(one) : Infinity;
	let otherFrom: f64 = other < otherEnd ? loadF64(other) : Infinity;
	for (; list < listEnd; list += 16) {
		const begin = loadF64(list);
		const end = loadF64(list + 8);
		if (begin < latest) return false;
		latest = begin;
		const start: f64 = later(begin, reach);
		if (end <= start) continue;
		reach = end;
		sum += end - start;
		while (oneFrom < end) {
			const to = loadF64(one + 8);
			if (to > start) oneSum += Math.min(to, end) - later(oneFrom, start);
			if (to > end) break;
			one += 16;
			oneFrom = one < oneEnd ? loadF64(one) : Infinity;
		}
		while (otherFrom < end) {
			const to = loadF64(other + 8);
			if (to > start) otherSum += Math.min(to, end) - later(otherFrom, start);
			if (to > end) break;
			other += 16;
			otherFrom = other < otherEnd ? loadF64(other) : Infinity;
		}
	}
	storeF64(lasts, sum);
	storeF64(byOne, oneSum);
	storeF64(byOther, otherSum);
	return true;
}

/**
 * SUMS of a rank in one of the plans: computing; communication from its arrival on, and what of it computing hides;
 * the same from when all have arrived.
 */
export function sumDevice(control: usize, rankNumber: u32, plan: u32): u32 {
	const rank: usize = (loadU32(control + RANK) as usize) + (rankNumber as usize) * RANK_BYTES;
	const arrived = loadU32(control + SEGMENTS) as usize;
	const moving = loadU32(control + OTHER_SEGMENTS) as usize;
	const sums = loadU32(control + SUMS) as usize;
	if (!unite(control, rank, plan as usize, 1, 0, arrived)) return OUT_OF_LINE;
	const arrivedEnd = segmentsEnd;
	if (!unite(control, rank, plan as usize, 1, 8, moving)) return OUT_OF_LINE;
	const movingEnd = segmentsEnd;
	let busy = onlyLog(control, rank, plan as usize);
	if (busy === 0) {
		busy = loadU32(control + BUSY_SEGMENTS) as usize;
		if (!unite(control, rank, plan as usize, 0, 0, busy)) return OUT_OF_LINE;
	}
	storeF64(sums + 8, length(arrived, arrivedEnd));
	storeF64(sums + 24, length(moving, movingEnd));
	const covered = layOver(busy, segmentsEnd, arrived, arrivedEnd, moving, movingEnd, sums, sums + 16, sums + 32);
	return covered ? OK : OUT_OF_LINE;
}
