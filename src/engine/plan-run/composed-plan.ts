/** A plan with smaller blocks that has the same times. */
import type { Block } from "../../plan/block.js";
import { countItems } from "../../plan/item-counts.js";
import type { ExecutionPlan } from "../../plan/program.js";
import { composedBlock } from "./compose-block.js";

/** What is settled for a plan. */
export interface SettledPlan {
	readonly plan: ExecutionPlan;
	/** Tasks of the plan as it was. */
	readonly taskCount: number;
	/** Of these the tasks of block instances that are composed. */
	readonly composedTaskCount: number;
}

/** @param mayCompose whether nothing is asked for but the times of lanes */
export function settledPlan(plan: ExecutionPlan, mayCompose: boolean): SettledPlan {
	const uses = countUses(plan);
	const { blocks } = plan.blockLibrary;
	const isExact = mayCompose && addsExactly(blocks, uses);
	const settled = isExact ? blocks.map(composedBlock) : blocks;
	let taskCount = 0;
	let composedTaskCount = 0;
	blocks.forEach((block, b) => {
		const tasks = uses[b]! * block.taskCount;
		taskCount += tasks;
		if (settled[b] !== block) composedTaskCount += tasks;
	});
	return {
		plan: isExact ? { ...plan, blockLibrary: { ...plan.blockLibrary, blocks: settled } } : plan,
		taskCount,
		composedTaskCount,
	};
}

/** Of each block its instances in all programs. */
function countUses({ blockLibrary, programs }: ExecutionPlan): Float64Array {
	const all = new Float64Array(blockLibrary.blocks.length);
	for (const { block } of programs) {
		const { ids, uses } = countItems(block);
		for (let i = 0; i < ids.length; i++) all[ids[i]!]! += uses[i]!;
	}
	return all;
}

/** Whether all times of a plan are whole numbers below 2^53: then sums are exact, in whatever order they are added. */
function addsExactly(blocks: readonly Block[], uses: Float64Array): boolean {
	let latest = 0;
	for (let b = 0; b < blocks.length; b++) if (uses[b]! > 0) latest += uses[b]! * wholeNs(blocks[b]!);
	return latest <= Number.MAX_SAFE_INTEGER;
}

const known = new WeakMap<Block, number>();

/** No path through a block is longer; Infinity where something of it is no whole number. */
function wholeNs(block: Block): number {
	let sum = known.get(block);
	if (sum === undefined) {
		sum = sumOfWhole(block.durationNs) + sumOfWhole(block.delayNs);
		known.set(block, sum);
	}
	return sum;
}

function sumOfWhole(times: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < times.length; i++) {
		const ns = times[i]!;
		if (!Number.isInteger(ns)) return Number.POSITIVE_INFINITY;
		sum += Math.abs(ns);
	}
	return sum;
}
