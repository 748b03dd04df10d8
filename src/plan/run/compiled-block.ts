/**
 * A block as the runner reads it: every edge is the address of a time in the work space of its rank, so that the loop
 * over tasks and edges has no case to tell apart.
 *
 *   work space   | start, finish of the last task of every lane | start, finish of every task of the block | message, - |
 *                | rendezvous, - |
 */
import { type Block, NO_LANE } from "../block.js";

export interface CompiledBlock {
	readonly block: Block;
	/** Entry 2t and 2t + 1: first edge of task t and its end; as `predOffset` of the block. */
	readonly offset: Uint32Array;
	/** One an edge: where the time stands that it waits for. */
	readonly address: Uint32Array;
	readonly delayNs: Float64Array;
	readonly durationNs: Float64Array;
	/** Some delay is negative: nothing then becomes ready before what it waits for has started. */
	readonly hasNegative: boolean;
	/** Lanes that the block looks back at. */
	readonly readsLane: Uint8Array;
	/** Its last task is its only transfer: what follows need not wait for it unless it asks for its lane or message. */
	readonly canDefer: boolean;
	/** Meetings in the order of their transfers: the task before which the runner has to look whether all are there. */
	readonly meetingOrder: Uint32Array;
	/** Address of the time of each message edge, and of each meeting. */
	readonly messageAddress: number;
	readonly meetingAddress: number;
}

/** First address of the block's own tasks. */
export function taskAddress(lanes: number): number {
	return 2 * lanes;
}

/** Entries that a work space needs for the block. */
export function workSpaceOf({ taskCount, messageEdge, meetings }: Block, lanes: number): number {
	return 2 * (lanes + taskCount + messageEdge.length + meetings.edge.length);
}

export function compileBlock(block: Block, lanes: number): CompiledBlock {
	const base = taskAddress(lanes);
	const messageAddress = base + 2 * block.taskCount;
	const meetingAddress = messageAddress + 2 * block.messageEdge.length;
	const address = block.pred.map((pred) => base + pred);
	block.externalEdge.forEach((edge, x) => {
		address[edge] = 2 * block.externalLane[x]! + (block.pred[edge]! & 1);
	});
	block.messageEdge.forEach((edge, m) => {
		address[edge] = messageAddress + 2 * m;
	});
	block.meetings.edge.forEach((edge, m) => {
		address[edge] = meetingAddress + 2 * m;
	});
	const { transfer } = block.meetings;
	const canDefer = transfer.length === 1 && transfer[0] === block.taskCount - 1 && block.lane.at(-1) !== NO_LANE;
	const meetingOrder = Uint32Array.from(transfer.keys()).sort((a, b) => transfer[a]! - transfer[b]! || a - b);
	return {
		block,
		offset: block.predOffset,
		address,
		delayNs: block.delayNs,
		durationNs: block.durationNs,
		hasNegative: block.delayNs.some((delay) => delay < 0),
		readsLane: Uint8Array.from(new Set(block.externalLane)),
		canDefer,
		meetingOrder,
		messageAddress,
		meetingAddress,
	};
}

/** Settles the tasks [from, to) of a block whose lanes, messages and rendezvous are in the work space. */
export function settleTasks(compiled: CompiledBlock, time: Float64Array, base: number, from: number, to: number): void {
	if (compiled.hasNegative) {
		settleWithNegativeDelays(compiled, time, base, from, to);
		return;
	}
	const { offset, address, delayNs, durationNs } = compiled;
	let edge = offset[from]!;
	for (let task = from; task < to; task++) {
		const end = offset[task + 1]!;
		let start = 0;
		for (; edge < end; edge++) {
			const ready = time[address[edge]!]! + delayNs[edge]!;
			if (ready > start) start = ready;
		}
		const at = base + 2 * task;
		time[at] = start;
		time[at + 1] = start + durationNs[task]!;
	}
}

function settleWithNegativeDelays(
	{ offset, address, delayNs, durationNs }: CompiledBlock,
	time: Float64Array,
	base: number,
	from: number,
	to: number,
): void {
	for (let task = from; task < to; task++) {
		let start = 0;
		for (let edge = offset[task]!; edge < offset[task + 1]!; edge++) {
			const slot = address[edge]!;
			const delay = delayNs[edge]!;
			const ready = time[slot]! + delay;
			const earliest = delay < 0 ? Math.max(ready, time[slot - (slot & 1)]!) : ready;
			if (earliest > start) start = earliest;
		}
		const at = base + 2 * task;
		time[at] = start;
		time[at + 1] = start + durationNs[task]!;
	}
}
