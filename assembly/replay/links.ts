/**
 * Links: tasks on one link at the same time share it. With k of them on a link that can serve c at full speed, each
 * runs at min(1, c / k), so all are served alike, and one clock a link, which runs at that speed, tells when each ends:
 * a task that begins at clock v ends at clock v + duration, whoever comes and goes meanwhile (processor sharing by
 * virtual time). The next end on a link is an event in the ready set; when the speed changes, a new one is put there,
 * and its version tells the old one apart.
 *
 *   | clock f64 | as of f64 | heap of ends on this clock u32 | active u32 | version u32 | - |
 */

import { DURATION, LINK_CAPACITY, LINK_HEAP, LINK_OF, LINK_STATE, LINKS, NONE, TASKS } from "../layout";
import { fillBytes, loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { entryAt, heapDrop, heapPush } from "../queue/heap";
import { pushReady } from "../queue/ready";

const STATE_BYTES: usize = 32;
const AS_OF: usize = 8;
const ENDS: usize = 16;
const ACTIVE: usize = 20;
const VERSION: usize = 24;

let states: usize = 0;
let capacity: usize = 0;
let duration: usize = 0;
let tasks: u32 = 0;

function stateOf(link: u32): usize {
	return states + (link as usize) * STATE_BYTES;
}

export function openLinks(control: usize): void {
	states = loadU32(control + LINK_STATE) as usize;
	capacity = loadU32(control + LINK_CAPACITY) as usize;
	duration = loadU32(control + DURATION) as usize;
	tasks = loadU32(control + TASKS);
	const linkOf = loadU32(control + LINK_OF) as usize;
	const links = loadU32(control + LINKS);
	fillBytes(states, 0, (links as usize) * STATE_BYTES);
	// Each link needs room for all its tasks: count them in ACTIVE first.
	for (let task: u32 = 0; task < tasks; task++) {
		const link = loadU32(linkOf + (task as usize) * 4);
		if (link !== NONE) storeU32(stateOf(link) + ACTIVE, loadU32(stateOf(link) + ACTIVE) + 1);
	}
	let ends = loadU32(control + LINK_HEAP) as usize;
	for (let link: u32 = 0; link < links; link++) {
		const state = stateOf(link);
		storeU32(state + ENDS, ends as u32);
		ends = entryAt(ends, loadU32(state + ACTIVE));
		storeU32(state + ACTIVE, 0);
	}
}

/** How fast each of the active tasks runs. */
function speedOf(link: u32, active: u32): f64 {
	return Math.min(1, loadF64(capacity + (link as usize) * 8) / (active as f64));
}

/** Puts the next end on the link into the ready set, in place of the one before. */
function schedule(link: u32, now: f64): void {
	const state = stateOf(link);
	const version: u32 = loadU32(state + VERSION) + 1;
	storeU32(state + VERSION, version);
	const active = loadU32(state + ACTIVE);
	if (active === 0) return;
	const left = loadF64(loadU32(state + ENDS) as usize) - loadF64(state);
	pushReady(left > 0 ? now + left / speedOf(link, active) : now, tasks + link, version);
}

/** A task starts on the link. */
export function beginOnLink(link: u32, task: u32, now: f64): void {
	const state = stateOf(link);
	const active = loadU32(state + ACTIVE);
	// An idle link starts its clock again, so that a task alone takes its duration to the bit.
	const clock = active === 0 ? 0 : loadF64(state) + (now - loadF64(state + AS_OF)) * speedOf(link, active);
	storeF64(state, clock);
	storeF64(state + AS_OF, now);
	heapPush(loadU32(state + ENDS) as usize, active, clock + loadF64(duration + (task as usize) * 8), task, 0);
	storeU32(state + ACTIVE, active + 1);
	schedule(link, now);
}

/** The task that ends on the link now; NONE if the event was replaced meanwhile. */
export function endOnLink(link: u32, version: u32, now: f64): u32 {
	const state = stateOf(link);
	if (loadU32(state + VERSION) !== version) return NONE;
	const ends = loadU32(state + ENDS) as usize;
	const task = loadU32(ends + 8);
	const active = loadU32(state + ACTIVE);
	storeF64(state, loadF64(ends));
	storeF64(state + AS_OF, now);
	heapDrop(ends, active);
	storeU32(state + ACTIVE, active - 1);
	schedule(link, now);
	return task;
}
