/**
 * The edges of the tasks as the ordered pass reads them, with the addresses of the times instead of numbers.
 *
 *   light   | address a u32 | address b u32 | delay a f64 | delay b f64 |   one edge stands twice; none: the zero task
 *   narrow  | address a u32 | address b u32 | delay a u32 | delay b u32 |   in its place if all delays allow it: the
 *           pass is bound by memory, and traces count in whole nanoseconds
 *   heavy   | edges u32 | waits u32 | 1 + its first wait, or 0 u32 |        and its edges, then its waits, in
 *           HEAVY_SLOT (2 x predecessor + slot) and HEAVY_DELAY
 *
 * The times of the task behind the last are 0: what a task without edges waits for.
 */

import {
	DELAY,
	HEAVY,
	HEAVY_DELAY,
	HEAVY_SLOT,
	LIGHT,
	NARROW,
	NONE,
	PRED,
	PRED_OFFSET,
	RUN,
	RUN_COUNT,
	TASKS,
	TIME,
	WAIT_DELAY,
	WAIT_RESOLVED,
	WAIT_TASK,
	WAITS,
} from "../layout";
import { loadF64, loadU32, storeF64, storeU32 } from "../memory";
import { LAYOUT_CHANGED, OK } from "../status";
import { firstWaitOf } from "../wait-list";
import { RUN_BYTES } from "./runs";

export const WIDE_BYTES: usize = 24;
export const NARROW_BYTES: usize = 16;
export const HEAVY_BYTES: usize = 12;

let predOffset: usize = 0;
let pred: usize = 0;
let delay: usize = 0;
let times: usize = 0;
let zero: usize = 0;
let light: usize = 0;
let narrow = false;
let heavy: usize = 0;
let heavySlot: usize = 0;
let heavyDelay: usize = 0;
let waits: u32 = 0;
let waitTask: usize = 0;
let waitResolved: usize = 0;
let waitDelay: usize = 0;

function writeHeavyEdge(slot: u32, wait: f64): void {
	storeU32(heavySlot, slot);
	storeF64(heavyDelay, wait);
	heavySlot += 4;
	heavyDelay += 8;
}

/** Whether all delays of the task are 0 or more. */
function writeLight(task: u32): boolean {
	const edges = predOffset + (task as usize) * 4;
	const first = loadU32(edges) as usize;
	const end = loadU32(edges + 4) as usize;
	const record = light + (task as usize) * (narrow ? NARROW_BYTES : WIDE_BYTES);
	let addressA = zero;
	let addressB = zero;
	let delayA: f64 = 0;
	let delayB: f64 = 0;
	if (first < end) {
		const last: usize = end - 1;
		addressA = times + (loadU32(pred + first * 4) as usize) * 8;
		addressB = times + (loadU32(pred + last * 4) as usize) * 8;
		delayA = loadF64(delay + first * 8);
		delayB = loadF64(delay + last * 8);
	}
	storeU32(record, addressA as u32);
	storeU32(record + 4, addressB as u32);
	if (narrow) {
		storeU32(record + 8, delayA as u32);
		storeU32(record + 12, delayB as u32);
	} else {
		storeF64(record + 8, delayA);
		storeF64(record + 16, delayB);
	}
	return delayA >= 0 && delayB >= 0;
}

function writeHeavy(task: u32): void {
	const edges = predOffset + (task as usize) * 4;
	const first = loadU32(edges);
	const end = loadU32(edges + 4);
	for (let edge = first; edge < end; edge++) {
		writeHeavyEdge(loadU32(pred + (edge as usize) * 4), loadF64(delay + (edge as usize) * 8));
	}
	const low = firstWaitOf(waitTask, waits, task);
	let resolved: u32 = 0;
	let wait = low;
	for (; wait < waits; wait++) {
		if (loadU32(waitTask + (wait as usize) * 4) !== task) break;
		const target = loadU32(waitResolved + (wait as usize) * 4);
		if (target === NONE) continue;
		writeHeavyEdge(target * 2 + 1, loadF64(waitDelay + (wait as usize) * 8));
		resolved++;
	}
	storeU32(heavy, end - first);
	storeU32(heavy + 4, resolved);
	storeU32(heavy + 8, wait > low ? low + 1 : 0);
	heavy += HEAVY_BYTES;
}

/** Writes all records, in the order of the runs; LAYOUT_CHANGED where a light task has a negative delay. */
export function writeRecords(control: usize): u32 {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	delay = loadU32(control + DELAY) as usize;
	times = loadU32(control + TIME) as usize;
	light = loadU32(control + LIGHT) as usize;
	narrow = loadU32(control + NARROW) !== 0;
	heavy = loadU32(control + HEAVY) as usize;
	heavySlot = loadU32(control + HEAVY_SLOT) as usize;
	heavyDelay = loadU32(control + HEAVY_DELAY) as usize;
	waits = loadU32(control + WAITS);
	waitTask = loadU32(control + WAIT_TASK) as usize;
	waitResolved = loadU32(control + WAIT_RESOLVED) as usize;
	waitDelay = loadU32(control + WAIT_DELAY) as usize;
	zero = times + (loadU32(control + TASKS) as usize) * 16;
	storeF64(zero, 0);
	storeF64(zero + 8, 0);

	let fits = true;
	let run = loadU32(control + RUN) as usize;
	const end: usize = run + (loadU32(control + RUN_COUNT) as usize) * RUN_BYTES;
	for (; run < end; run += RUN_BYTES) {
		const second = loadU32(run + 4);
		const steps = loadU32(run + 8);
		for (let step: u32 = 0; step < steps; step++) {
			if (!writeLight(loadU32(run) + step)) fits = false;
			if (second !== NONE && !writeLight(second + step)) fits = false;
		}
		const heavyTask = loadU32(run + 12);
		if (heavyTask !== NONE) writeHeavy(heavyTask);
	}
	return fits ? OK : LAYOUT_CHANGED;
}
