/**
 * Copies the blocks of a rank's program into the columns of a graph, one after the other. This is the loop that every
 * configuration of a sweep goes through: whole columns are copied, and only numbers that depend on the place are added.
 */
import { EdgeKind, NO_PROCESSOR } from "../../graph/graph.js";
import { NO_LANE } from "../block.js";
import type { ExecutionPlan, RankProgram } from "../program.js";
import type { LeanColumns } from "./arena.js";
import type { MeetingTable } from "./meetings.js";

/** Where the next task, edge and wait go. */
export interface Cursor {
	task: number;
	edge: number;
	wait: number;
}

/** Writes the source of the rank and all its blocks; `processorBase` is the number of its first processor. */
export function placeProgram(
	plan: ExecutionPlan,
	program: RankProgram,
	processorBase: number,
	columns: LeanColumns,
	meetings: MeetingTable,
	cursor: Cursor,
): void {
	const { blocks, lanes } = plan.blockLibrary;
	const { processor, durationNs, predOffset, pred, delayNs, edgeKind, waitTask, waitStream, waitDelayNs } = columns;
	let { task, edge, wait } = cursor;
	const source = task;
	processor[source] = NO_PROCESSOR;
	durationNs[source] = 0;
	predOffset[source] = edge;
	task++;
	// The last task on every lane; the source where there is none yet.
	const last = new Uint32Array(lanes.length).fill(source);
	let message = 0;
	for (const id of program.block) {
		const block = blocks[id]!;
		const { taskCount, edgeCount, lane } = block;
		durationNs.set(block.durationNs, task);
		for (let t = 0; t < taskCount; t++) {
			const on = lane[t]!;
			processor[task + t] = on === NO_LANE ? NO_PROCESSOR : processorBase + on;
		}
		const offsets = block.predOffset;
		for (let t = 0; t < taskCount; t++) predOffset[task + t] = edge + offsets[t]!;
		const preds = block.pred;
		const shift = 2 * task;
		for (let e = 0; e < edgeCount; e++) pred[edge + e] = shift + preds[e]!;
		delayNs.set(block.delayNs, edge);
		edgeKind.set(block.edgeKind, edge);

		const { externalEdge, externalLane } = block;
		for (let x = 0; x < externalEdge.length; x++) {
			const at = edge + externalEdge[x]!;
			const from = last[externalLane[x]!]!;
			pred[at] = 2 * from + (pred[at]! & 1);
			// On an empty lane there is no one to be apart from.
			if (from === source) {
				delayNs[at] = 0;
				edgeKind[at] = EdgeKind.entry;
			}
		}
		if (block.meetings.arrive.length > 0) message = meetings.bind(program, block, task, edge, message, pred);
		const { messageEdge } = block;
		for (let x = 0; x < messageEdge.length; x++) {
			pred[edge + messageEdge[x]!] = 2 * meetings.receivedBy(program.message[message++]!, source) + 1;
		}
		for (let w = 0; w < block.waitTask.length; w++) {
			waitTask[wait + w] = task + block.waitTask[w]!;
			waitStream[wait + w] = processorBase + block.waitLane[w]!;
		}
		waitDelayNs.set(block.waitDelayNs, wait);

		const { touchedLane, lastOnLane } = block;
		for (let l = 0; l < touchedLane.length; l++) last[touchedLane[l]!] = task + lastOnLane[l]!;
		task += taskCount;
		edge += edgeCount;
		wait += block.waitTask.length;
	}
	cursor.task = task;
	cursor.edge = edge;
	cursor.wait = wait;
}
