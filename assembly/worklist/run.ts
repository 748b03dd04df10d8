/**
 * The worklist: every strand is followed as far as it goes, one after the other, so that the data of one rank are in
 * the cache, and each column is read in sequence. Nobody counts predecessors or lists successors: a task looks whether
 * all it needs is settled, and its strand waits if not. Fixed dependencies give the same times in any order; runtime
 * dependencies find out what they ask about (ask.ts). O(edges + tasks).
 *
 * Strands may come to wait for each other although their tasks do not, where two meet in one order here and in another
 * there. Then what one of them waits for is settled out of its turn.
 */

import { EXPORT_TASK, EXPORTS, EXTERNALS, FINISH, FORCE, NONE, SETTLED_COUNT, START, TASKS, WAITS } from "../layout";
import { fillBytes, loadU32, storeU32 } from "../memory";
import { OK, STALLED, UNDECIDED, UNFINISHED } from "../status";
import { loadAnswers, openAnswers } from "./answers";
import { demand, loadLaunches } from "./ask";
import { BLOCKED, DONE, loadExplorer, setScope, TIED } from "./explore";
import { follow, loadFollower, STRETCH } from "./follow";
import { openLaunchers } from "./launches";
import { followMeeting } from "./meetings";
import { loadEdges } from "./pull";
import { isSettled, loadResults, receiveTimes, saveResults, settled } from "./settle";
import { loadStrands, openStrands, parkedOn, rankStrands, saveStrands, strands, takeStrand } from "./strands";
import { loadTies } from "./ties";

/** Takes up what an earlier call left. */
function load(control: usize): void {
	loadStrands(control);
	loadResults(control);
	loadEdges(control);
	loadAnswers(control);
	loadTies(control);
	loadExplorer(control);
	loadLaunches(control);
	loadFollower(control);
}

/** Nothing is settled: all ones are NaN, and the number NONE. */
export function openWorklist(control: usize): void {
	const tasks = loadU32(control + TASKS) as usize;
	const times: usize = (tasks + (loadU32(control + EXTERNALS) as usize)) * 8;
	fillBytes(loadU32(control + START) as usize, 0xff, times);
	fillBytes(loadU32(control + FINISH) as usize, 0xff, times);
	storeU32(control + SETTLED_COUNT, 0);
	load(control);
	openStrands(control);
	for (let index = rankStrands; index < strands; index++) followMeeting(index);
	saveStrands(control);
	saveResults(control);
	openAnswers();
	if (loadU32(control + WAITS) > 0) openLaunchers(control);
}

/** Settles out of its turn what some strand here or elsewhere waits for: DONE, BLOCKED where there is nothing, or TIED. */
function forceOne(tasks: u32, control: usize): u32 {
	setScope(0, tasks);
	for (let index: u32 = 0; index < rankStrands; index++) {
		const missing = parkedOn(index);
		if (missing >= tasks) continue;
		const outcome = demand(missing);
		if (outcome === DONE || outcome === TIED) return outcome;
	}
	const exported = loadU32(control + EXPORTS);
	const exportTask = loadU32(control + EXPORT_TASK) as usize;
	for (let i: u32 = 0; i < exported; i++) {
		const task = loadU32(exportTask + (i as usize) * 4);
		if (isSettled(task)) continue;
		const outcome = demand(task);
		if (outcome === DONE || outcome === TIED) return outcome;
	}
	return BLOCKED;
}

/** What became of it when no strand can go on. */
function stop(tasks: u32, control: usize): u32 {
	if (settled === tasks) return OK;
	const partial = loadU32(control + EXTERNALS) > 0;
	if (partial && loadU32(control + FORCE) === 0) return STALLED;
	const outcome = forceOne(tasks, control);
	if (outcome === DONE) return UNFINISHED;
	return partial && outcome === BLOCKED ? STALLED : UNDECIDED;
}

/** Goes on for a while: until all is settled, or waits for what is simulated elsewhere, or some more may follow. */
export function runWorklist(control: usize): u32 {
	load(control);
	const tasks = loadU32(control + TASKS);
	const enough: u32 = settled + 4 * STRETCH;
	let status = UNFINISHED;
	while (status === UNFINISHED && settled < enough) {
		const index = takeStrand();
		if (index === NONE) status = stop(tasks, control);
		else if (index >= rankStrands) followMeeting(index);
		else if (!follow(index)) status = UNDECIDED;
	}
	saveStrands(control);
	saveResults(control);
	return status;
}

/** Takes the times of a task that was simulated elsewhere. */
export function receive(control: usize, task: u32, start: f64, finish: f64): void {
	load(control);
	receiveTimes(task, start, finish);
	saveStrands(control);
}
