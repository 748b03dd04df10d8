/**
 * A block as a smaller one that leaves the same times behind. What a block does to the times that it finds is a linear
 * map of the max-plus algebra: each of its last tasks starts at the latest of what was before, each plus the longest path
 * from there through the kernels of the block. In whole nanoseconds, of which f64 adds 2^53 without rounding, it makes no
 * difference in which order the delays of a path are added, so that these sums give every time to the bit.
 */
import { TaskKind } from "../../graph/graph.js";
import { type Block, NO_LANE } from "../../plan/block.js";
import { ComposedTasks } from "./composed-tasks.js";
import { inputsOf, longestPaths, ZERO_INPUT } from "./longest-paths.js";

const known = new WeakMap<Block, Block>();

/** Whether the block can be composed at all: nobody has to be met inside, and nothing starts before what it waits for. */
export function isComposable({ meetings, delayNs, waitTask, touchedLane }: Block): boolean {
	return (
		meetings.transfer.length === 0 &&
		waitTask.length === 0 &&
		touchedLane.length > 0 &&
		delayNs.every((delay) => delay >= 0)
	);
}

/**
 * How many tasks the block is worth when it is composed, and how many of its passes that takes: one an input.
 */
export function composedSize({ pred, externalEdge, externalLane, messageEdge, touchedLane }: Block) {
	const times = new Set<number>();
	for (let x = 0; x < externalEdge.length; x++) times.add(2 * externalLane[x]! + (pred[externalEdge[x]!]! & 1));
	const passes = 1 + times.size + messageEdge.length;
	return { passes, tasks: 1 + messageEdge.length + touchedLane.length * passes };
}

/** The smaller block of one that is composable and all of whose durations and delays are whole numbers. */
export function composedBlock(block: Block): Block {
	let composed = known.get(block);
	if (composed === undefined) {
		composed = compose(block);
		known.set(block, composed);
	}
	return composed;
}

function compose(block: Block): Block {
	const inputs = inputsOf(block);
	const { touchedLane, lastOnLane, messageEdge, durationNs } = block;
	const messages = messageEdge.length;
	const firstMessage = inputs.count - messages;
	const starts = longestPaths(block, inputs);
	// Task 0 is the start of everything, then one for each message, then the last on each lane.
	const writer = new ComposedTasks();
	writer.add(TaskKind.marker, NO_LANE, 0);
	for (let m = 0; m < messages; m++) {
		writer.add(TaskKind.marker, NO_LANE, 0);
		writer.afterMessage(block.delayNs[messageEdge[m]!]!);
	}
	touchedLane.forEach((lane, l) => {
		const last = lastOnLane[l]!;
		writer.add(block.kind[last]!, lane, durationNs[last]!);
		for (let i = 0; i < inputs.count; i++) {
			const delay = starts[last * inputs.count + i]!;
			if (delay === Number.NEGATIVE_INFINITY) continue;
			if (i === ZERO_INPUT) writer.afterTask(0, delay);
			else if (i >= firstMessage) writer.afterTask(1 + i - firstMessage, delay);
			else writer.afterLane(inputs.lane[i - 1]!, inputs.slot[i - 1]!, delay);
		}
	});
	return writer.finish(block);
}
