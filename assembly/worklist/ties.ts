/**
 * The order of tasks that start at the same moment. In the order of time, the lowest number among the tasks that can
 * start goes first. So a task has its turn when it, and all it needs that starts at that moment, too, has had its turn:
 * of two tasks, the one comes first whose highest number among these is lower.
 */

import { NONE, PRED, PRED_OFFSET, TASKS } from "../layout";
import { loadU32 } from "../memory";
import { answerOf, firstWaitFrom, isAnswered, taskOfWait } from "./answers";
import { startOf } from "./settle";
import { firstMeeting, strandOf } from "./strands";

/** Longer chains of tasks that take no time are not followed. */
const MAX_STEPS: u32 = 64;

let predOffset: usize = 0;
let pred: usize = 0;
let tasks: u32 = 0;
let steps: u32 = 0;
let highest: u32 = 0;
let strand: u32 = 0;

export function loadTies(control: usize): void {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	tasks = loadU32(control + TASKS);
}

/**
 * Raises `highest` by the task and all it needs that starts at `time`; false where that cannot be told. Ranks that
 * behave alike are simulated once, and some tasks elsewhere: what is not of this rank may be numbered in another way
 * there, but for meetings, which always come behind all ranks.
 */
function visit(task: u32, time: f64): boolean {
	steps++;
	if (steps > MAX_STEPS || task >= tasks) return false;
	if (task < firstMeeting && highest < firstMeeting && strandOf(task) !== strand) return false;
	if (task > highest) highest = task;
	const edges = predOffset + (task as usize) * 4;
	const end = loadU32(edges + 4);
	for (let edge = loadU32(edges); edge < end; edge++) {
		const from: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
		if (startOf(from) === time && !visit(from, time)) return false;
	}
	let wait = firstWaitFrom(task);
	if (taskOfWait(wait) !== task || !isAnswered(wait)) return true;
	for (; taskOfWait(wait) === task; wait++) {
		const target = answerOf(wait);
		if (target !== NONE && startOf(target) === time && !visit(target, time)) return false;
	}
	return true;
}

function highestAt(task: u32, time: f64): u32 {
	steps = 0;
	highest = 0;
	strand = strandOf(task);
	return visit(task, time) ? highest : NONE;
}

/** Of two tasks that have their turn at `time`: 1 if the first comes first, 0 if the second does, NONE if who knows. */
export function comesFirst(first: u32, second: u32, time: f64): u32 {
	const one = highestAt(first, time);
	const other = highestAt(second, time);
	if (one === NONE || other === NONE || one === other) return NONE;
	if (one >= firstMeeting && other >= firstMeeting) return NONE;
	return one < other ? 1 : 0;
}
