/**
 * What the runtime dependencies ask about: for each stream that somebody waits for, the launches on it, one list for
 * each thread that makes them, in the order of the stream. Calls of one thread come in the order of their numbers, and
 * so do tasks of one stream, where each waits for the one before it: that is checked. Device work without a launch edge
 * comes with the task before it on its stream, or from the beginning.
 *
 *   launcher   | thread u32 | first launch u32 | end u32 | launches known to be early enough end here u32 |   8 a stream
 *   launch     | calling task u32 | launched task u32 | last task that comes with it u32 |
 */

import {
	AT_FIRST,
	BOUND_BY,
	EDGE_KIND,
	FIRST_MEETING,
	LAST_ON,
	LAUNCH,
	LAUNCH_EDGE,
	LAUNCHERS,
	LAUNCHES,
	NONE,
	NOT_WAITED_FOR,
	PRED,
	PRED_OFFSET,
	PROCESSOR,
	PROCESSORS,
	TASKS,
} from "../layout";
import { fillBytes, loadU8, loadU32, storeU32 } from "../memory";
import { markWaitedStreams } from "../replay/launches";
import { OK, OUT_OF_LINE } from "../status";

export const MAX_LAUNCHERS: u32 = 8;
export const LAUNCHER_BYTES: usize = 16;
export const LAUNCH_BYTES: usize = 12;
const BROKEN_LINE: u32 = 0x80000000;
/** In place of an edge: this + an external task, a meeting that is simulated elsewhere. TypeScript notes these. */
const COMES_TO: u32 = 0x80000000;

let predOffset: usize = 0;
let pred: usize = 0;
let edgeKind: usize = 0;
let processor: usize = 0;
let processors: u32 = 0;
let launchers: usize = 0;
let atFirst: usize = 0;
let lastOn: usize = 0;
let tasks: u32 = 0;
let all: u32 = 0;
/** u32 a task, in the place of BOUND_BY, which nobody needs yet. */
let noted: usize = 0;

function load(control: usize): void {
	predOffset = loadU32(control + PRED_OFFSET) as usize;
	pred = loadU32(control + PRED) as usize;
	edgeKind = loadU32(control + EDGE_KIND) as usize;
	processor = loadU32(control + PROCESSOR) as usize;
	processors = loadU32(control + PROCESSORS);
	launchers = loadU32(control + LAUNCHERS) as usize;
	atFirst = loadU32(control + AT_FIRST) as usize;
	lastOn = loadU32(control + LAST_ON) as usize;
	tasks = loadU32(control + FIRST_MEETING);
	all = loadU32(control + TASKS);
	noted = loadU32(control + BOUND_BY) as usize;
}

/** The first of the launchers of a stream; they end with one whose thread is NONE, or after MAX_LAUNCHERS. */
export function launchersOf(all: usize, stream: u32): usize {
	return all + (stream as usize) * (MAX_LAUNCHERS as usize) * LAUNCHER_BYTES;
}

/** The launcher for a thread on a stream, which may be new; 0 if there are too many. */
function launcherFor(stream: u32, thread: u32): usize {
	let launcher = launchersOf(launchers, stream);
	for (let i: u32 = 0; i < MAX_LAUNCHERS; i++, launcher += LAUNCHER_BYTES) {
		const taken = loadU32(launcher);
		if (taken === thread) return launcher;
		if (taken !== NONE) continue;
		storeU32(launcher, thread);
		storeU32(launcher + 4, 0);
		storeU32(launcher + 8, 0);
		return launcher;
	}
	return 0;
}

/** Notes for each task that comes to one of the meetings among [from, to) by which edge it does. */
export function noteMeetings(control: usize, from: u32, to: u32): void {
	load(control);
	for (let task = from; task < to; task++) {
		if (loadU32(processor + (task as usize) * 4) !== NONE) continue;
		const edges = predOffset + (task as usize) * 4;
		const end = loadU32(edges + 4);
		for (let edge = loadU32(edges); edge < end; edge++) {
			const member: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
			if (member < all) storeU32(noted + (member as usize) * 4, edge);
		}
	}
}

/** Whether a task waits for another, or for a meeting that the other comes to. */
function waitsFor(task: u32, other: u32): boolean {
	const edges = predOffset + (task as usize) * 4;
	const end = loadU32(edges + 4);
	const note = loadU32(noted + (other as usize) * 4);
	for (let edge = loadU32(edges); edge < end; edge++) {
		const from: u32 = loadU32(pred + (edge as usize) * 4) >>> 1;
		if (from === other || note === COMES_TO + from) return true;
		if (from >= all || loadU32(processor + (from as usize) * 4) !== NONE) continue;
		const members = predOffset + (from as usize) * 4;
		if (note < loadU32(members) || note >= loadU32(members + 4)) continue;
		if (loadU32(pred + (note as usize) * 4) >>> 1 === other) return true;
	}
	return false;
}

