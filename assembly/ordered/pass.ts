/**
 * The ordered pass: start = the latest predecessor plus its delay, finish = start + duration, for every task in an
 * order that is settled already. No heap, no counters; most tasks take one record of 24 bytes, read in sequence, and no
 * branch. It does not decide anything: whether the loop would still decide as it did is checked at the end (checks.ts).
 */

import { ASKED_AT, DURATION, HEAVY, HEAVY_DELAY, HEAVY_SLOT, LIGHT, NONE, RUN, RUN_COUNT, TIME } from "../layout";
import { loadF64, loadU32, settleTwo, storeF64 } from "../memory";
import { HEAVY_BYTES, LIGHT_BYTES } from "./records";
import { RUN_BYTES } from "./runs";

export function runPass(control: usize): void {
	const times = loadU32(control + TIME) as usize;
	const light = loadU32(control + LIGHT) as usize;
	const duration = loadU32(control + DURATION) as usize;
	const askedAt = loadU32(control + ASKED_AT) as usize;
	let heavy = loadU32(control + HEAVY) as usize;
	let slots = loadU32(control + HEAVY_SLOT) as usize;
	let delays = loadU32(control + HEAVY_DELAY) as usize;
	let run = loadU32(control + RUN) as usize;
	const runsEnd: usize = run + (loadU32(control + RUN_COUNT) as usize) * RUN_BYTES;

	for (; run < runsEnd; run += RUN_BYTES) {
		const first = loadU32(run) as usize;
		const second = loadU32(run + 4);
		let record: usize = light + first * LIGHT_BYTES;
		let length: usize = duration + first * 8;
		let time: usize = times + first * 16;
		const end: usize = time + (loadU32(run + 8) as usize) * 16;
		if (second === NONE) {
			while (time < end) {
				settleTwo(time, record, length);
				record += LIGHT_BYTES;
				length += 8;
				time += 16;
			}
		} else {
			let otherRecord: usize = light + (second as usize) * LIGHT_BYTES;
			let otherLength: usize = duration + (second as usize) * 8;
			let otherTime: usize = times + (second as usize) * 16;
			while (time < end) {
				settleTwo(time, record, length);
				settleTwo(otherTime, otherRecord, otherLength);
				record += LIGHT_BYTES;
				length += 8;
				time += 16;
				otherRecord += LIGHT_BYTES;
				otherLength += 8;
				otherTime += 16;
			}
		}
		const task = loadU32(run + 12);
		if (task === NONE) continue;

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
			// Nothing becomes ready before what it waits for has started.
			if (delay < 0) {
				const earliest = loadF64(times + (slot - (slot & 1)) * 8);
				if (ready < earliest) ready = earliest;
			}
			if (ready > start) start = ready;
			slots += 4;
			delays += 8;
		}
		heavy += HEAVY_BYTES;
		storeF64(times + (task as usize) * 16, start);
		storeF64(times + (task as usize) * 16 + 8, start + loadF64(duration + (task as usize) * 8));
	}
}
