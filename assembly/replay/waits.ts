/**
 * Runtime dependencies: the return of a blocking call waits for the last task launched on a stream by then. "Then" is
 * the moment when all its fixed edges are met: what other threads launch while it blocks does not concern it. The
 * question is asked once; the answer stays in WAIT_RESOLVED, the moment in the task's start until that is known.
 */

import {
	AT_FIRST,
	BOUND_BY,
	BY_WAIT,
	COUNT_MASK,
	COUNTER,
	FINISH,
	HAS_WAITERS,
	LATEST,
	NONE,
	ORDER,
	PLACE,
	PROCESSOR,
	PROCESSORS,
	START,
	WAIT_DELAY,
	WAIT_NEXT,
	WAIT_RESOLVED,
	WAIT_STREAM,
	WAIT_TASK,
	WAITERS,
	WAITS,
} from "../layout";
import { fillBytes, loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { offerReady } from "../queue/ready";
import { firstWaitOf } from "../wait-list";

let waits: u32 = 0;
let waitTask: usize = 0;
let waitStream: usize = 0;
let waitDelay: usize = 0;
let waitResolved: usize = 0;
let waitNext: usize = 0;
let waiters: usize = 0;
let atFirst: usize = 0;
let latest: usize = 0;
let place: usize = 0;
let order: usize = 0;
let processor: usize = 0;
let counter: usize = 0;
let starts: usize = 0;
let finishes: usize = 0;
let boundBy: usize = 0;

export function openWaits(control: usize): void {
	waits = loadU32(control + WAITS);
	waitTask = loadU32(control + WAIT_TASK) as usize;
	waitStream = loadU32(control + WAIT_STREAM) as usize;
	waitDelay = loadU32(control + WAIT_DELAY) as usize;
	waitResolved = loadU32(control + WAIT_RESOLVED) as usize;
	waitNext = loadU32(control + WAIT_NEXT) as usize;
	waiters = loadU32(control + WAITERS) as usize;
	atFirst = loadU32(control + AT_FIRST) as usize;
	latest = loadU32(control + LATEST) as usize;
	place = loadU32(control + PLACE) as usize;
	if (waits > 0) fillBytes(waiters, 0xff, (loadU32(control + PROCESSORS) as usize) * 4);
	order = loadU32(control + ORDER) as usize;
	processor = loadU32(control + PROCESSOR) as usize;
	counter = loadU32(control + COUNTER) as usize;
	starts = loadU32(control + START) as usize;
	finishes = loadU32(control + FINISH) as usize;
	boundBy = loadU32(control + BOUND_BY) as usize;
}

/**
 * The start of a task whose waits are all answered: the moment it asked, or when the last of what it waits for is
 * over. Records what bound it.
 */
function resume(task: u32): f64 {
	let start = loadF64(starts + (task as usize) * 8);
	for (let wait = firstWaitOf(waitTask, waits, task); wait < waits; wait++) {
		const at = (wait as usize) * 4;
		if (loadU32(waitTask + at) !== task) break;
		const target = loadU32(waitResolved + at);
		if (target === NONE) continue;
		const targetAt = (target as usize) * 8;
		let time = loadF64(finishes + targetAt) + loadF64(waitDelay + (wait as usize) * 8);
		if (time < loadF64(starts + targetAt)) time = loadF64(starts + targetAt);
		if (time > start) {
			start = time;
			storeU32(boundBy + (task as usize) * 4, BY_WAIT + wait);
		}
	}
	return start;
}

/** The last task launched on a stream by now, or NONE. */
function lastLaunched(stream: usize): u32 {
	const target = loadU32(latest + stream);
	const last: u32 = target === NONE ? loadU32(atFirst + stream) : loadU32(place + (target as usize) * 4);
	if (last === 0) return NONE;
	return order === 0 ? last - 1 : loadU32(order + ((last - 1) as usize) * 4);
}

/** Asks a task's waits at `time`, which is now. Returns when the task starts, or -1 when that is not known yet. */
export function ask(task: u32, time: f64): f64 {
	storeF64(starts + (task as usize) * 8, time);
	let missing: u32 = 0;
	for (let wait = firstWaitOf(waitTask, waits, task); wait < waits; wait++) {
		const at = (wait as usize) * 4;
		if (loadU32(waitTask + at) !== task) break;
		const stream = (loadU32(waitStream + at) as usize) * 4;
		const target = lastLaunched(stream);
		storeU32(waitResolved + at, target);
		if (target === NONE) continue;
		if (loadF64(finishes + (target as usize) * 8) >= 0) continue;
		missing++;
		storeU32(waitNext + at, loadU32(waiters + stream));
		storeU32(waiters + stream, wait);
		const targetCounter = counter + (target as usize) * 4;
		storeU32(targetCounter, loadU32(targetCounter) | HAS_WAITERS);
	}
	const count = counter + (task as usize) * 4;
	storeU32(count, (loadU32(count) & HAS_WAITERS) | missing);
	return missing > 0 ? -1 : resume(task);
}

/** Tells those who wait for `target` that its finish is known `now`. */
export function wakeWaiters(target: u32, now: f64): void {
	const head = waiters + (loadU32(processor + (target as usize) * 4) as usize) * 4;
	let link = head;
	for (let wait = loadU32(head); wait !== NONE; wait = loadU32(link)) {
		const next = waitNext + (wait as usize) * 4;
		if (loadU32(waitResolved + (wait as usize) * 4) !== target) {
			link = next;
			continue;
		}
		storeU32(link, loadU32(next));
		const task = loadU32(waitTask + (wait as usize) * 4);
		const missing: u32 = loadU32(counter + (task as usize) * 4) - 1;
		storeU32(counter + (task as usize) * 4, missing);
		if ((missing & COUNT_MASK) !== 0) continue;
		const start = resume(task);
		offerReady(start < now ? now : start, task);
	}
}
