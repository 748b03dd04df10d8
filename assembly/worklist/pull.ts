/** When a task is ready: the latest of its predecessors plus delay. */

import { DELAY, FINISH, NONE, PRED, PRED_OFFSET, START } from "../layout";
import { loadF64, loadU32 } from "../memory";

let predOffset: usize = 0;
let pred: usize = 0;
let delay: usize = 0;
let starts: usize = 0;
let finishes: usize = 0;

/** Of the last `pull`: when the task is ready, and the first edge that says so, or NONE. */
export let pulledReady: f64 = 0;
export let pulledBound: u32 = NONE;
/** Of the last `pull` that found a predecessor missing: how many edges are before and with the one to it. */
export let pulledLeft: u32 = 0;

export function loadEdges(control: usize): void {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	delay = loadU32(control + DELAY) as usize;
	starts = loadU32(control + START) as usize;
	finishes = loadU32(control + FINISH) as usize;
}

/**
 * A predecessor that is not settled yet, or NONE. Edges are looked at from the last to the first: ranks are followed in
 * ascending order, so the last to arrive at a meeting is mostly its last edge.
 */
export function pull(task: u32): u32 {
	const edges = predOffset + (task as usize) * 4;
	const first = loadU32(edges);
	let ready: f64 = 0;
	let bound = NONE;
	for (let edge = loadU32(edges + 4); edge > first; ) {
		edge--;
		const slot = loadU32(pred + (edge as usize) * 4);
		const from = ((slot >>> 1) as usize) * 8;
		const wait = loadF64(delay + (edge as usize) * 8);
		let time = loadF64(((slot & 1) !== 0 ? finishes : starts) + from);
		if (!(time >= 0)) {
			pulledLeft = edge - first + 1;
			return slot >>> 1;
		}
		time += wait;
		// Nothing becomes ready before what it waits for has started.
		if (wait < 0 && time < loadF64(starts + from)) time = loadF64(starts + from);
		if (time >= ready) {
			ready = time;
			bound = edge;
		}
	}
	pulledReady = ready;
	pulledBound = bound;
	return NONE;
}

/** The last of the first `count` predecessors that is not settled yet, or NONE. */
export function missingAmong(task: u32, count: u32): u32 {
	const first = loadU32(predOffset + (task as usize) * 4);
	for (let edge: u32 = first + count; edge > first; ) {
		edge--;
		const from: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
		if (!(loadF64(finishes + (from as usize) * 8) >= 0)) {
			pulledLeft = edge - first + 1;
			return from;
		}
	}
	return NONE;
}

/** Whether a predecessor that is settled started after `time`: the task then starts after it, too. */
export function isLaterThan(task: u32, time: f64): boolean {
	const edges = predOffset + (task as usize) * 4;
	const end = loadU32(edges + 4);
	for (let edge = loadU32(edges); edge < end; edge++) {
		const from: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
		if (loadF64(starts + (from as usize) * 8) > time) return true;
	}
	return false;
}
