/** When the ranks of a plan meet, as they come to know it: the same numbering as instantiation uses. */
import { groupRoleId } from "../block.js";
import { sizePlan } from "../instantiate/size.js";
import { type ExecutionPlan, NO_GROUP, NO_MESSAGE, type RankProgram } from "../program.js";

const MESSAGE = groupRoleId("message");

/** No rendezvous: the transfer follows its own arrival. */
export const ALONE = -1;

export class MeetingTimes {
	/** The latest arrival at each rendezvous so far. */
	readonly #latestNs: Float64Array;
	/** Ranks that are still missing at each. */
	readonly #missing: Uint32Array;
	/** When each message had been received. */
	readonly receivedNs: Float64Array;
	readonly #groupBegin: Uint32Array;
	/** Programs that wait for a rendezvous, as a list through `#nextWaiting`; -1 ends it. */
	readonly #firstWaiting: Int32Array;
	readonly #nextWaiting: Int32Array;

	constructor(plan: ExecutionPlan) {
		const { groupBegin } = sizePlan(plan);
		const count = groupBegin.at(-1)!;
		this.#groupBegin = groupBegin;
		this.#latestNs = new Float64Array(count);
		this.#missing = new Uint32Array(count).fill(2);
		plan.groupSize.forEach((size, group) => {
			this.#missing.fill(size, groupBegin[group], groupBegin[group + 1]);
		});
		this.receivedNs = new Float64Array(plan.messageCount).fill(Number.NEGATIVE_INFINITY);
		this.#firstWaiting = new Int32Array(count).fill(-1);
		this.#nextWaiting = new Int32Array(plan.programs.length).fill(-1);
	}

	/** The rendezvous of a meeting: `message` is the program's next message, `nth` how often it met the group before. */
	rendezvousOf(program: RankProgram, role: number, message: number, nth: Uint32Array): number {
		if (role === MESSAGE) return message === NO_MESSAGE ? ALONE : message;
		const group = program.group[role]!;
		return group === NO_GROUP ? ALONE : this.#groupBegin[group]! + nth[role]!++;
	}

	/** A rank arrives; returns the first program of those that were waiting if it is the last to come, else -1. */
	arrive(rendezvous: number, atNs: number): number {
		if (atNs > this.#latestNs[rendezvous]!) this.#latestNs[rendezvous] = atNs;
		this.#missing[rendezvous]!--;
		return this.#missing[rendezvous] === 0 ? this.#firstWaiting[rendezvous]! : -1;
	}

	isComplete(rendezvous: number): boolean {
		return this.#missing[rendezvous] === 0;
	}

	timeNs(rendezvous: number): number {
		return this.#latestNs[rendezvous]!;
	}

	/** Puts a program to sleep until all have come. */
	wait(rendezvous: number, program: number): void {
		this.#nextWaiting[program] = this.#firstWaiting[rendezvous]!;
		this.#firstWaiting[rendezvous] = program;
	}

	nextWaiting(program: number): number {
		return this.#nextWaiting[program]!;
	}
}
