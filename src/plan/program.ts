/** What the ranks of a plan run: blocks of a library in order, and who meets whom. */
import type { BlockLibrary } from "./block.js";

/** No message: its peer is not part of the plan, and the transfer takes its wire time alone. */
export const NO_MESSAGE = 0xffffffff;
/** No group at hand: the members of the group are folded into the one rank that stands for them. */
export const NO_GROUP = -1;

export interface RankProgram {
	/** Number of the rank in the job. */
	readonly rank: number;
	/** Its pipeline stage. */
	readonly stage: number;
	readonly deviceName: string;
	/** Ranks of the job that behave as this one does, itself included. */
	readonly replicas: number;
	/** Indices into the library's blocks, in the order of the rank's threads. */
	readonly block: Uint32Array;
	/** The messages of all items, one after the other: of each item those it sends and receives, then those it waits for. */
	readonly message: Uint32Array;
	/** For reports, one an item; NO_MICRO_BATCH where a block belongs to none. */
	readonly microBatch: Int32Array;
	readonly chunk: Int32Array;
	/** One a GROUP_ROLES: the group, below the plan's `groupSize.length`, or NO_GROUP. */
	readonly group: Int32Array;
}

export const NO_MICRO_BATCH = -1;

/** Everything that instantiation needs. */
export interface ExecutionPlan {
	readonly blockLibrary: BlockLibrary;
	readonly programs: readonly RankProgram[];
	/** Messages are numbered from 0; each that is named has a sender and a receiver in the plan. */
	readonly messageCount: number;
	/** Ranks of the plan in each group. */
	readonly groupSize: Uint32Array;
}
