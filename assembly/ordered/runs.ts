/**
 * The order in which the ordered pass goes over the tasks: any topological order of the edges and of the waits as the
 * loop resolved them will do, so it takes the one that the processor likes best, runs of ascending task numbers. Tasks
 * are numbered rank by rank; a region (tasks from one without edges to the next, mostly a rank) is run until it must
 * wait for another region, which wakes it when it gets there. Two regions advance in step: a task mostly waits for the
 * one before it on its thread, and two such chains at a time keep the processor busy where one leaves it waiting.
 * Where all regions wait, what the first of them waits for goes out of its turn.
 *
 *   region   | next task u32 | end u32 | next region parked on the same task u32 | task it is parked on u32 |
 *   run      | first task u32 | first task in step with it, or NONE u32 | steps u32 | heavy task that follows, or NONE u32 |
 *   mark     DONE, or bit 30: has waits, bits 0..29: 1 + the first region parked on the task
 */

import {
	DELAY,
	HAS_WAITS,
	MARK,
	NONE,
	PRED,
	PRED_OFFSET,
	REGION,
	REGION_STACK,
	REGIONS,
	RUN,
	RUN_COUNT,
	TASKS,
	WAIT_RESOLVED,
	WAIT_TASK,
	WAITS,
} from "../layout";
import { fillBytes, loadF64, loadU32, storeU32 } from "../memory";
import { firstWaitOf } from "../wait-list";

const DONE: u32 = 0xffffffff;
const PARKED_MASK: u32 = 0x3fffffff;
const REGION_BYTES: usize = 16;
export const RUN_BYTES: usize = 16;

let predOffset: usize = 0;
let pred: usize = 0;
let delay: usize = 0;
let waitTask: usize = 0;
let waitResolved: usize = 0;
let waits: u32 = 0;
let mark: usize = 0;
let region: usize = 0;
let stack: usize = 0;
let stacked: u32 = 0;
let done: u32 = 0;
/** The run that is growing. */
let run: usize = 0;
let runFirst: u32 = 0;
let runSecond: u32 = NONE;
let runSteps: u32 = 0;

function markOf(task: u32): usize {
	return mark + (task as usize) * 4;
}

function regionAt(index: u32): usize {
	return region + (index as usize) * REGION_BYTES;
}

/** A predecessor that had no turn yet, or NONE. */
function missingOf(task: u32): u32 {
	const edges = predOffset + (task as usize) * 4;
	const end = loadU32(edges + 4);
	for (let edge = loadU32(edges); edge < end; edge++) {
		const from: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
		if (loadU32(markOf(from)) !== DONE) return from;
	}
	if ((loadU32(markOf(task)) & HAS_WAITS) === 0) return NONE;
	for (let wait = firstWaitOf(waitTask, waits, task); wait < waits; wait++) {
		if (loadU32(waitTask + (wait as usize) * 4) !== task) break;
		const target = loadU32(waitResolved + (wait as usize) * 4);
		if (target !== NONE && loadU32(markOf(target)) !== DONE) return target;
	}
	return NONE;
}

/** Whether a task has more than two edges, a negative delay, or waits: it then gets a record of its own kind. */
function isHeavy(task: u32): boolean {
	if ((loadU32(markOf(task)) & HAS_WAITS) !== 0) return true;
	const edges = predOffset + (task as usize) * 4;
	const first = loadU32(edges);
	const end = loadU32(edges + 4);
	if (end - first > 2) return true;
	for (let edge = first; edge < end; edge++) if (loadF64(delay + (edge as usize) * 8) < 0) return true;
	return false;
}

function endRun(heavyTask: u32): void {
	if (runSteps === 0 && heavyTask === NONE) return;
	storeU32(run, runFirst);
	storeU32(run + 4, runSecond);
	storeU32(run + 8, runSteps);
	storeU32(run + 12, heavyTask);
	run += RUN_BYTES;
	runSteps = 0;
}

/** A step of the run: a light task, and another in step with it unless that is NONE. */
function addStep(first: u32, second: u32): void {
	const follows =
		first === runFirst + runSteps && (runSecond === NONE ? second === NONE : second === runSecond + runSteps);
	if (!follows || runSteps === 0) {
		endRun(NONE);
		runFirst = first;
		runSecond = second;
	}
	runSteps++;
}

/** It is this task's turn: wakes the regions that are parked on it. */
function take(task: u32): void {
	const flags = loadU32(markOf(task));
	storeU32(markOf(task), DONE);
	done++;
	for (let parked: u32 = flags & PARKED_MASK; parked !== 0; parked = loadU32(regionAt(parked - 1) + 8)) {
		storeU32(stack + (stacked as usize) * 4, parked - 1);
		stacked++;
	}
}

