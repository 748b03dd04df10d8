/** Sees to it that every shard of a sweep is finished: submits, waits, submits again what got lost. */
import { setTimeout } from "node:timers/promises";
import { EnvironmentError } from "../../lib/errors.js";
import type { Alive, Scheduler } from "./scheduler.js";

/** What the journal of a shard says. */
export interface ShardState {
	/** Configurations that it has the results of. */
	readonly done: number;
	readonly total: number;
	readonly finished: boolean;
}

/** All shards together. */
export interface ShardsProgress {
	readonly shards: number;
	readonly finished: number;
	readonly running: number;
	/** Configurations. */
	readonly done: number;
	readonly total: number;
}

export interface SubmittedJob {
	readonly job: string;
	readonly shards: readonly number[];
}

export interface Supervision {
	readonly scheduler: Scheduler;
	readonly shards: number;
	readonly stateOf: (shard: number) => ShardState;
	/** Jobs of an earlier call. */
	readonly jobs: readonly SubmittedJob[];
	/** Called with all jobs so far whenever one has been submitted. */
	readonly onSubmit: (jobs: readonly SubmittedJob[]) => void;
	readonly onProgress: (progress: ShardsProgress) => void;
	/** How often a shard is submitted after it got lost. */
	readonly retries: number;
	readonly pollMs: number;
}

/** A shard that the scheduler no longer knows is lost when its journal is unfinished so many looks in a row. */
const LOOKS = 2;
/** A scheduler may restart; it has gone when it does not answer so many times in a row. */
const DEAF = 20;

/** @throws EnvironmentError where a shard got lost too often, or the scheduler refuses a job or has gone. */
export async function supervise(options: Supervision): Promise<void> {
	const { scheduler, shards, stateOf, onSubmit, onProgress, retries, pollMs } = options;
	const jobs = [...options.jobs];
	const watch = new Watch(scheduler, pollMs, jobs);
	const known = new Set(jobs.flatMap(({ shards }) => shards));
	const missed = new Uint32Array(shards);
	const submitted = new Uint32Array(shards);
	for (;;) {
		// First the scheduler, then the journals: a shard that ends in between is finished, not lost.
		const alive = await watch.alive();
		const states = Array.from(missed, (_, shard) => stateOf(shard));
		onProgress(sum(states, alive.running));
		if (states.every(({ finished }) => finished)) return;
		const lost: number[] = [];
		for (const [shard, { finished }] of states.entries()) {
			missed[shard] = finished || alive.shards.has(shard) ? 0 : missed[shard]! + 1;
			if (missed[shard]! >= (known.has(shard) ? LOOKS : 1)) lost.push(shard);
		}
		if (lost.length > 0) {
			const worst = lost.find((shard) => submitted[shard]! > retries);
			if (worst !== undefined) throw givenUp(scheduler, jobs, worst, submitted[worst]!);
			const job = { job: await scheduler.submit(lost), shards: lost };
			jobs.push(job);
			watch.add(job);
			for (const shard of lost) {
				known.add(shard);
				missed[shard] = 0;
				submitted[shard]!++;
			}
			onSubmit(jobs);
		}
		await setTimeout(pollMs);
	}
}

/** Asks for the shards of jobs that may still have some. */
class Watch {
	readonly #scheduler: Scheduler;
	readonly #pollMs: number;
	#jobs: SubmittedJob[];
	#heard = false;

	constructor(scheduler: Scheduler, pollMs: number, jobs: readonly SubmittedJob[]) {
		this.#scheduler = scheduler;
		this.#pollMs = pollMs;
		this.#jobs = [...jobs];
	}

	add(job: SubmittedJob): void {
		this.#jobs.push(job);
	}

	/** Asks again where there is no answer, once there has been one. */
	async alive(): Promise<Alive> {
		for (let deaf = 1; ; deaf++) {
			try {
				return await this.#ask();
			} catch (error) {
				if (!(error instanceof EnvironmentError) || !this.#heard || deaf >= DEAF) throw error;
				await setTimeout(this.#pollMs);
			}
		}
	}

	async #ask(): Promise<Alive> {
		const all = await Promise.all(this.#jobs.map(({ job, shards }) => this.#scheduler.alive(job, shards)));
		this.#heard ||= all.length > 0;
		// What has ended stays so.
		this.#jobs = this.#jobs.filter((_, i) => all[i]!.shards.size > 0);
		return {
			shards: new Set(all.flatMap(({ shards }) => [...shards])),
			running: all.reduce((sum, { running }) => sum + running, 0),
		};
	}
}

function sum(states: readonly ShardState[], running: number): ShardsProgress {
	return {
		shards: states.length,
		finished: states.filter(({ finished }) => finished).length,
		running,
		done: states.reduce((sum, { done }) => sum + done, 0),
		total: states.reduce((sum, { total }) => sum + total, 0),
	};
}

function givenUp(scheduler: Scheduler, jobs: readonly SubmittedJob[], shard: number, times: number): EnvironmentError {
	const { job } = jobs.findLast(({ shards }) => shards.includes(shard))!;
	return new EnvironmentError(
		`shard ${shard} ended ${times} ${times === 1 ? "time" : "times"} without finishing; see why: ${scheduler.outputOf(job, shard)}`,
	);
}
