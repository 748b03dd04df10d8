/** The longest paths through a block: from each of the times that it finds to the start of each of its tasks. */
import type { Block } from "../../plan/block.js";

/** Edges by what they wait for before the block; no input for edges inside. */
export interface BlockInputs {
	readonly count: number;
	/** Of each edge, or NO_INPUT. */
	readonly inputOf: Int16Array;
	/** Of those that are times of lanes: lane and 0 for its last start or 1 for its last finish. */
	readonly lane: readonly number[];
	readonly slot: readonly number[];
}

const NO_INPUT = -1;
/** The first input is 0: nothing starts before. */
export const ZERO_INPUT = 0;

export function inputsOf({ pred, edgeCount, externalEdge, externalLane, messageEdge }: Block): BlockInputs {
	const inputOf = new Int16Array(edgeCount).fill(NO_INPUT);
	const known = new Map<number, number>();
	const lane: number[] = [];
	const slot: number[] = [];
	for (let x = 0; x < externalEdge.length; x++) {
		const edge = externalEdge[x]!;
		const time = 2 * externalLane[x]! + (pred[edge]! & 1);
		let input = known.get(time);
		if (input === undefined) {
			input = lane.push(time >>> 1);
			slot.push(time & 1);
			known.set(time, input);
		}
		inputOf[edge] = input;
	}
	const messages = 1 + lane.length;
	for (let m = 0; m < messageEdge.length; m++) inputOf[messageEdge[m]!] = messages + m;
	return { count: messages + messageEdge.length, inputOf, lane, slot };
}

/**
 * From each input to the start of each task, -Infinity where none leads there: task by task, `count` inputs in a row.
 * The delay of a message edge is not part of it.
 */
export function longestPaths(block: Block, { count, inputOf }: BlockInputs): Float64Array {
	const { taskCount, predOffset, pred, delayNs, durationNs, messageEdge } = block;
	const starts = new Float64Array(taskCount * count).fill(Number.NEGATIVE_INFINITY);
	const firstMessage = count - messageEdge.length;
	for (let task = 0; task < taskCount; task++) {
		const to = task * count;
		starts[to + ZERO_INPUT] = 0;
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
			const input = inputOf[edge]!;
			if (input !== NO_INPUT) {
				const delay = input < firstMessage ? delayNs[edge]! : 0;
				if (delay > starts[to + input]!) starts[to + input] = delay;
				continue;
			}
			const before = pred[edge]! >>> 1;
			const from = before * count;
			const delay = delayNs[edge]! + ((pred[edge]! & 1) === 1 ? durationNs[before]! : 0);
			for (let i = 0; i < count; i++) {
				const start = starts[from + i]! + delay;
				if (start > starts[to + i]!) starts[to + i] = start;
			}
		}
	}
	return starts;
}