function takeAlone(task: u32): void {
	if (isHeavy(task)) endRun(task);
	else addStep(task, NONE);
	take(task);
}

/** A region that can go on, or NONE. */
function wakeRegion(): u32 {
	if (stacked === 0) return NONE;
	stacked--;
	return loadU32(stack + (stacked as usize) * 4);
}

/** The next task of a region; NONE if it has none left, or is parked now. */
function nextOf(index: u32): u32 {
	const at = regionAt(index);
	const end = loadU32(at + 4);
	let task = loadU32(at);
	while (task < end && loadU32(markOf(task)) === DONE) task++;
	storeU32(at, task);
	if (task === end) return NONE;
	const missing = missingOf(task);
	if (missing === NONE) return task;
	const flags = loadU32(markOf(missing));
	storeU32(at + 8, flags & PARKED_MASK);
	storeU32(at + 12, missing);
	storeU32(markOf(missing), (flags & HAS_WAITS) | (index + 1));
	return NONE;
}

/** Advances regions two at a time until none can go on. */
function runRegions(): void {
	let first = wakeRegion();
	let second = NONE;
	while (first !== NONE) {
		if (second === NONE) second = wakeRegion();
		const task = nextOf(first);
		if (task === NONE) {
			first = second === NONE ? wakeRegion() : second;
			second = NONE;
			continue;
		}
		if (second === NONE || isHeavy(task)) {
			takeAlone(task);
			continue;
		}
		const other = nextOf(second);
		if (other === NONE) {
			second = NONE;
		} else if (isHeavy(other)) {
			takeAlone(other);
		} else {
			addStep(task, other);
			take(task);
			take(other);
		}
	}
}

/** Takes a task out of its turn, and before it all that it needs; `bottom` is free space for the path to them. */
function demand(wanted: u32, bottom: usize): void {
	let top: u32 = 0;
	storeU32(bottom, wanted);
	for (;;) {
		const task = loadU32(bottom + (top as usize) * 4);
		const missing = missingOf(task);
		if (missing !== NONE) {
			top++;
			storeU32(bottom + (top as usize) * 4, missing);
			continue;
		}
		takeAlone(task);
		if (top === 0) return;
		top--;
	}
}

function openRegions(control: usize): void {
	const tasks = loadU32(control + TASKS);
	let index: u32 = 0;
	let begin: u32 = 0;
	for (let task: u32 = 1; task <= tasks; task++) {
		const edges = predOffset + (task as usize) * 4;
		if (task < tasks && loadU32(edges) !== loadU32(edges + 4)) continue;
		storeU32(regionAt(index), begin);
		storeU32(regionAt(index) + 4, task);
		index++;
		begin = task;
	}
	storeU32(control + REGIONS, index);
	for (; index > 0; index--) {
		storeU32(stack + (stacked as usize) * 4, index - 1);
		stacked++;
	}
}

/** Finds the runs. The loop has settled every task, so there is an order. */
export function findRuns(control: usize): void {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	delay = loadU32(control + DELAY) as usize;
	waitTask = loadU32(control + WAIT_TASK) as usize;
	waitResolved = loadU32(control + WAIT_RESOLVED) as usize;
	waits = loadU32(control + WAITS);
	mark = loadU32(control + MARK) as usize;
	region = loadU32(control + REGION) as usize;
	stack = loadU32(control + REGION_STACK) as usize;
	run = loadU32(control + RUN) as usize;
	stacked = 0;
	done = 0;
	runSteps = 0;
	runSecond = NONE;
	const tasks = loadU32(control + TASKS);
	fillBytes(mark, 0, (tasks as usize) * 4);
	for (let wait: u32 = 0; wait < waits; wait++) {
		storeU32(markOf(loadU32(waitTask + (wait as usize) * 4)), HAS_WAITS);
	}
	openRegions(control);
	const path = stack + (loadU32(control + REGIONS) as usize) * 4;

	let oldest: u32 = 0;
	for (;;) {
		runRegions();
		if (done === tasks) break;
		while (loadU32(regionAt(oldest)) === loadU32(regionAt(oldest) + 4)) oldest++;
		demand(loadU32(regionAt(oldest) + 12), path);
	}
	endRun(NONE);
	storeU32(control + RUN_COUNT, ((run - loadU32(control + RUN)) / RUN_BYTES) as u32);
}
