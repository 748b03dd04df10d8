/**
 * Stands between a graph and unchecked memory: every index must point inside its column, every time be one. Finds on
 * the way what the graph is like. One pass over each column.
 */

import {
	ASCENDING,
	DELAY,
	DURATION,
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
	WAIT_DELAY,
	WAIT_STREAM,
	WAIT_TASK,
	WAITS,
} from "./layout";
import { loadF64, loadU32, storeU32 } from "./memory";
import { BROKEN, OK } from "./status";

/** Counts, tasks and processors are numbered in fewer bits than 32. */
const MAX_NUMBER: u32 = 0x3fffffff;

/** Whether all of `count` times are finite and at least `least`. */
function areTimes(column: usize, count: u32, least: f64): boolean {
	const end: usize = column + (count as usize) * 8;
	for (; column < end; column += 8) {
		const time = loadF64(column);
		if (!(time >= least && time < Infinity)) return false;
	}
	return true;
}

/** Checks tasks and edges; writes what it finds. */
function checkTasks(control: usize, tasks: u32, edges: u32): boolean {
	const predOffset = loadU32(control + PRED_OFFSET) as usize;
	const pred = loadU32(control + PRED) as usize;
	const processor = loadU32(control + PROCESSOR) as usize;
	const known: u32 = tasks + loadU32(control + EXTERNALS);
	let processors = loadU32(control + PROCESSORS);
	let ascending: u32 = 1;
	let sources: u32 = 0;
	let firstMeeting: u32 = 0;
	let begin = loadU32(predOffset);
	if (begin !== 0) return false;
	for (let task: u32 = 0; task < tasks; task++) {
		const end = loadU32(predOffset + (task as usize) * 4 + 4);
		if (end < begin || end > edges) return false;
		if (end === begin) sources++;
		for (let edge = begin; edge < end; edge++) {
			const from: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
			if (from >= known) return false;
			if (from >= task) ascending = 0;
		}
		const on = loadU32(processor + (task as usize) * 4);
		if (on !== NONE || end === begin) firstMeeting = task + 1;
		if (on !== NONE) {
			if (on > MAX_NUMBER) return false;
			if (on >= processors) processors = on + 1;
		}
		begin = end;
	}
	if (begin !== edges) return false;
	storeU32(control + PROCESSORS, processors);
	storeU32(control + ASCENDING, ascending);
	storeU32(control + SOURCES, sources);
	storeU32(control + FIRST_MEETING, firstMeeting);
	return true;
}

export function checkGraph(control: usize): u32 {
	const tasks = loadU32(control + TASKS);
	const edges = loadU32(control + EDGES);
	const waits = loadU32(control + WAITS);
	const least: f64 = -1.7976931348623157e308;
	if (!areTimes(loadU32(control + DURATION) as usize, tasks, 0)) return BROKEN;
	if (!areTimes(loadU32(control + DELAY) as usize, edges, least)) return BROKEN;
	if (!areTimes(loadU32(control + WAIT_DELAY) as usize, waits, least)) return BROKEN;
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
	return checkTasks(control, tasks, edges) ? OK : BROKEN;
}
