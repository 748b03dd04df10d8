/** The runtime dependencies and what they were answered. */

import { NONE, WAIT_DELAY, WAIT_RESOLVED, WAIT_STREAM, WAIT_TASK, WAITS } from "../layout";
import { fillBytes, loadF64, loadU32, storeU32 } from "../memory";
import { firstWaitOf } from "../wait-list";

/** The answer of a wait that was not asked yet. */
const UNASKED: u32 = 0xfefefefe;

let waits: u32 = 0;
let waitTask: usize = 0;
let waitStream: usize = 0;
let waitDelay: usize = 0;
let waitResolved: usize = 0;

export function loadAnswers(control: usize): void {
	waits = loadU32(control + WAITS);
	waitTask = loadU32(control + WAIT_TASK) as usize;
	waitStream = loadU32(control + WAIT_STREAM) as usize;
	waitDelay = loadU32(control + WAIT_DELAY) as usize;
	waitResolved = loadU32(control + WAIT_RESOLVED) as usize;
}

export function openAnswers(): void {
	fillBytes(waitResolved, 0xfe, (waits as usize) * 4);
}

/** The first wait of the first task from `task` on that has some; the number of waits if there is none. */
export function firstWaitFrom(task: u32): u32 {
	return waits === 0 ? 0 : firstWaitOf(waitTask, waits, task);
}

/** The task of a wait, or NONE behind the last. */
export function taskOfWait(wait: u32): u32 {
	return wait < waits ? loadU32(waitTask + (wait as usize) * 4) : NONE;
}

export function streamOf(wait: u32): u32 {
	return loadU32(waitStream + (wait as usize) * 4);
}

export function delayOfWait(wait: u32): f64 {
	return loadF64(waitDelay + (wait as usize) * 8);
}

/** The task that the wait waits for, or NONE. */
export function answerOf(wait: u32): u32 {
	return loadU32(waitResolved + (wait as usize) * 4);
}

/** The waits of a task are answered from the last to the first, so the first says whether all are. */
export function isAnswered(firstWait: u32): boolean {
	return answerOf(firstWait) !== UNASKED;
}

export function answer(wait: u32, target: u32): void {
	storeU32(waitResolved + (wait as usize) * 4, target);
}
