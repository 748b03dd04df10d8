/** Everything about one rank that the writers of its events share. */
import type { RankTimes } from "../execute/rank-execution.js";
import type { Job, Recording } from "../job.js";
import type { Program } from "../program/instructions.js";
import { type Clock, clockOf, shownNs } from "./clock.js";
import { type Outline, outline } from "./outline.js";

export class RecordedRank {
	readonly outline: Outline;
	readonly clock: Clock;
	readonly device: number;

	constructor(
		readonly job: Job,
		readonly recording: Recording,
		readonly program: Program,
		readonly times: RankTimes,
	) {
		this.outline = outline(program, times);
		this.clock = clockOf(job, this.rank);
		this.device = this.rank % job.gpusPerNode;
	}

	get rank(): number {
		return this.program.place.rank;
	}

	get processId(): number {
		return 7100 + this.rank;
	}

	/** @param thread 0: main, 1: autograd. */
	threadId(thread: number): number {
		return this.processId + 312 * thread;
	}

	/** What this rank's clock shows. */
	shownNs(ns: number): number {
		return shownNs(this.clock, ns);
	}
}
