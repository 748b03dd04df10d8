/** Which blocks of plans that run side by side are worth composing, and the plans with these in their places. */
import type { Block } from "../../plan/block.js";
import { countItems } from "../../plan/item-counts.js";
import { composedBlock, composedSize, isComposable } from "./compose-block.js";
import type { SideBySide } from "./side-by-side.js";

/** What a run settles in place of the plans' own blocks. */
export interface ComposedPlans {
	readonly joint: SideBySide;
	/** Of each block of the plans, how many of their programs' items are this one, and whether it is composed. */
	readonly uses: Uint32Array;
	readonly isComposed: readonly boolean[];
}

/** @param mayCompose whether only the times of the ranks are asked for, nothing of what happens inside of blocks */
export function composedPlans(joint: SideBySide, mayCompose: boolean): ComposedPlans {
	const { blocks } = joint;
	const uses = new Uint32Array(blocks.length);
	for (const list of joint.items) {
		const counts = countItems(list);
		for (let i = 0; i < counts.ids.length; i++) uses[counts.ids[i]!]! += counts.uses[i]!;
	}
	const isExact = mayCompose && joint.plans.every((_, p) => addsExactly(blocks, uses, p));
	const isComposed = blocks.map(([block], b) => isExact && isComposable(block!) && paysOff(block!, uses[b]!));
	if (!isComposed.includes(true)) return { joint, uses, isComposed };
	const settled = blocks.map((twins, b) => (isComposed[b] ? twins.map(composedBlock) : twins));
	return { joint: { ...joint, blocks: settled }, uses, isComposed };
}

/** Composing takes as many passes over the block as it has inputs. */
function paysOff(block: Block, uses: number): boolean {
	const { passes, tasks } = composedSize(block);
	return uses * (block.taskCount - tasks) > passes * block.taskCount;
}

/** Whether all times of a plan are whole numbers below 2^53: then sums are exact, in whatever order they are added. */
function addsExactly(blocks: readonly (readonly Block[])[], uses: Uint32Array, p: number): boolean {
	let latest = 0;
	for (let b = 0; b < blocks.length; b++) latest += uses[b]! * wholeNs(blocks[b]![p]!);
	return latest <= Number.MAX_SAFE_INTEGER;
}

const known = new WeakMap<Block, number>();

/** All that can lie on a path through a block, or Infinity where something of that is no whole number. */
function wholeNs(block: Block): number {
	let sum = known.get(block);
	if (sum === undefined) {
		sum = 0;
		for (const times of [block.durationNs, block.delayNs])
			for (let i = 0; i < times.length; i++)
				sum += Number.isInteger(times[i]) ? Math.abs(times[i]!) : Number.POSITIVE_INFINITY;
		known.set(block, sum);
	}
	return sum;
}
