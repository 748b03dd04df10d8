/**
 * How long the device of a rank computes, communicates, and does both at once, from its logs: streams are united into
 * ascending segments that do not touch, start and end of each in a row, and these are laid over each other.
 */

import { loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { OK, OUT_OF_LINE } from "../status";
import { COMMUNICATION_BYTES, COMPUTING_BYTES, logBegin, logEnd } from "./device-log";
import { BUSY_SEGMENTS, LANES, NEXT_PIECE, OTHER_SEGMENTS, RANK, RANK_BYTES, SEGMENTS, SUMS, WIDTH } from "./layout";

/** Behind the last segment of `unite`; 0: a lane is out of line. */
let segmentsEnd: usize = 0;

/**
 * Unites the logs of all lanes.
 * @param kind 0: computing, 1: communication
 * @param begins where in an entry its begin stands; its end stands at its end
 */
function unite(control: usize, rank: usize, plan: usize, kind: usize, begins: usize, to: usize): boolean {
	const bytes: usize = (loadU32(control + WIDTH) as usize) * 8;
	const lanes = loadU32(control + LANES) as usize;
	const next = loadU32(control + NEXT_PIECE) as usize;
	const step: usize = kind === 0 ? COMPUTING_BYTES : COMMUNICATION_BYTES;
	for (let lane: usize = 0; lane < lanes; lane++) {
		storeU32(next + lane * 4, logBegin(rank, 2 * lane + kind, plan, bytes) as u32);
	}
	let from: f64 = 0;
	let reach: f64 = -Infinity;
	let latest: f64 = -Infinity;
	for (;;) {
		// The lane that goes on first, and until when no other does.
		let lane: usize = lanes;
		let earliest: f64 = Infinity;
		let until: f64 = Infinity;
		for (let other: usize = 0; other < lanes; other++) {
			const at = loadU32(next + other * 4) as usize;
			if (at === logEnd(rank, 2 * other + kind, plan, bytes)) continue;
			const start = loadF64(at + begins);
			if (start < earliest) {
				until = earliest;
				earliest = start;
				lane = other;
			} else if (start < until) until = start;
		}
		if (lane === lanes) break;
		let at = loadU32(next + lane * 4) as usize;
		const end = logEnd(rank, 2 * lane + kind, plan, bytes);
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
		storeU32(next + lane * 4, at as u32);
	}
	if (reach > from) {
		storeF64(to, from);
		storeF64(to + 8, reach);
		to += 16;
	}
	segmentsEnd = to;
	return true;
}

function length(segments: usize, end: usize): f64 {
	let sum: f64 = 0;
	for (; segments < end; segments += 16) sum += loadF64(segments + 8) - loadF64(segments);
	return sum;
}

/** How long two lists of segments run at once. */
function overlap(one: usize, oneEnd: usize, other: usize, otherEnd: usize): f64 {
	let sum: f64 = 0;
	while (one < oneEnd && other < otherEnd) {
		const start: f64 = loadF64(one);
		const end: f64 = loadF64(one + 8);
		const otherStart: f64 = loadF64(other);
		const otherFinish: f64 = loadF64(other + 8);
		const from: f64 = start > otherStart ? start : otherStart;
		const to: f64 = end < otherFinish ? end : otherFinish;
		if (to > from) sum += to - from;
		if (end < otherFinish) one += 16;
		else other += 16;
	}
	return sum;
}

/**
 * SUMS of a rank in one of the plans: computing; communication from its arrival on, and what of it computing hides;
 * the same from when all have arrived.
 */
export function sumDevice(control: usize, rankNumber: u32, plan: u32): u32 {
	const rank: usize = (loadU32(control + RANK) as usize) + (rankNumber as usize) * RANK_BYTES;
	const busy = loadU32(control + BUSY_SEGMENTS) as usize;
	const arrived = loadU32(control + SEGMENTS) as usize;
	const moving = loadU32(control + OTHER_SEGMENTS) as usize;
	const sums = loadU32(control + SUMS) as usize;
	if (!unite(control, rank, plan as usize, 0, 0, busy)) return OUT_OF_LINE;
	const busyEnd = segmentsEnd;
	if (!unite(control, rank, plan as usize, 1, 0, arrived)) return OUT_OF_LINE;
	const arrivedEnd = segmentsEnd;
	if (!unite(control, rank, plan as usize, 1, 8, moving)) return OUT_OF_LINE;
	const movingEnd = segmentsEnd;
	storeF64(sums, length(busy, busyEnd));
	storeF64(sums + 8, length(arrived, arrivedEnd));
	storeF64(sums + 16, overlap(busy, busyEnd, arrived, arrivedEnd));
	storeF64(sums + 24, length(moving, movingEnd));
	storeF64(sums + 32, overlap(busy, busyEnd, moving, movingEnd));
	return OK;
}
