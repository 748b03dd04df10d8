/** Plans of one structure as one: blocks that stand at the same places together. */
import type { Block } from "../../plan/block.js";
import type { ExecutionPlan } from "../../plan/program.js";
import { isSame, isSameStructure } from "./structure.js";

export interface SideBySide {
	readonly plans: readonly ExecutionPlan[];
	/** One block of each plan. */
	readonly blocks: readonly (readonly Block[])[];
	/** Of each program the numbers of its blocks among those; programs may share an array. */
	readonly items: readonly Uint32Array[];
}

/** @throws Error where the plans are not of one structure */
export function sideBySide(plans: readonly ExecutionPlan[]): SideBySide {
	const [first, ...others] = plans as [ExecutionPlan, ...ExecutionPlan[]];
	let items: readonly Uint32Array[] = first.programs.map(({ block }) => block);
	let blocks: readonly (readonly Block[])[] = first.blockLibrary.blocks.map((block) => [block]);
	for (const plan of others) {
		if (!meetsAlike(plan, first)) throw new Error("the plans are not of one structure");
		const { blocks: own } = plan.blockLibrary;
		const theirs = plan.programs.map(({ block }) => block);
		// Plans of one pipeline share their items, which then number the blocks of both.
		const isNumberedAlike = own.length === blocks.length && theirs.every((list, p) => list === items[p]);
		if (isNumberedAlike && own.every((block, b) => isSameStructure(blocks[b]![0]!, block))) {
			blocks = blocks.map((twins, b) => [...twins, own[b]!]);
			continue;
		}
		const paired = pairUp({ items, count: blocks.length }, { items: theirs, count: own.length });
		const before = blocks;
		items = paired.items;
		blocks = paired.pairs.map(([one, other]) => [...before[one]!, own[other]!]);
	}
	for (const [one, ...twins] of blocks) {
		if (!twins.every((twin) => isSameStructure(one!, twin))) throw new Error("the plans are not of one structure");
	}
	return { plans, blocks, items };
}

function meetsAlike(one: ExecutionPlan, other: ExecutionPlan): boolean {
	return (
		one.messageCount === other.messageCount &&
		one.blockLibrary.lanes.length === other.blockLibrary.lanes.length &&
		isSame(one.groupSize, other.groupSize) &&
		one.programs.length === other.programs.length &&
		one.programs.every(({ block, message, group }, p) => {
			const twin = other.programs[p]!;
			return block.length === twin.block.length && isSame(message, twin.message) && isSame(group, twin.group);
		})
	);
}

/** Lists of numbers below `count`. */
interface Numbered {
	readonly items: readonly Uint32Array[];
	readonly count: number;
}

/** Numbers the pairs of numbers that stand at the same places, in the order in which they come. */
function pairUp(ones: Numbered, others: Numbered) {
	const pairs: (readonly [number, number])[] = [];
	/** 1 + the number of each pair that there is. */
	const idOf = new Uint32Array(ones.count * others.count);
	const made = new Map<Uint32Array, { readonly other: Uint32Array; readonly paired: Uint32Array }>();
	const items = ones.items.map((one, p) => {
		const other = others.items[p]!;
		const before = made.get(one);
		if (before?.other === other) return before.paired;
		const paired = new Uint32Array(one.length);
		for (let i = 0; i < one.length; i++) {
			const key = one[i]! * others.count + other[i]!;
			if (idOf[key] === 0) idOf[key] = pairs.push([one[i]!, other[i]!]);
			paired[i] = idOf[key]! - 1;
		}
		made.set(one, { other, paired });
		return paired;
	});
	return { items, pairs };
}
