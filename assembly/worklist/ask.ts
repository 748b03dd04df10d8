/**
 * Answers runtime dependencies: the last task launched on a stream when a task asks, which is the moment when all its
 * fixed edges are met. The calls that may come before that moment are settled first, out of their turn where need be;
 * the first call of a thread that starts later ends the search on that thread, for all its further calls do, too. A
 * call that itself waits for an answer needs that one first: it asks earlier, so this comes to an end.
 */

import { AT_FIRST, LAUNCH, LAUNCHERS, NONE } from "../layout";
import { loadU32, storeU32 } from "../memory";
import { answer, firstWaitFrom, streamOf, taskOfWait } from "./answers";
import { ASKS, DONE, dropQuestion, explore, found, foundTime, LATER, setQuestion, TIED } from "./explore";
import { LAUNCH_BYTES, LAUNCHER_BYTES, launchersOf, MAX_LAUNCHERS } from "./launches";
import { isSettled, startOf } from "./settle";
import { comesFirst } from "./ties";

let launchers: usize = 0;
let launch: usize = 0;
let atFirst: usize = 0;
let asking: u32 = NONE;
let moment: f64 = 0;

export function loadLaunches(control: usize): void {
	launchers = loadU32(control + LAUNCHERS) as usize;
	launch = loadU32(control + LAUNCH) as usize;
	atFirst = loadU32(control + AT_FIRST) as usize;
}

function launchAt(index: u32): usize {
	return launch + (index as usize) * LAUNCH_BYTES;
}

/** Whether a settled call comes before the question: 1 yes, 0 no, NONE if who knows. */
function isEarly(call: u32): u32 {
	const start = startOf(call);
	if (start !== moment) return start < moment ? 1 : 0;
	return comesFirst(call, asking, moment);
}

/** Finds the end of those launches of a launcher that come before the question. */
function advance(launcher: usize): u32 {
	const first = loadU32(launcher + 4);
	const end = loadU32(launcher + 8);
	let known = loadU32(launcher + 12);
	// Questions mostly come in the order of time, but not always.
	for (; known > first; known--) {
		const early = isEarly(loadU32(launchAt(known - 1)));
		if (early === NONE) return TIED;
		if (early === 1) break;
	}
	for (; known < end; known++) {
		const call = loadU32(launchAt(known));
		if (!isSettled(call)) {
			const outcome = explore(call);
			if (outcome === LATER) break;
			if (outcome !== DONE) return outcome;
		}
		const early = isEarly(call);
		if (early === NONE) return TIED;
		if (early === 0) break;
	}
	storeU32(launcher + 12, known);
	return DONE;
}

function answerWait(wait: u32): u32 {
	const stream = streamOf(wait);
	let target: u32 = loadU32(atFirst + (stream as usize) * 4) - 1;
	let latest = NONE;
	let launcher = launchersOf(launchers, stream);
	for (let i: u32 = 0; i < MAX_LAUNCHERS && loadU32(launcher) !== NONE; i++, launcher += LAUNCHER_BYTES) {
		const outcome = advance(launcher);
		if (outcome !== DONE) return outcome;
		const known = loadU32(launcher + 12);
		if (known === loadU32(launcher + 4)) continue;
		const last = launchAt(known - 1);
		const task = loadU32(last + 4);
		if (latest !== NONE && task < latest) continue;
		latest = task;
		target = loadU32(last + 8);
	}
	answer(wait, target);
	return DONE;
}

function answerWaits(task: u32, time: f64): u32 {
	asking = task;
	moment = time;
	setQuestion(task, time);
	const first = firstWaitFrom(task);
	let wait = first;
	while (taskOfWait(wait + 1) === task) wait++;
	let outcome = answerWait(wait);
	while (outcome === DONE && wait > first) {
		wait--;
		outcome = answerWait(wait);
	}
	dropQuestion();
	return outcome;
}

/** Settles `wanted` and all it needs, answering what has to be answered: DONE, or BLOCKED, or LATER, or TIED. */
export function demand(wanted: u32): u32 {
	let outcome = explore(wanted);
	while (outcome === ASKS) {
		outcome = answerWaits(found, foundTime);
		if (outcome === DONE) outcome = explore(wanted);
	}
	return outcome;
}
