/**
 * Joins blocks that always follow each other into one: what is placed often should be large. What a block waits for on
 * a lane that an earlier one of them uses becomes an edge inside.
 */
import type { Block, BlockMeetings } from "./block.js";

type Column = Uint8Array | Uint32Array | Float64Array;

/** One block with the tasks of all, in their order; its messages are those of all, first the meetings, then the waits. */
export function joinBlocks(name: string, blocks: readonly Block[]): Block {
	const taskBase = basesOf(blocks, ({ taskCount }) => taskCount);
	const edgeBase = basesOf(blocks, ({ edgeCount }) => edgeCount);
	const taskCount = taskBase.at(-1)!;
	const edgeCount = edgeBase.at(-1)!;
	const predOffset = new Uint32Array(taskCount + 1);
	const pred = new Uint32Array(edgeCount);
	const externalEdge: number[] = [];
	const externalLane: number[] = [];
	const last = new Map<number, number>();
	blocks.forEach((block, b) => {
		const task = taskBase[b]!;
		const edge = edgeBase[b]!;
		for (let t = 0; t < block.taskCount; t++) predOffset[task + t] = edge + block.predOffset[t]!;
		for (let e = 0; e < block.edgeCount; e++) pred[edge + e] = 2 * task + block.pred[e]!;
		block.externalEdge.forEach((at, x) => {
			const lane = block.externalLane[x]!;
			const from = last.get(lane);
			const slot = block.pred[at]! & 1;
			if (from !== undefined) {
				pred[edge + at] = 2 * from + slot;
				return;
			}
			pred[edge + at] = slot;
			externalEdge.push(edge + at);
			externalLane.push(lane);
		});
		block.touchedLane.forEach((lane, l) => {
			last.set(lane, task + block.lastOnLane[l]!);
		});
	});
	predOffset[taskCount] = edgeCount;
	return {
		name,
		taskCount,
		edgeCount,
		kind: together(blocks, ({ kind }) => kind),
		lane: together(blocks, ({ lane }) => lane),
		nameId: together(blocks, ({ nameId }) => nameId),
		shapeId: together(blocks, ({ shapeId }) => shapeId),
		durationNs: together(blocks, ({ durationNs }) => durationNs),
		predOffset,
		pred,
		delayNs: together(blocks, ({ delayNs }) => delayNs),
		edgeKind: together(blocks, ({ edgeKind }) => edgeKind),
		confidence: together(blocks, ({ confidence }) => confidence),
		externalEdge: Uint32Array.from(externalEdge),
		externalLane: Uint8Array.from(externalLane),
		messageEdge: together(blocks, ({ messageEdge }) => messageEdge, edgeBase),
		waitTask: together(blocks, ({ waitTask }) => waitTask, taskBase),
		waitLane: together(blocks, ({ waitLane }) => waitLane),
		waitDelayNs: together(blocks, ({ waitDelayNs }) => waitDelayNs),
		waitConfidence: together(blocks, ({ waitConfidence }) => waitConfidence),
		meetings: joinMeetings(blocks, taskBase, edgeBase),
		messageCount: blocks.reduce((sum, { messageCount }) => sum + messageCount, 0),
		touchedLane: Uint8Array.from(last.keys()),
		lastOnLane: Uint32Array.from(last.values()),
	};
}

function joinMeetings(blocks: readonly Block[], taskBase: Uint32Array, edgeBase: Uint32Array): BlockMeetings {
	return {
		arrive: together(blocks, ({ meetings }) => meetings.arrive, taskBase),
		transfer: together(blocks, ({ meetings }) => meetings.transfer, taskBase),
		edge: together(blocks, ({ meetings }) => meetings.edge, edgeBase),
		role: together(blocks, ({ meetings }) => meetings.role),
		receives: together(blocks, ({ meetings }) => meetings.receives),
		bytes: together(blocks, ({ meetings }) => meetings.bytes),
	};
}

/** Where each block begins, and behind the last the sum. */
function basesOf(blocks: readonly Block[], countOf: (block: Block) => number): Uint32Array {
	const bases = new Uint32Array(blocks.length + 1);
	blocks.forEach((block, b) => {
		bases[b + 1] = bases[b]! + countOf(block);
	});
	return bases;
}

/** The columns of all blocks one after the other; with `bases`, numbers of tasks or edges moved to where these are now. */
function together<T extends Column>(blocks: readonly Block[], columnOf: (block: Block) => T, bases?: Uint32Array): T {
	const columns = blocks.map(columnOf);
	const length = columns.reduce((sum, column) => sum + column.length, 0);
	const joined = new (columns[0]!.constructor as new (length: number) => T)(length);
	let at = 0;
	columns.forEach((column, b) => {
		if (bases === undefined) joined.set(column, at);
		else for (let i = 0; i < column.length; i++) joined[at + i] = column[i]! + bases[b]!;
		at += column.length;
	});
	return joined;
}
