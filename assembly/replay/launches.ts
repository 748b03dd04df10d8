/**
 * What has been launched on a stream by a given moment. A task is launched when the call at the other end of its
 * launch edge starts; device work without a launch edge comes with the task before it on its stream (a collective's
 * transfer with its arrival), or from the beginning where none before it has one (launched before the capture). The
 * order on a stream is the order of its edges, which a topological order of all tasks gives.
 */

import {
	AT_FIRST,
	EDGE_KIND,
	LATEST,
	LAUNCH_EDGE,
	NONE,
	NOT_WAITED_FOR,
	ORDER,
	ORDERED_COUNT,
	PLACE,
	PRED_OFFSET,
	PROCESSOR,
	PROCESSORS,
	TASKS,
	WAIT_STREAM,
	WAITS,
} from "../layout";
import { fillBytes, loadU8, loadU32, storeU32 } from "../memory";

let place: usize = 0;
let processor: usize = 0;
let latest: usize = 0;

/** Marks the streams that waits ask about; on all others launches leave no record. */
export function markWaitedStreams(control: usize): void {
	const streams = loadU32(control + AT_FIRST) as usize;
	fillBytes(streams, 0xff, (loadU32(control + PROCESSORS) as usize) * 4);
	const waitStream = loadU32(control + WAIT_STREAM) as usize;
	const waits = loadU32(control + WAITS);
	for (let wait: u32 = 0; wait < waits; wait++) {
		storeU32(streams + (loadU32(waitStream + (wait as usize) * 4) as usize) * 4, 0);
	}
}

function hasLaunchEdge(edgeKind: usize, edge: u32, end: u32): boolean {
	for (; edge < end; edge++) {
		if (loadU8(edgeKind + (edge as usize)) === LAUNCH_EDGE) return true;
	}
	return false;
}

/** Finds what each launch puts on its stream, and what is there from the beginning. */
export function openLaunches(control: usize): void {
	place = loadU32(control + PLACE) as usize;
	processor = loadU32(control + PROCESSOR) as usize;
	latest = loadU32(control + LATEST) as usize;
	const atFirst = loadU32(control + AT_FIRST) as usize;
	const order = loadU32(control + ORDER) as usize;
	const ordered = loadU32(control + (order === 0 ? TASKS : ORDERED_COUNT));
	const predOffset = loadU32(control + PRED_OFFSET) as usize;
	const edgeKind = loadU32(control + EDGE_KIND) as usize;
	const bytes = (loadU32(control + PROCESSORS) as usize) * 4;
	fillBytes(latest, 0xff, bytes);

	for (let at: u32 = 0; at < ordered; at++) {
		const task: u32 = order === 0 ? at : loadU32(order + (at as usize) * 4);
		const on = loadU32(processor + (task as usize) * 4);
		if (on === NONE) continue;
		const stream = (on as usize) * 4;
		if (loadU32(atFirst + stream) === NOT_WAITED_FOR) continue;
		const edges = predOffset + (task as usize) * 4;
		// Until the loop starts, this is the last on the way so far.
		let launched = loadU32(latest + stream);
		if (hasLaunchEdge(edgeKind, loadU32(edges), loadU32(edges + 4))) {
			storeU32(latest + stream, task);
			launched = task;
		}
		if (launched === NONE) storeU32(atFirst + stream, at + 1);
		else storeU32(place + (launched as usize) * 4, at + 1);
	}
	fillBytes(latest, 0xff, bytes);
}

/** Records that the launch of `task`, on a stream that a wait asks about, was called. */
export function recordLaunch(task: u32): void {
	const stream = latest + (loadU32(processor + (task as usize) * 4) as usize) * 4;
	const before = loadU32(stream);
	if (before === NONE || loadU32(place + (task as usize) * 4) > loadU32(place + (before as usize) * 4)) {
		storeU32(stream, task);
	}
}