/** The call that launches a task, NONE, or `tasks` if several do. */
function callOf(task: u32): u32 {
	const edges = predOffset + (task as usize) * 4;
	const end = loadU32(edges + 4);
	let call = NONE;
	for (let edge = loadU32(edges); edge < end; edge++) {
		if (loadU8(edgeKind + (edge as usize)) !== LAUNCH_EDGE) continue;
		if (call !== NONE) return tasks;
		call = loadU32(pred + (edge as usize) * 4) >>> 1;
	}
	return call;
}

/**
 * Counts the launches of each launcher among the tasks [from, to), and finds the processors whose tasks are not in line;
 * OUT_OF_LINE where launches cannot be asked about in this way.
 */
export function countLaunches(control: usize, from: u32, to: u32): u32 {
	load(control);
	for (let task = from; task < to && task < tasks; task++) {
		const on = loadU32(processor + (task as usize) * 4);
		if (on === NONE) continue;
		const place = lastOn + (on as usize) * 4;
		const last = loadU32(place);
		const inLine = last === NONE || ((last & BROKEN_LINE) === 0 && waitsFor(task, last));
		storeU32(place, inLine ? task : task | BROKEN_LINE);
		const first = atFirst + (on as usize) * 4;
		if (loadU32(first) === NOT_WAITED_FOR) continue;
		const call = callOf(task);
		if (call === NONE) {
			if (loadU32(launchersOf(launchers, on)) === NONE) storeU32(first, task + 1);
			continue;
		}
		if (call >= tasks) return OUT_OF_LINE;
		const thread = loadU32(processor + (call as usize) * 4);
		if (thread === NONE) return OUT_OF_LINE;
		const launcher = launcherFor(on, thread);
		if (launcher === 0) return OUT_OF_LINE;
		storeU32(launcher + 8, loadU32(launcher + 8) + 1);
	}
	return OK;
}

function isInLine(on: u32): boolean {
	const last = loadU32(lastOn + (on as usize) * 4);
	return last === NONE || (last & BROKEN_LINE) === 0;
}

/** Nothing is counted yet. */
export function openLaunchCounts(control: usize): void {
	load(control);
	markWaitedStreams(control);
	fillBytes(launchers, 0xff, (processors as usize) * (MAX_LAUNCHERS as usize) * LAUNCHER_BYTES);
	fillBytes(lastOn, 0xff, (processors as usize) * 4);
	fillBytes(noted, 0xff, (all as usize) * 4);
}

/** Gives each launcher its place among all launches, and says how many there are. */
export function placeLaunchers(control: usize): u32 {
	load(control);
	let count: u32 = 0;
	for (let stream: u32 = 0; stream < processors; stream++) {
		if (loadU32(atFirst + (stream as usize) * 4) === NOT_WAITED_FOR) continue;
		if (!isInLine(stream)) return OUT_OF_LINE;
		let launcher = launchersOf(launchers, stream);
		for (let i: u32 = 0; i < MAX_LAUNCHERS; i++, launcher += LAUNCHER_BYTES) {
			const thread = loadU32(launcher);
			if (thread === NONE) break;
			if (!isInLine(thread)) return OUT_OF_LINE;
			storeU32(launcher + 4, count);
			count += loadU32(launcher + 8);
			// Ends are where the lists have grown to so far.
			storeU32(launcher + 8, loadU32(launcher + 4));
		}
	}
	storeU32(control + LAUNCHES, count);
	// From here on this is the last launch on each stream.
	fillBytes(lastOn, 0xff, (processors as usize) * 4);
	return OK;
}

/** Lists the launches among the tasks [from, to). */
export function listLaunches(control: usize, from: u32, to: u32): u32 {
	load(control);
	const launch = loadU32(control + LAUNCH) as usize;
	for (let task = from; task < to && task < tasks; task++) {
		const on = loadU32(processor + (task as usize) * 4);
		if (on === NONE || loadU32(atFirst + (on as usize) * 4) === NOT_WAITED_FOR) continue;
		const last = lastOn + (on as usize) * 4;
		const call = callOf(task);
		if (call === NONE) {
			const before = loadU32(last);
			if (before !== NONE) storeU32(launch + (before as usize) * LAUNCH_BYTES + 8, task);
			continue;
		}
		const launcher = launcherFor(on, loadU32(processor + (call as usize) * 4));
		const index = loadU32(launcher + 8);
		const at = launch + (index as usize) * LAUNCH_BYTES;
		if (index > loadU32(launcher + 4) && loadU32(at - LAUNCH_BYTES) > call) return OUT_OF_LINE;
		storeU32(launcher + 8, index + 1);
		storeU32(at, call);
		storeU32(at + 4, task);
		storeU32(at + 8, task);
		storeU32(last, index);
	}
	return OK;
}

/** Nothing is known to be launched yet. */
export function openLaunchers(control: usize): void {
	load(control);
	for (let stream: u32 = 0; stream < processors; stream++) {
		if (loadU32(atFirst + (stream as usize) * 4) === NOT_WAITED_FOR) continue;
		let launcher = launchersOf(launchers, stream);
		for (let i: u32 = 0; i < MAX_LAUNCHERS; i++, launcher += LAUNCHER_BYTES) {
			if (loadU32(launcher) === NONE) break;
			storeU32(launcher + 12, loadU32(launcher + 4));
		}
	}
}
