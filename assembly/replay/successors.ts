/**
 * The graph says what each task waits for; the event loop needs who waits for it. One counting sort of the edges by
 * 2 x predecessor + slot, so that those who wait for the start of a task stand right before those who wait for its
 * finish. Three linear passes over the edges.
 */

import {
	AT_FIRST,
	EDGE_KIND,
	LAUNCH_EDGE,
	NONE,
	NOT_WAITED_FOR,
	PRED,
	PRED_OFFSET,
	PROCESSOR,
	SUCC,
	SUCC_OFFSET,
	TASKS,
	WAITS,
} from "../layout";
import { fillBytes, loadU8, loadU32, storeU32 } from "../memory";

export function buildSuccessors(control: usize): void {
	const tasks = loadU32(control + TASKS);
	const predOffset = loadU32(control + PRED_OFFSET) as usize;
	const pred = loadU32(control + PRED) as usize;
	const offset = loadU32(control + SUCC_OFFSET) as usize;
	const succ = loadU32(control + SUCC) as usize;
	const edgeKind = loadU32(control + EDGE_KIND) as usize;
	const processor = loadU32(control + PROCESSOR) as usize;
	const atFirst = loadU32(control + AT_FIRST) as usize;
	const withWaits = loadU32(control + WAITS) > 0;

	// Counts go two entries up and become ends one entry up: filling then turns those into the starts of the next.
	const slots: usize = (tasks as usize) * 2;
	fillBytes(offset, 0, (slots + 2) * 4);
	const predEnd = pred + (loadU32(predOffset + (tasks as usize) * 4) as usize) * 4;
	for (let edge = pred; edge < predEnd; edge += 4) {
		const count = offset + (loadU32(edge) as usize) * 4 + 8;
		storeU32(count, loadU32(count) + 1);
	}
	let sum: u32 = 0;
	for (let slot: usize = 0; slot < slots; slot++) {
		sum += loadU32(offset + slot * 4 + 4);
		storeU32(offset + slot * 4 + 4, sum);
	}

	for (let task: u32 = 0; task < tasks; task++) {
		let edge = loadU32(predOffset + (task as usize) * 4);
		const end = loadU32(predOffset + (task as usize) * 4 + 4);
		let records = false;
		if (withWaits) {
			const on = loadU32(processor + (task as usize) * 4);
			records = on !== NONE && loadU32(atFirst + (on as usize) * 4) !== NOT_WAITED_FOR;
		}
		for (; edge < end; edge++) {
			const cursor = offset + (loadU32(pred + (edge as usize) * 4) as usize) * 4 + 4;
			const at = loadU32(cursor);
			storeU32(cursor, at + 1);
			const launches: u32 = records && loadU8(edgeKind + (edge as usize)) === LAUNCH_EDGE ? 1 : 0;
			storeU32(succ + (at as usize) * 4, task * 2 + launches);
		}
	}
}
