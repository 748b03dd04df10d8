/**
 * A topological order of the fixed edges, for graphs whose task numbers are not one: the streams' orders are read off
 * it (launches.ts). The order grows at one end while its tasks are taken up at the other, so it is its own queue.
 */

import {
	COUNTER,
	ORDER,
	ORDERED_COUNT,
	PRED_OFFSET,
	SETTLED,
	SETTLED_COUNT,
	SUCC,
	SUCC_OFFSET,
	TASKS,
} from "../layout";
import { loadU32, storeU32 } from "../memory";
import { DEADLOCK } from "../status";

/** Fills ORDER and says in ORDERED_COUNT how far. */
export function sortTasks(control: usize): void {
	const tasks = loadU32(control + TASKS);
	const predOffset = loadU32(control + PRED_OFFSET) as usize;
	const succOffset = loadU32(control + SUCC_OFFSET) as usize;
	const succ = loadU32(control + SUCC) as usize;
	const counter = loadU32(control + COUNTER) as usize;
	const order = loadU32(control + ORDER) as usize;
	let ordered: u32 = 0;
	for (let task: u32 = 0; task < tasks; task++) {
		const edges = predOffset + (task as usize) * 4;
		const count: u32 = loadU32(edges + 4) - loadU32(edges);
		storeU32(counter + (task as usize) * 4, count);
		if (count === 0) {
			storeU32(order + (ordered as usize) * 4, task);
			ordered++;
		}
	}
	for (let taken: u32 = 0; taken < ordered; taken++) {
		const successors = succOffset + (loadU32(order + (taken as usize) * 4) as usize) * 8;
		const end = loadU32(successors + 8);
		for (let at = loadU32(successors); at < end; at++) {
			const task: u32 = loadU32(succ + (at as usize) * 4) >>> 1;
			const count: u32 = loadU32(counter + (task as usize) * 4) - 1;
			storeU32(counter + (task as usize) * 4, count);
			if (count === 0) {
				storeU32(order + (ordered as usize) * 4, task);
				ordered++;
			}
		}
	}
	storeU32(control + ORDERED_COUNT, ordered);
}

/** Settles nothing: says which tasks are on no cycle, nor behind one. */
export function reportCycle(control: usize): u32 {
	const order = loadU32(control + ORDER) as usize;
	const settled = loadU32(control + SETTLED) as usize;
	const ordered = loadU32(control + ORDERED_COUNT);
	for (let at: usize = 0; at < (ordered as usize) * 4; at += 4) storeU32(settled + at, loadU32(order + at));
	storeU32(control + SETTLED_COUNT, ordered);
	return DEADLOCK;
}
