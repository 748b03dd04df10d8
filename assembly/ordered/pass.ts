/**
 * The ordered pass: start = the latest predecessor plus its delay, finish = start + duration, for every task in an
 * order that is settled already. No heap, no counters; most tasks take one record of 16 or 24 bytes, read in sequence,
 * and no branch. It does not decide anything: whether the loop would still decide as it did is checked at the end
 * (checks.ts).
 */

import {
	ASKED_AT,
	DURATION,
	HEAVY,
	HEAVY_DELAY,
	HEAVY_SLOT,
	LIGHT,
	NARROW,
	NONE,
	RUN,
	RUN_COUNT,
	TIME,
} from "../layout";
import { loadF64, loadU32, settleNarrow, settleWide, storeF64 } from "../memory";
import { HEAVY_BYTES, NARROW_BYTES, WIDE_BYTES } from "./records";
import { RUN_BYTES } from "./runs";

let times: usize = 0;
let light: usize = 0;
let duration: usize = 0;
let askedAt: usize = 0;
let heavy: usize = 0;
let slots: usize = 0;
let delays: usize = 0;

function runWide(first: usize, steps: usize): void {
	let record: usize = light + first * WIDE_BYTES;
	let length: usize = duration + first * 8;
	let time: usize = times + first * 16;
	for (const end: usize = time + steps * 16; time < end; time += 16) {
		settleWide(time, record, length);
		record += WIDE_BYTES;
		length += 8;
	}
}

function runNarrow(first: usize, steps: usize): void {
	let record: usize = light + first * NARROW_BYTES;
	let length: usize = duration + first * 8;
	let time: usize = times + first * 16;
	for (const end: usize = time + steps * 16; time < end; time += 16) {
		settleNarrow(time, record, length);
		record += NARROW_BYTES;
		length += 8;
	}
}

function runWidePair(first: usize, second: usize, steps: usize): void {
	let record: usize = light + first * WIDE_BYTES;
	let length: usize = duration + first * 8;
	let time: usize = times + first * 16;
	let otherRecord: usize = light + second * WIDE_BYTES;
	let otherLength: usize = duration + second * 8;
	let otherTime: usize = times + second * 16;
	for (const end: usize = time + steps * 16; time < end; time += 16) {
		settleWide(time, record, length);
		settleWide(otherTime, otherRecord, otherLength);
		record += WIDE_BYTES;
		length += 8;
		otherRecord += WIDE_BYTES;
		otherLength += 8;
		otherTime += 16;
	}
}

function runNarrowPair(first: usize, second: usize, steps: usize): void {
	let record: usize = light + first * NARROW_BYTES;
	let length: usize = duration + first * 8;
	let time: usize = times + first * 16;
	let otherRecord: usize = light + second * NARROW_BYTES;
	let otherLength: usize = duration + second * 8;
	let otherTime: usize = times + second * 16;
	for (const end: usize = time + steps * 16; time < end; time += 16) {
		settleNarrow(time, record, length);
		settleNarrow(otherTime, otherRecord, otherLength);
		record += NARROW_BYTES;
		length += 8;
		otherRecord += NARROW_BYTES;
		otherLength += 8;
		otherTime += 16;
	}
}

/** Settles a task with any number of edges and waits; notes when it asks its waits. */
function settleHeavy(task: usize): void {
	const edges: usize = slots + (loadU32(heavy) as usize) * 4;
	const waits: usize = edges + (loadU32(heavy + 4) as usize) * 4;
	const asks = loadU32(heavy + 8);
	let start: f64 = 0;
	for (;;) {
		if (slots === edges && asks !== 0) storeF64(askedAt + (asks as usize) * 8 - 8, start);
		if (slots === waits) break;
		const slot = loadU32(slots) as usize;
		const delay = loadF64(delays);
		let ready = loadF64(times + slot * 8) + delay;
		if (delay < 0) {
			// Nothing becomes ready before what it waits for has started.
			const earliest = loadF64(times + (slot - (slot & 1)) * 8);
			if (ready < earliest) ready = earliest;
		}
		if (ready > start) start = ready;
		slots += 4;
		delays += 8;
	}
	heavy += HEAVY_BYTES;
	storeF64(times + task * 16, start);
	storeF64(times + task * 16 + 8, start + loadF64(duration + task * 8));
}

export function runPass(control: usize): void {
	times = loadU32(control + TIME) as usize;
	light = loadU32(control + LIGHT) as usize;
	duration = loadU32(control + DURATION) as usize;
	askedAt = loadU32(control + ASKED_AT) as usize;
	heavy = loadU32(control + HEAVY) as usize;
	slots = loadU32(control + HEAVY_SLOT) as usize;
	delays = loadU32(control + HEAVY_DELAY) as usize;
	const narrow = loadU32(control + NARROW) !== 0;
	let run = loadU32(control + RUN) as usize;
	const end: usize = run + (loadU32(control + RUN_COUNT) as usize) * RUN_BYTES;
	for (; run < end; run += RUN_BYTES) {
		const first = loadU32(run) as usize;
		const second = loadU32(run + 4);
		const steps = loadU32(run + 8) as usize;
		if (second === NONE) {
			if (narrow) runNarrow(first, steps);
			else runWide(first, steps);
		} else if (narrow) {
			runNarrowPair(first, second as usize, steps);
		} else {
			runWidePair(first, second as usize, steps);
		}
		const task = loadU32(run + 12);
		if (task !== NONE) settleHeavy(task as usize);
	}
}
