/**
 * The engine's exports: scalars only. `control` is the address of the control block (layout.ts); what comes back is a
 * status (status.ts). All memory belongs to TypeScript; nothing here allocates.
 */

import { ORDER, ORDERED_COUNT, TASKS, WAITS } from "./layout";
import { loadU32 } from "./memory";
import { orderHolds } from "./ordered/checks";
import { runPass } from "./ordered/pass";
import { writeRecords } from "./ordered/records";
import { findRuns } from "./ordered/runs";
import { markWaitedStreams, openLaunches } from "./replay/launches";
import { runLoop } from "./replay/loop";
import { reportCycle, sortTasks } from "./replay/order";
import { buildSuccessors } from "./replay/successors";
import { OK, ORDER_CHANGED } from "./status";

export { areTimes, checkTasks, checkWaits } from "./check";
export { heapBase } from "./memory";
export { sumDevice } from "./plan/device-sums";
export { followRanks } from "./plan/run";
export {
	countLaunches,
	listLaunches,
	noteMeetings,
	openLaunchCounts,
	placeLaunchers,
} from "./worklist/launches";
export { openWorklist, receive, runWorklist } from "./worklist/run";
export { findStrands } from "./worklist/strands";

/** Says which layout of the control block and which status codes this build speaks. */
export function abiVersion(): u32 {
	return 3;
}

/** Builds what the event loop needs beside the graph. Once a graph. */
export function prepareLoop(control: usize): void {
	if (loadU32(control + WAITS) > 0) markWaitedStreams(control);
	buildSuccessors(control);
	if (loadU32(control + ORDER) !== 0) sortTasks(control);
}

/** Simulates in the order of time: all times, what bound each task, the order. */
export function runInTimeOrder(control: usize): u32 {
	if (loadU32(control + ORDER) !== 0 && loadU32(control + ORDERED_COUNT) < loadU32(control + TASKS)) {
		return reportCycle(control);
	}
	if (loadU32(control + WAITS) > 0) {
		markWaitedStreams(control);
		openLaunches(control);
	}
	return runLoop(control);
}

/** Finds the order for the ordered pass. Once a graph, with WAIT_RESOLVED as a simulation left it. */
export function orderTasks(control: usize): void {
	findRuns(control);
}

/** Lays out edges and delays for the ordered pass. Once for every set of delays. */
export function layOutDelays(control: usize): u32 {
	return writeRecords(control);
}

/** Re-times all tasks with the durations that are there now. */
export function retime(control: usize): u32 {
	runPass(control);
	return orderHolds(control) ? OK : ORDER_CHANGED;
}
