/**
 * Follows a strand as far as it goes. Nearly all the time of a simulation is spent here, so what pull.ts and settle.ts
 * do is written out once more for the tasks that most are, on local variables: one or two edges with delays of 0 or
 * more. One edge counts as two: then nothing branches on what the task is like.
 */

import { BOUND_BY, DELAY, DURATION, FINISH, NONE, PRED, PRED_OFFSET, SETTLED, START } from "../layout";
import { isSignSet, later, loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { firstWaitFrom, taskOfWait } from "./answers";
import { demand } from "./ask";
import { BLOCKED, DONE, found, setScope } from "./explore";
import { pull, pulledBound, pulledReady } from "./pull";
import { countSettled, isSettled, settle, settled } from "./settle";
import { endOf, nextTaskOf, park, pause, wake } from "./strands";

/** Tasks that are settled at a stretch. */
export const STRETCH: u32 = 0x4000;

let predOffset: usize = 0;
let pred: usize = 0;
let delay: usize = 0;
let duration: usize = 0;
let start: usize = 0;
let finish: usize = 0;
let boundBy: usize = 0;
let order: usize = 0;

export function loadFollower(control: usize): void {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	delay = loadU32(control + DELAY) as usize;
	duration = loadU32(control + DURATION) as usize;
	start = loadU32(control + START) as usize;
	finish = loadU32(control + FINISH) as usize;
	boundBy = loadU32(control + BOUND_BY) as usize;
	order = loadU32(control + SETTLED) as usize;
}

/** Settles tasks from `begin` on as long as they are such as most are; returns the first that is not, or `stop`. */
function followSimple(begin: u32, stop: u32): u32 {
	const preds = pred;
	const delays = delay;
	const starts = start;
	/** From the start of a task to its finish. */
	const gap: usize = finish - starts;
	let at: usize = starts + (begin as usize) * 8;
	let offset: usize = predOffset + (begin as usize) * 4;
	let length: usize = duration + (begin as usize) * 8;
	let bound: usize = boundBy + (begin as usize) * 4;
	const place: usize = order + (settled as usize) * 4;
	let first = loadU32(offset);
	let task = begin;
	for (; task < stop; task++) {
		const end = loadU32(offset + 4);
		// The upper half of a start that is no time yet is all ones.
		if (end - first > 2 || end === first || loadU32(at + 4) !== NONE) break;
		const last: u32 = end - 1;
		const slotA = loadU32(preds + (first as usize) * 4);
		const slotB = loadU32(preds + (last as usize) * 4);
		const delayA: usize = delays + (first as usize) * 8;
		const delayB: usize = delays + (last as usize) * 8;
		const timeA = loadF64(starts + gap * ((slotA & 1) as usize) + ((slotA >>> 1) as usize) * 8) + loadF64(delayA);
		const timeB = loadF64(starts + gap * ((slotB & 1) as usize) + ((slotB >>> 1) as usize) * 8) + loadF64(delayB);
		// The sum is NaN where one of them is: a comparison less.
		if (!(timeA + timeB >= 0) || isSignSet(delayA, delayB)) break;
		const ready = later(timeA, timeB);
		const parked = loadU32(at);
		storeF64(at, ready);
		storeF64(at + gap, ready + loadF64(length));
		storeU32(bound, timeB > timeA ? last : first);
		storeU32(place + ((task - begin) as usize) * 4, task);
		if (parked !== NONE) wake(parked);
		first = end;
		at += 8;
		offset += 4;
		length += 8;
		bound += 4;
	}
	countSettled(settled + (task - begin));
	return task;
}

/** Settles the tasks of a strand in the order of their numbers; false where only the order of time can tell. */
export function follow(index: u32): boolean {
	const begin = nextTaskOf(index);
	const end = endOf(index);
	const stretch: u32 = end - begin > STRETCH ? begin + STRETCH : end;
	let wait = firstWaitFrom(begin);
	let asker = taskOfWait(wait);
	let task = begin;
	while (task < stretch) {
		task = followSimple(task, asker < stretch ? asker : stretch);
		if (task >= stretch) break;
		if (isSettled(task)) {
			task++;
			continue;
		}
		while (asker < task) {
			wait++;
			asker = taskOfWait(wait);
		}
		let missing = task === asker ? NONE : pull(task);
		if (task !== asker && missing === NONE) {
			settle(task, pulledReady, pulledBound);
			continue;
		}
		// A task that asks, or that needs one of this strand with a higher number, settles that ahead of its turn.
		if (task === asker || (missing >= begin && missing < end)) {
			setScope(begin, end);
			const outcome = demand(task);
			if (outcome === DONE) continue;
			if (outcome !== BLOCKED) return false;
			missing = found;
		}
		park(index, missing, task, NONE);
		return true;
	}
	pause(index, task);
	return true;
}
