/** The longest paths through a block: from each of the times that it finds to the start of each of its tasks. */
import type { Block } from "../../plan/block.js";

/** Times that the tasks of a block follow from: first 0, then those of lanes, of messages, of tasks that meet others. */
export interface BlockInputs {
	readonly count: number;
	/** Of those that are times of lanes: 2 x lane + (0: its last start, 1: its last finish). */
	readonly lanes: readonly number[];
	readonly firstMessage: number;
	/** Of each task whose start is an input, or NONE. */
	readonly ofTask: Int16Array;
	/** Of each edge that waits for something before the block, or NONE. */
	readonly ofEdge: Int16Array;
	/** Which edges wait for a rendezvous. */
	readonly isMeeting: Uint8Array;
}

export const NONE = -1;
/** Nothing starts before 0. */
export const ZERO = 0;

export function inputsOf(block: Block): BlockInputs {
	const { pred, taskCount, edgeCount, externalEdge, externalLane, messageEdge, meetings } = block;
	const ofEdge = new Int16Array(edgeCount).fill(NONE);
	const ofTask = new Int16Array(taskCount).fill(NONE);
	const isMeeting = new Uint8Array(edgeCount);
	const lanes: number[] = [];
	for (let x = 0; x < externalEdge.length; x++) {
		const edge = externalEdge[x]!;
		const time = 2 * externalLane[x]! + (pred[edge]! & 1);
		let at = lanes.indexOf(time);
		if (at < 0) at = lanes.push(time) - 1;
		ofEdge[edge] = 1 + at;
	}
	const firstMessage = 1 + lanes.length;
	let count = firstMessage;
	for (const edge of messageEdge) ofEdge[edge] = count++;
	for (const tasks of [meetings.arrive, meetings.transfer])
		for (const task of tasks) if (ofTask[task] === NONE) ofTask[task] = count++;
	for (const edge of meetings.edge) isMeeting[edge] = 1;
	return { count, lanes, firstMessage, ofTask, ofEdge, isMeeting };
}

/**
 * From each input to the start of each task, past no other input, -Infinity where no path leads there: task by task,
 * `count` inputs in a row. Neither the edges of rendezvous are part of it nor the delays of message edges.
 */
export function longestPaths(block: Block, { count, ofEdge, ofTask, isMeeting, ...inputs }: BlockInputs): Float64Array {
	const { taskCount, predOffset, pred, delayNs, durationNs, messageEdge } = block;
	const { firstMessage } = inputs;
	const endMessage = firstMessage + messageEdge.length;
	const starts = new Float64Array(taskCount * count).fill(Number.NEGATIVE_INFINITY);
	const advance = (at: number, delay: number): void => {
		if (delay > starts[at]!) starts[at] = delay;
	};
	for (let task = 0; task < taskCount; task++) {
		const to = task * count;
		starts[to + ZERO] = 0;
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
			if (isMeeting[edge] === 1) continue;
			const input = ofEdge[edge]!;
			if (input !== NONE) {
				advance(to + input, input >= firstMessage && input < endMessage ? 0 : delayNs[edge]!);
				continue;
			}
			const before = pred[edge]! >>> 1;
			const delay = delayNs[edge]! + ((pred[edge]! & 1) === 1 ? durationNs[before]! : 0);
			if (ofTask[before] !== NONE) {
				advance(to + ofTask[before]!, delay);
				continue;
			}
			const from = before * count;
			for (let i = 0; i < count; i++) {
				const start = starts[from + i]! + delay;
				if (start > starts[to + i]!) starts[to + i] = start;
			}
		}
	}
	return starts;
}
