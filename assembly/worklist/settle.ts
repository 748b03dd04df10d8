/** The results: which tasks are settled, and settling one. */

import { BOUND_BY, DURATION, FINISH, NONE, SETTLED, SETTLED_COUNT, START } from "../layout";
import { loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { wake } from "./strands";

let duration: usize = 0;
let starts: usize = 0;
let finishes: usize = 0;
let boundBy: usize = 0;
let order: usize = 0;

export let settled: u32 = 0;

export function loadResults(control: usize): void {
	duration = loadU32(control + DURATION) as usize;
	starts = loadU32(control + START) as usize;
	finishes = loadU32(control + FINISH) as usize;
	boundBy = loadU32(control + BOUND_BY) as usize;
	order = loadU32(control + SETTLED) as usize;
	settled = loadU32(control + SETTLED_COUNT);
}

export function saveResults(control: usize): void {
	storeU32(control + SETTLED_COUNT, settled);
}

/** For who settles by himself. */
export function countSettled(count: u32): void {
	settled = count;
}

export function startOf(task: u32): f64 {
	return loadF64(starts + (task as usize) * 8);
}

export function finishOf(task: u32): f64 {
	return loadF64(finishes + (task as usize) * 8);
}

export function isSettled(task: u32): boolean {
	return finishOf(task) >= 0;
}

/** Settles a task; all that is parked on it can go on. */
export function settle(task: u32, start: f64, bound: u32): void {
	const at = (task as usize) * 8;
	const parked = loadU32(starts + at);
	storeF64(starts + at, start);
	storeF64(finishes + at, start + loadF64(duration + at));
	storeU32(boundBy + (task as usize) * 4, bound);
	storeU32(order + (settled as usize) * 4, task);
	settled++;
	if (parked !== NONE) wake(parked);
}

/** The times of a task that was simulated elsewhere. */
export function receiveTimes(task: u32, start: f64, finish: f64): void {
	const at = (task as usize) * 8;
	const parked = loadU32(starts + at);
	storeF64(starts + at, start);
	storeF64(finishes + at, finish);
	if (parked !== NONE) wake(parked);
}
