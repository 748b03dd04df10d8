/**
 * The ready set: a heap and, in front of it, the one task that may well be next. A task that is settled mostly makes
 * its own successor ready, and that is mostly the next one to settle; it then never enters the heap, and where it is
 * not, taking the first and putting it in is one walk down instead of a walk up and one down.
 */

import { HEAP, NONE } from "../layout";
import { loadF64, loadU32 } from "../memory";
import { comesBefore, heapDrop, heapPush, heapReplace } from "./heap";

let heap: usize = 0;
let size: u32 = 0;
let candidate: u32 = NONE;
let candidateTime: f64 = 0;

/** Time and tag of what `takeFirst` returned. */
export let takenTime: f64 = 0;
export let takenTag: u32 = 0;

export function openReady(control: usize): void {
	heap = loadU32(control + HEAP) as usize;
	size = 0;
	candidate = NONE;
}

/** Adds an entry that carries a tag. */
export function pushReady(time: f64, seq: u32, tag: u32): void {
	heapPush(heap, size, time, seq, tag);
	size++;
}

/** Adds a task; the first of those offered since the last `takeFirst` stays out of the heap. */
export function offerReady(time: f64, task: u32): void {
	if (candidate === NONE) {
		candidate = task;
		candidateTime = time;
	} else if (time < candidateTime || (time === candidateTime && task < candidate)) {
		pushReady(candidateTime, candidate, 0);
		candidate = task;
		candidateTime = time;
	} else {
		pushReady(time, task, 0);
	}
}

/** Takes the first; NONE when nothing is left. */
export function takeFirst(): u32 {
	const ahead = candidate;
	if (ahead === NONE) {
		if (size === 0) return NONE;
		takenTime = loadF64(heap);
		takenTag = loadU32(heap + 12);
		const first = loadU32(heap + 8);
		heapDrop(heap, size);
		size--;
		return first;
	}
	candidate = NONE;
	if (size > 0 && comesBefore(heap, candidateTime, ahead)) {
		takenTime = loadF64(heap);
		takenTag = loadU32(heap + 12);
		const first = loadU32(heap + 8);
		heapReplace(heap, size, candidateTime, ahead, 0);
		return first;
	}
	takenTime = candidateTime;
	takenTag = 0;
	return ahead;
}
