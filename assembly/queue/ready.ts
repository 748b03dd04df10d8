/**
 * The ready set, in one of two orders.
 *
 * In time order: a heap and, in front of it, the one task that may well be next. A task that is settled mostly makes
 * its own successor ready, and that is mostly the next one to settle; it then never enters the heap, and where it is
 * not, taking the first and putting it in is one walk down instead of a walk up and one down.
 *
 * As a worklist: the last task that became ready is the first to be settled, so that one rank is followed while its data
 * is in the cache, and a heap over all ranks is not needed. Fixed dependencies give the same times in any order. The
 * heap then holds only what depends on time, and its entries wait until nothing else is left.
 */

import { HEAP, IN_TIME_ORDER, NONE, STACK, TIME } from "../layout";
import { loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { comesBefore, heapDrop, heapPush, heapReplace } from "./heap";

/** Whether the set is in time order. */
export let inTimeOrder = true;

let stack: usize = 0;
let stacked: u32 = 0;
let times: usize = 0;
let heap: usize = 0;
let size: u32 = 0;
let candidate: u32 = NONE;
let candidateTime: f64 = 0;

/** Time and tag of what `takeFirst` returned. */
export let takenTime: f64 = 0;
export let takenTag: u32 = 0;

export function openReady(control: usize): void {
	inTimeOrder = loadU32(control + IN_TIME_ORDER) !== 0;
	heap = loadU32(control + HEAP) as usize;
	stack = loadU32(control + STACK) as usize;
	times = loadU32(control + TIME) as usize;
	stacked = 0;
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
	if (!inTimeOrder) {
		storeF64(times + (task as usize) * 16, time);
		storeU32(stack + (stacked as usize) * 4, task);
		stacked++;
	} else if (candidate === NONE) {
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

/** Whether another entry of the heap has the same time as the one that was taken. */
export function isTimeShared(): boolean {
	return size > 0 && loadF64(heap) === takenTime;
}

/** Takes the first; NONE when nothing is left. */
export function takeFirst(): u32 {
	if (stacked > 0) {
		stacked--;
		const last = loadU32(stack + (stacked as usize) * 4);
		takenTime = loadF64(times + (last as usize) * 16);
		takenTag = 0;
		return last;
	}
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
	return ahead;
}
