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
	const [first] = plans as [ExecutionPlan];
	let items: readonly Uint32Array[] = first.programs.map(({ block }) => block);
	let blocks: readonly (readonly Block[])[] = first.blockLibrary.blocks.map((block) => [block]);
	plans.forEach((plan, p) => {
		if (p > 0 && !meetsAlike(plan, first)) throw new Error("the plans are not of one structure");
		const paired = pairUp(items, p === 0 ? items : plan.programs.map(({ block }) => block));
		items = paired.items;
		const { blocks: own } = plan.blockLibrary;
		blocks = paired.pairs.map(([one, other]) => (p === 0 ? [own[other]!] : [...blocks[one]!, own[other]!]));
	});
	for (const [one, ...others] of blocks) {
		if (!others.every((other) => isSameStructure(one!, other))) throw new Error("the plans are not of one structure");
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

/** Numbers the pairs of numbers that stand at the same places, in the order in which they come. */
function pairUp(ones: readonly Uint32Array[], others: readonly Uint32Array[]) {
	const span = 1 + others.reduce((most, other) => other.reduce((a, b) => Math.max(a, b), most), 0);
	const pairs: (readonly [number, number])[] = [];
	const idOf = new Map<number, number>();
	const made = new Map<Uint32Array, { readonly other: Uint32Array; readonly paired: Uint32Array }>();
	const items = ones.map((one, p) => {
		const other = others[p]!;
		const before = made.get(one);
		if (before?.other === other) return before.paired;
		const paired = new Uint32Array(one.length);
		let lastKey = -1;
		let lastId = 0;
		for (let i = 0; i < one.length; i++) {
			const key = one[i]! * span + other[i]!;
			if (key !== lastKey) {
				let id = idOf.get(key);
				if (id === undefined) {
					id = pairs.push([one[i]!, other[i]!]) - 1;
					idOf.set(key, id);
				}
				lastKey = key;
				lastId = id;
			}
			paired[i] = lastId;
		}
		made.set(one, { other, paired });
		return paired;
	});
	return { items, pairs };
}
