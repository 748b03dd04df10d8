/** What a simulation answers. */
import type { EngineMode } from "./kernel-interface.js";

/** Nothing bound the task, or the wait met an empty stream. */
export const UNBOUND = 0xffffffff;
/** `boundBy` of a task that a runtime dependency bound: this + the index of the wait. */
export const BY_WAIT = 0x80000000;
/** `boundBy` of a launching call that a full launch queue put off: this + the kernel whose start made room. */
export const BY_QUEUE = 0xc0000000;

/** When everything happens, and why. */
export interface Times {
	/** One a task, ns. */
	readonly startNs: Float64Array;
	readonly finishNs: Float64Array;
	/**
	 * One a task: the first of its edges (index into `pred`) that gave its start, or BY_WAIT + a runtime dependency, or
	 * BY_QUEUE + a kernel, or UNBOUND.
	 */
	readonly boundBy: Uint32Array;
	/** The tasks in the order in which they were settled, each after all that it waited for; in time order if so asked. */
	readonly settledOrder: Uint32Array;
	/** One a runtime dependency: the task that it waited for, or UNBOUND. */
	readonly waitResolved: Uint32Array;
	/** The latest finish, ns. */
	readonly makespanNs: number;
}

export interface Timeline extends Times {
	/** Whether tasks shared links, so that how long each took came out of the simulation. */
	readonly sharedLinks: boolean;
	readonly mode: TimelineMode;
}

/**
 * Which engine ran, and how: in the order of time, or rank by rank as far as each can go; whether it ran over some ranks
 * only, because the others are like them; and whether over all in one memory or in parts. Where several can tell, they
 * agree to the bit.
 */
export type TimelineMode = `${LoopMode}${FoldMode}${CutMode}`;
export type LoopMode = `${"event loop" | "worklist"} (${EngineMode})`;
type FoldMode = "" | `, ${number} of ${number} ranks`;
type CutMode = "" | `, in ${number} parts`;

/** Not every task could be settled: edges and waits form a cycle. */
export class DeadlockError extends Error {
	override readonly name = "DeadlockError";

	constructor(
		readonly unsettledCount: number,
		/** The lowest task number among them. */
		readonly firstTask: number,
	) {
		super(`${unsettledCount} tasks wait for each other and never start; the first is task ${firstTask}`);
	}
}
