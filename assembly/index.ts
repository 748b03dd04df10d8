/**
 * The engine's exports: scalars only. `control` is the address of the control block (layout.ts); what comes back is a
 * status (status.ts). All memory belongs to TypeScript; nothing here allocates.
 */

import { ORDER, TASKS, WAITS } from "./layout";
import { loadU32 } from "./memory";
import { markWaitedStreams, openLaunches } from "./replay/launches";
import { runLoop } from "./replay/loop";
import { sortTasks } from "./replay/order";
import { buildSuccessors } from "./replay/successors";

export { heapBase } from "./memory";

/** Says which layout of the control block and which status codes this build speaks. */
export function abiVersion(): u32 {
	return 1;
}

/** Builds what the event loop needs beside the graph. Once a graph. */
export function prepare(control: usize): void {
	markWaitedStreams(control);
	buildSuccessors(control);
}

/** Simulates: all times, what bound each task, the order. */
export function simulate(control: usize): u32 {
	if (loadU32(control + WAITS) > 0) {
		const ordered = loadU32(control + ORDER) === 0 ? loadU32(control + TASKS) : sortTasks(control);
		markWaitedStreams(control);
		openLaunches(control, ordered);
	}
	return runLoop(control);
}
