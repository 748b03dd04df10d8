/**
 * The event loop: tasks are settled in the order of (start, task number). A task's start is known when all its
 * predecessors are settled, so it is taken from the ready set at its start, and what it makes ready starts no earlier.
 * That order is what the runtime dependencies ask about (waits.ts), and what shared links need. Threads and streams need
 * no clock here: the order of the tasks on each is given by edges.
 *
 * A ready task reads the times of its predecessors (it pulls; nobody pushes): one sequential read of its own edges,
 * no second copy of the delays. O(edges + tasks x log ready). Where no time has to decide, the worklist
 * (../worklist/run.ts) gives the same times much sooner.
 */

import {
	BOUND_BY,
	COUNT_MASK,
	COUNTER,
	DELAY,
	DURATION,
	FINISH,
	HAS_WAITERS,
	HAS_WAITS,
	LINK_OF,
	NONE,
	PRED,
	PRED_OFFSET,
	SETTLED,
	SETTLED_COUNT,
	START,
	SUCC,
	SUCC_OFFSET,
	TASKS,
	WAIT_TASK,
	WAITS,
} from "../layout";
import { fillBytes, loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { offerReady, openReady, takeFirst, takenTag, takenTime } from "../queue/ready";
import { DEADLOCK, OK } from "../status";
import { recordLaunch } from "./launches";
import { beginOnLink, endOnLink, openLinks } from "./links";
import { ask, openWaits, wakeWaiters } from "./waits";

let predOffset: usize = 0;
let pred: usize = 0;
let delay: usize = 0;
let succ: usize = 0;
let counter: usize = 0;
let starts: usize = 0;
let finishes: usize = 0;
let boundBy: usize = 0;

/** Sets the counters, and starts the tasks that wait for nothing. */
function open(control: usize): void {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	delay = loadU32(control + DELAY) as usize;
	succ = loadU32(control + SUCC) as usize;
	counter = loadU32(control + COUNTER) as usize;
	starts = loadU32(control + START) as usize;
	finishes = loadU32(control + FINISH) as usize;
	boundBy = loadU32(control + BOUND_BY) as usize;
	openReady(control);
	openWaits(control);
	if (loadU32(control + LINK_OF) !== 0) openLinks(control);

	const tasks = loadU32(control + TASKS);
	// All ones is NaN: a time that is not known is not equal to itself.
	fillBytes(starts, 0xff, (tasks as usize) * 8);
	fillBytes(finishes, 0xff, (tasks as usize) * 8);
	fillBytes(boundBy, 0xff, (tasks as usize) * 4);
	let from = loadU32(predOffset);
	for (let task: u32 = 0; task < tasks; task++) {
		const to = loadU32(predOffset + (task as usize) * 4 + 4);
		storeU32(counter + (task as usize) * 4, to - from);
		if (from === to) offerReady(0, task);
		from = to;
	}
	const waitTask = loadU32(control + WAIT_TASK) as usize;
	const waits = loadU32(control + WAITS);
	for (let wait: u32 = 0; wait < waits; wait++) {
		const count = counter + (loadU32(waitTask + (wait as usize) * 4) as usize) * 4;
		storeU32(count, loadU32(count) | HAS_WAITS);
	}
}

/** When a task whose predecessors are all settled is ready; records the first edge that says so. */
function pullReady(task: u32): f64 {
	const edges = predOffset + (task as usize) * 4;
	const end = loadU32(edges + 4);
	let ready: f64 = -1;
	let bound = NONE;
	for (let edge = loadU32(edges); edge < end; edge++) {
		const slot = loadU32(pred + (edge as usize) * 4);
		const from = ((slot >>> 1) as usize) * 8;
		const wait = loadF64(delay + (edge as usize) * 8);
		let time = loadF64(((slot & 1) !== 0 ? finishes : starts) + from) + wait;
		// Nothing becomes ready before what it waits for has started.
		if (wait < 0 && time < loadF64(starts + from)) time = loadF64(starts + from);
		if (time > ready) {
			ready = time;
			bound = edge;
		}
	}
	storeU32(boundBy + (task as usize) * 4, bound);
	return ready;
}

/** Tells the successors [from, to) that one more of what they wait for is known. */
function release(from: u32, to: u32, now: f64): void {
	for (let at = from; at < to; at++) {
		const entry = loadU32(succ + (at as usize) * 4);
		const task: u32 = entry >>> 1;
		if ((entry & 1) !== 0) recordLaunch(task);
		const count: u32 = loadU32(counter + (task as usize) * 4) - 1;
		storeU32(counter + (task as usize) * 4, count);
		if ((count & COUNT_MASK) !== 0) continue;
		// Only the end of a task on a link, which nobody knows before, can find a negative delay that is over.
		const ready = pullReady(task);
		offerReady(ready < now ? now : ready, task);
	}
}

export function runLoop(control: usize): u32 {
	open(control);
	const tasks = loadU32(control + TASKS);
	const duration = loadU32(control + DURATION) as usize;
	const succOffset = loadU32(control + SUCC_OFFSET) as usize;
	const order = loadU32(control + SETTLED) as usize;
	const linkOf = loadU32(control + LINK_OF) as usize;
	let settled: u32 = 0;

	for (;;) {
		let task = takeFirst();
		if (task === NONE) break;
		const now = takenTime;
		if (task >= tasks) {
			task = endOnLink(task - tasks, takenTag, now);
			if (task === NONE) continue;
			storeF64(finishes + (task as usize) * 8, now);
			const successors = succOffset + (task as usize) * 8;
			release(loadU32(successors + 4), loadU32(successors + 8), now);
			if ((loadU32(counter + (task as usize) * 4) & HAS_WAITERS) !== 0) wakeWaiters(task, now);
			continue;
		}
		const flags = loadU32(counter + (task as usize) * 4);
		if ((flags & HAS_WAITS) !== 0) {
			const resumes = ask(task, now);
			if (resumes !== now) {
				if (resumes >= 0) offerReady(resumes, task);
				continue;
			}
		}
		storeF64(starts + (task as usize) * 8, now);
		storeU32(order + (settled as usize) * 4, task);
		settled++;
		const successors = succOffset + (task as usize) * 8;
		const link: u32 = linkOf === 0 ? NONE : loadU32(linkOf + (task as usize) * 4);
		if (link !== NONE) {
			beginOnLink(link, task, now);
			release(loadU32(successors), loadU32(successors + 4), now);
			continue;
		}
		storeF64(finishes + (task as usize) * 8, now + loadF64(duration + (task as usize) * 8));
		release(loadU32(successors), loadU32(successors + 8), now);
		if ((flags & HAS_WAITERS) !== 0) wakeWaiters(task, now);
	}
	storeU32(control + SETTLED_COUNT, settled);
	return settled === tasks ? OK : DEADLOCK;
}
