/**
 * Stands between a graph and unchecked memory: every index must point inside its column, every time be one. Finds on
 * the way what the graph is like. One pass over each column, range by range: an engine compiles a function that runs
 * long to better code, but changes over to that only with the next call.
 */

import {
	ASCENDING,
	EDGES,
	EXTERNALS,
	FIRST_MEETING,
	NONE,
	PRED,
	PRED_OFFSET,
	PROCESSOR,
	PROCESSORS,
	SOURCES,
	TASKS,
	WAIT_STREAM,
	WAIT_TASK,
	WAITS,
} from "./layout";
import { loadF64, loadU32, storeU32 } from "./memory";
import { BROKEN, OK } from "./status";

/** Counts, tasks and processors are numbered in fewer bits than 32. */
const MAX_NUMBER: u32 = 0x3fffffff;

/** Whether all of `count` times are finite and at least `least`. */
export function areTimes(column: usize, count: u32, least: f64): boolean {
	const end: usize = column + (count as usize) * 8;
	for (; column < end; column += 8) {
		const time = loadF64(column);
		if (!(time >= least && time < Infinity)) return false;
	}
	return true;
}

/** Checks the waits; before the tasks. */
export function checkWaits(control: usize): u32 {
	const tasks = loadU32(control + TASKS);
	const waits = loadU32(control + WAITS);
	const waitTask = loadU32(control + WAIT_TASK) as usize;
	const waitStream = loadU32(control + WAIT_STREAM) as usize;
	let processors: u32 = 0;
	for (let wait: usize = 0; wait < (waits as usize) * 4; wait += 4) {
		if (loadU32(waitTask + wait) >= tasks) return BROKEN;
		const stream = loadU32(waitStream + wait);
		if (stream > MAX_NUMBER) return BROKEN;
		if (stream >= processors) processors = stream + 1;
	}
	storeU32(control + PROCESSORS, processors);
	storeU32(control + ASCENDING, 1);
	storeU32(control + SOURCES, 0);
	storeU32(control + FIRST_MEETING, 0);
	return OK;
}

/** Checks the tasks [from, to) and their edges, one range after the other; adds to what was found before. */
export function checkTasks(control: usize, from: u32, to: u32): u32 {
	const tasks = loadU32(control + TASKS);
	const edges = loadU32(control + EDGES);
	const predOffset = loadU32(control + PRED_OFFSET) as usize;
	const pred = loadU32(control + PRED) as usize;
	const processor = loadU32(control + PROCESSOR) as usize;
	const known: u32 = tasks + loadU32(control + EXTERNALS);
	let processors = loadU32(control + PROCESSORS);
	let ascending = loadU32(control + ASCENDING);
	let sources = loadU32(control + SOURCES);
	let firstMeeting = loadU32(control + FIRST_MEETING);
	let begin = loadU32(predOffset + (from as usize) * 4);
	if (from === 0 && begin !== 0) return BROKEN;
	for (let task = from; task < to; task++) {
		const end = loadU32(predOffset + (task as usize) * 4 + 4);
		if (end < begin || end > edges) return BROKEN;
		if (end === begin) sources++;
		for (let edge = begin; edge < end; edge++) {
			const source: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
			if (source >= known) return BROKEN;
			if (source >= task) ascending = 0;
		}
		const on = loadU32(processor + (task as usize) * 4);
		if (on !== NONE || end === begin) firstMeeting = task + 1;
		if (on !== NONE) {
			if (on > MAX_NUMBER) return BROKEN;
			if (on >= processors) processors = on + 1;
		}
		begin = end;
	}
	if (to === tasks && begin !== edges) return BROKEN;
	storeU32(control + PROCESSORS, processors);
	storeU32(control + ASCENDING, ascending);
	storeU32(control + SOURCES, sources);
	storeU32(control + FIRST_MEETING, firstMeeting);
	return OK;
}
