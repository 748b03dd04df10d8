/**
 * A block as a smaller one that leaves the same times behind. What a block does to the times that it finds is a linear
 * map of the max-plus algebra: a task starts at the latest of these times, each plus the longest path from there through
 * the kernels of the block. What is kept of it are the tasks that meet other ranks and the last on every lane. In whole
 * nanoseconds, of which f64 adds 2^53 without rounding, it makes no difference in which order the delays along a path are
 * added, so that these sums give every time to the bit.
 */
import { type Block, NO_LANE } from "../../plan/block.js";
import { recordCount } from "./block-records.js";
import { ComposedTasks } from "./composed-tasks.js";
import { inputsOf, longestPaths, NONE, ZERO } from "./longest-paths.js";

const known = new WeakMap<Block, Block>();

/**
 * Itself where that is not larger, or where something starts before what it waits for.
 * @param block all of its durations and delays are whole numbers
 */
export function composedBlock(block: Block): Block {
	let composed = known.get(block);
	if (composed === undefined) {
		composed = isComposable(block) ? smaller(block, compose(block)) : block;
		known.set(block, composed);
	}
	return composed;
}

/** Tasks that wait for launches are the engine's; delays below 0 are held back by more than one time (block-records.ts). */
export function isComposable({ waitTask, delayNs }: Block): boolean {
	if (waitTask.length > 0) return false;
	for (let edge = 0; edge < delayNs.length; edge++) if (delayNs[edge]! < 0) return false;
	return true;
}

function smaller(block: Block, composed: Block): Block {
	return recordCount(composed) < recordCount(block) ? composed : block;
}

/** The smaller block of one that is composable, even if it is no smaller. */
export function compose(block: Block): Block {
	const inputs = inputsOf(block);
	const { count, firstMessage, lanes, ofTask } = inputs;
	const { messageEdge, delayNs, meetings } = block;
	const starts = longestPaths(block, inputs);
	const composed = new ComposedTasks();
	/** Of each input that is the time of a task, that task. */
	const taskOf: number[] = [composed.add(NO_LANE, 0)];
	for (let m = 0; m < messageEdge.length; m++) {
		taskOf[firstMessage + m] = composed.add(NO_LANE, 0);
		composed.afterMessage(delayNs[messageEdge[m]!]!);
	}
	const kept = keptTasks(block);
	for (const task of kept.keys()) {
		const at = composed.add(block.lane[task]!, block.durationNs[task]!);
		kept.set(task, at);
		for (let i = 0; i < count; i++) {
			const delay = starts[task * count + i]!;
			if (delay === Number.NEGATIVE_INFINITY) continue;
			if (i > ZERO && i < firstMessage) composed.afterLane(lanes[i - 1]!, delay);
			else composed.afterStart(taskOf[i]!, delay);
		}
		for (let m = 0; m < meetings.transfer.length; m++)
			if (meetings.transfer[m] === task) composed.afterMeeting(m, delayNs[meetings.edge[m]!]!);
		if (ofTask[task] !== NONE) taskOf[ofTask[task]!] = at;
	}
	return composed.finish(block, kept);
}

/** Those that meet others and the last on every lane, in order; what they become comes later. */
function keptTasks({ meetings, lastOnLane }: Block): Map<number, number> {
	const tasks = new Set([...meetings.arrive, ...meetings.transfer, ...lastOnLane]);
	return new Map([...tasks].sort((a, b) => a - b).map((task) => [task, NONE]));
}
