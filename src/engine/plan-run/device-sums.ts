/** What the device of a rank does in a run, summed up. */
import { Status } from "../../abi/status.js";
import type { Block } from "../../plan/block.js";
import { FAMILIES } from "../../plan/blocks/kernel-family.js";
import type { ExecutionPlan } from "../../plan/program.js";
import { devicePieces } from "../../plan/run/device-pieces.js";
import type { Kernel } from "../kernel-interface.js";
import type { Words } from "./places.js";

/** Nanoseconds; the four add up to the time of the rank. */
export interface DeviceTimes {
	readonly exposedComputeNs: number;
	readonly exposedCommNs: number;
	readonly overlappedNs: number;
	readonly otherNs: number;
}

/** Of one program of a plan, from 0 to its finish. */
export interface DeviceSums {
	/** Communication counts from the arrival at it, waiting included. */
	readonly times: DeviceTimes;
	/** Communication counts from when all have arrived: what is other then is the bubble. */
	readonly working: DeviceTimes;
	/** By index into FAMILIES: the time on the device, however much of it runs at once; without waiting. */
	readonly familyNs: Float64Array;
}

/**
 * Of a rank, from its logs in memory.
 * @throws Error where the tasks of a lane do not keep its order
 */
export function sumsOfRank(
	kernel: Kernel,
	{ control, sums, words }: { readonly control: number; readonly sums: number; readonly words: Words },
	plan: ExecutionPlan,
	[rank, p]: readonly [number, number],
	finishNs: number,
): DeviceSums {
	if (kernel.exports.sumDevice(control, rank, p) !== Status.OK)
		throw new Error(`rank ${plan.programs[rank]!.rank}: a lane does not keep its order, its work cannot be summed up`);
	const at = sums / 8;
	const [computing, waiting, waitingHidden, moving, movingHidden] = words.f64.subarray(at, at + 5);
	const timesOf = (communicating: number, hidden: number): DeviceTimes => ({
		exposedComputeNs: computing! - hidden,
		exposedCommNs: communicating - hidden,
		overlappedNs: hidden,
		otherNs: Math.max(0, finishNs - computing! - (communicating - hidden)),
	});
	return {
		times: timesOf(waiting!, waitingHidden!),
		working: timesOf(moving!, movingHidden!),
		familyNs: familiesOfProgram(plan, rank),
	};
}

function familiesOfProgram({ blockLibrary: { blocks, strings }, programs }: ExecutionPlan, p: number): Float64Array {
	const uses = new Uint32Array(blocks.length);
	const { block } = programs[p]!;
	for (let i = 0; i < block.length; i++) uses[block[i]!]!++;
	const sums = new Float64Array(FAMILIES.length);
	for (const [b, one] of blocks.entries()) {
		if (uses[b] === 0) continue;
		const ofBlock = familiesOfBlock(one, strings);
		for (let f = 0; f < sums.length; f++) sums[f]! += uses[b]! * ofBlock[f]!;
	}
	return sums;
}

const known = new WeakMap<Block, Float64Array>();

function familiesOfBlock(block: Block, strings: readonly string[]): Float64Array {
	let sums = known.get(block);
	if (sums === undefined) {
		const { last, family } = devicePieces(block, strings);
		sums = new Float64Array(FAMILIES.length);
		for (let i = 0; i < last.length; i++) sums[family[i]!]! += block.durationNs[last[i]!]!;
		known.set(block, sums);
	}
	return sums;
}
