/**
 * Strands: the tasks from one without edges to the next, in the order of their numbers; mostly a rank. A strand is
 * followed until it must wait for another one; there it is parked on the task that it waits for, and goes on when that
 * is settled. Each task at the end where ranks meet is a strand of its own (meetings.ts).
 *
 *   | first task u32 | end u32 | next task u32 | parked on u32 | next strand parked on the same u32 | edges left u32 |
 *
 * The list of those that are parked on a task begins in the lower half of its start, which is no time yet: with all ones
 * in the upper half it is NaN whatever the lower half says. Numbers behind those of the strands in such a list are
 * exports: tasks whose times are sent elsewhere.
 */

import {
	EXPORT_NEXT,
	EXPORT_TASK,
	EXPORTS,
	FIRST_MEETING,
	NONE,
	OUTBOX,
	OUTBOX_COUNT,
	PRED_OFFSET,
	STACK,
	STACKED,
	START,
	STRAND,
	STRANDS,
	TASKS,
} from "../layout";
import { loadU32, storeU32 } from "../memory";

const STRAND_BYTES: usize = 24;
const END: usize = 4;
const NEXT: usize = 8;
const PARKED_ON: usize = 12;
const NEXT_PARKED: usize = 16;
const EDGES_LEFT: usize = 20;

let strand: usize = 0;
let stack: usize = 0;
let stacked: u32 = 0;
let starts: usize = 0;
let exportNext: usize = 0;
let outbox: usize = 0;
let outboxCount: u32 = 0;

export let strands: u32 = 0;
/** Strands before those of the meetings. */
export let rankStrands: u32 = 0;
export let firstMeeting: u32 = 0;

function strandAt(index: u32): usize {
	return strand + (index as usize) * STRAND_BYTES;
}

/** The strand that a task belongs to. */
export function strandOf(task: u32): u32 {
	let low: u32 = 0;
	let high = strands;
	while (high - low > 1) {
		const middle: u32 = (low + high) >>> 1;
		if (loadU32(strandAt(middle)) <= task) low = middle;
		else high = middle;
	}
	return low;
}

export function nextTaskOf(index: u32): u32 {
	return loadU32(strandAt(index) + NEXT);
}

export function endOf(index: u32): u32 {
	return loadU32(strandAt(index) + END);
}

/** What the strand is parked on, or NONE. */
export function parkedOn(index: u32): u32 {
	return loadU32(strandAt(index) + PARKED_ON);
}

/** How many edges of a meeting are still to be looked at; NONE before the first look. */
export function edgesLeft(index: u32): u32 {
	return loadU32(strandAt(index) + EDGES_LEFT);
}

/** Takes up what an earlier call left. */
export function loadStrands(control: usize): void {
	strand = loadU32(control + STRAND) as usize;
	strands = loadU32(control + STRANDS);
	firstMeeting = loadU32(control + FIRST_MEETING);
	rankStrands = strands - (loadU32(control + TASKS) - firstMeeting);
	stack = loadU32(control + STACK) as usize;
	stacked = loadU32(control + STACKED);
	starts = loadU32(control + START) as usize;
	exportNext = loadU32(control + EXPORT_NEXT) as usize;
	outbox = loadU32(control + OUTBOX) as usize;
	outboxCount = loadU32(control + OUTBOX_COUNT);
}

export function saveStrands(control: usize): void {
	storeU32(control + STACKED, stacked);
	storeU32(control + OUTBOX_COUNT, outboxCount);
}

/** Finds the strands that begin among the tasks [from, to), one range after the other. */
export function findStrands(control: usize, from: u32, to: u32): void {
	const at = loadU32(control + STRAND) as usize;
	const predOffset = loadU32(control + PRED_OFFSET) as usize;
	const meetings = loadU32(control + FIRST_MEETING);
	let count = loadU32(control + STRANDS);
	for (let task = from; task < to; task++) {
		const edges = predOffset + (task as usize) * 4;
		if (task < meetings && task > 0 && loadU32(edges) !== loadU32(edges + 4)) continue;
		const found = at + (count as usize) * STRAND_BYTES;
		storeU32(found, task);
		if (count > 0) storeU32(found - STRAND_BYTES + END, task);
		count++;
	}
	if (count > 0) storeU32(at + (count as usize) * STRAND_BYTES - STRAND_BYTES + END, to);
	storeU32(control + STRANDS, count);
}

/** All strands are at their begin; those of ranks can go on, the first before the others. */
export function openStrands(control: usize): void {
	loadStrands(control);
	stacked = 0;
	for (let index = strands; index > 0; ) {
		index--;
		const at = strandAt(index);
		storeU32(at + NEXT, loadU32(at));
		storeU32(at + PARKED_ON, NONE);
		storeU32(at + EDGES_LEFT, NONE);
		if (index < rankStrands) pushStrand(index);
	}
	outboxCount = 0;
	const exported = loadU32(control + EXPORTS);
	const exportTask = loadU32(control + EXPORT_TASK) as usize;
	for (let i: u32 = 0; i < exported; i++) {
		const head = starts + (loadU32(exportTask + (i as usize) * 4) as usize) * 8;
		storeU32(exportNext + (i as usize) * 4, loadU32(head));
		storeU32(head, strands + i);
	}
}

function pushStrand(index: u32): void {
	storeU32(stack + (stacked as usize) * 4, index);
	stacked++;
}

/** A strand that can go on, or NONE. */
export function takeStrand(): u32 {
	if (stacked === 0) return NONE;
	stacked--;
	return loadU32(stack + (stacked as usize) * 4);
}

/** The strand can go on with `next`, and is the first to do so; or it is at its end. */
export function pause(index: u32, next: u32): void {
	storeU32(strandAt(index) + NEXT, next);
	if (next < endOf(index)) pushStrand(index);
}

/** The strand goes on with `next`, or a meeting with the first `left` of its edges, once `missing` is settled. */
export function park(index: u32, missing: u32, next: u32, left: u32): void {
	const at = strandAt(index);
	const head = starts + (missing as usize) * 8;
	storeU32(at + NEXT, next);
	storeU32(at + PARKED_ON, missing);
	storeU32(at + NEXT_PARKED, loadU32(head));
	storeU32(at + EDGES_LEFT, left);
	storeU32(head, index);
}

/** All that is parked in the list that begins with `first` can go on. */
export function wake(first: u32): void {
	for (let index = first; index !== NONE; ) {
		if (index < strands) {
			const at = strandAt(index);
			storeU32(at + PARKED_ON, NONE);
			pushStrand(index);
			index = loadU32(at + NEXT_PARKED);
		} else {
			const sent: u32 = index - strands;
			storeU32(outbox + (outboxCount as usize) * 4, sent);
			outboxCount++;
			index = loadU32(exportNext + (sent as usize) * 4);
		}
	}
}
