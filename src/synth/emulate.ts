/** Emulates all ranks of a job. */
import { execute } from "./execute/execute.js";
import type { RankTimes } from "./execute/rank-execution.js";
import { type Job, worldSize } from "./job.js";
import { rankProgram } from "./program/rank-program.js";

export interface Emulation {
	/** Of every rank, in order. */
	readonly times: RankTimes[];
	readonly programMs: number;
	readonly executeMs: number;
}

/** The job must have been checked. */
export function emulate(job: Job): Emulation {
	const started = performance.now();
	const programs = Array.from({ length: worldSize(job) }, (_, rank) => rankProgram(job, rank));
	const built = performance.now();
	const times = execute(programs, job.seed);
	return { times, programMs: built - started, executeMs: performance.now() - built };
}
