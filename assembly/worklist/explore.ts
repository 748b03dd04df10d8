/**
 * Settles a task out of its turn, and before it all that it needs, or finds out why that is not possible.
 *
 * What led from the wanted task to the one at hand is written into the lower half of their finishes: with all ones in
 * the upper half these are NaN whatever the lower half says.
 */

import { BY_WAIT, FINISH, NONE } from "../layout";
import { loadU32, storeU32 } from "../memory";
import { answerOf, delayOfWait, firstWaitFrom, isAnswered, taskOfWait } from "./answers";
import { isLaterThan, pull, pulledBound, pulledReady } from "./pull";
import { finishOf, isSettled, settle, startOf } from "./settle";
import { comesFirst } from "./ties";

/** The wanted task is settled. */
export const DONE: u32 = 0;
/** It starts after the moment in question, or never. */
export const LATER: u32 = 1;
/** It waits for the task `found`, outside of what may be settled. */
export const BLOCKED: u32 = 2;
/** The waits of the task `found` have to be answered before, which asks at `foundTime`. */
export const ASKS: u32 = 3;
/** Only the order of time can tell. */
export const TIED: u32 = 4;
/** Not an outcome: another task has to be settled before, which is `found`. */
const NEEDS: u32 = 5;

const ROOT: u32 = 0xfffffffe;

export let found: u32 = NONE;
export let foundTime: f64 = 0;

/** Tasks that may be settled. */
let scopeBegin: u32 = 0;
let scopeEnd: u32 = 0;
/** The moment in question, and the task that asks then; NONE if nothing is asked. */
let moment: f64 = 0;
let asking: u32 = NONE;
let finishes: usize = 0;

export function loadExplorer(control: usize): void {
	finishes = loadU32(control + FINISH) as usize;
}

export function setScope(begin: u32, end: u32): void {
	scopeBegin = begin;
	scopeEnd = end;
}

/** From now on the question is what starts before `task` asks at `time`. */
export function setQuestion(task: u32, time: f64): void {
	asking = task;
	moment = time;
}

/** From now on nothing is in question. */
export function dropQuestion(): void {
	asking = NONE;
}

function parentOf(task: u32): u32 {
	return loadU32(finishes + (task as usize) * 8);
}

function setParent(task: u32, parent: u32): void {
	storeU32(finishes + (task as usize) * 8, parent);
}

/** Takes the marks off the way from `task` back to the wanted one. */
function leave(last: u32): void {
	for (let task = last; task !== ROOT; ) {
		const parent = parentOf(task);
		setParent(task, NONE);
		task = parent;
	}
}

/** The outcome for a task that asks at `time` while something earlier may be in question. */
function meetAsker(task: u32, time: f64): u32 {
	found = task;
	foundTime = time;
	if (asking === NONE || time < moment) return ASKS;
	if (time > moment) return LATER;
	const first = comesFirst(task, asking, time);
	if (first === NONE) return TIED;
	return first === 1 ? ASKS : LATER;
}

/** Settles a task if all it needs is there. */
function attempt(task: u32): u32 {
	const missing = pull(task);
	if (missing !== NONE) {
		if (asking !== NONE && isLaterThan(task, moment)) return LATER;
		found = missing;
		return NEEDS;
	}
	let ready = pulledReady;
	let bound = pulledBound;
	let wait = firstWaitFrom(task);
	if (taskOfWait(wait) === task) {
		if (!isAnswered(wait)) return meetAsker(task, ready);
		for (; taskOfWait(wait) === task; wait++) {
			const target = answerOf(wait);
			if (target === NONE) continue;
			if (!isSettled(target)) {
				found = target;
				return NEEDS;
			}
			let time = finishOf(target) + delayOfWait(wait);
			if (time < startOf(target)) time = startOf(target);
			if (time > ready) {
				ready = time;
				bound = BY_WAIT + wait;
			}
		}
	}
	if (asking !== NONE && ready > moment) return LATER;
	settle(task, ready, bound);
	return DONE;
}

/** Settles `wanted`, which is not settled yet. LATER without a question means that it waits for itself. */
export function explore(wanted: u32): u32 {
	setParent(wanted, ROOT);
	let outcome = NEEDS;
	for (let task = wanted; task !== ROOT; ) {
		const parent = parentOf(task);
		outcome = attempt(task);
		if (outcome === DONE) {
			task = parent;
			continue;
		}
		if (outcome === NEEDS) {
			const inside = found >= scopeBegin && found < scopeEnd;
			if (inside && found !== asking && parentOf(found) === NONE) {
				setParent(found, task);
				task = found;
				continue;
			}
			outcome = inside ? LATER : BLOCKED;
		}
		leave(task);
		task = ROOT;
	}
	return outcome;
}
