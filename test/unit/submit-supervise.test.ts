import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EnvironmentError, UserError } from "../../src/lib/errors.js";
import type { Scheduler } from "../../src/sweep/submit/scheduler.js";
import { loadSubmission, saveSubmission } from "../../src/sweep/submit/submission.js";
import {
	type ShardsProgress,
	type SubmittedJob,
	type Supervision,
	supervise,
} from "../../src/sweep/submit/supervise.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const TOTAL = 10;

/**
 * A cluster on which a shard takes three looks and finishes, unless `dies` says that this attempt ends unfinished. The
 * first look finds it waiting.
 */
class Cluster implements Scheduler {
	readonly name = "slurm";
	readonly submitted: (readonly number[])[] = [];
	readonly #done: number[];
	readonly #left = new Map<string, Map<number, number>>();
	readonly #dies: (shard: number, attempt: number) => boolean;
	readonly #attempts: number[];

	constructor(shards: number, dies: (shard: number, attempt: number) => boolean = () => false) {
		this.#done = Array.from({ length: shards }, () => 0);
		this.#attempts = [...this.#done];
		this.#dies = dies;
	}

	describe = (shards: readonly number[]): string => shards.join();
	cancelCommand = (job: string): string => `cancel ${job}`;
	outputOf = (job: string, shard: number): string => `${job}/${shard}.log`;

	async submit(shards: readonly number[]): Promise<string> {
		const job = `job${this.submitted.length}`;
		this.submitted.push(shards);
		this.#left.set(job, new Map(shards.map((shard) => [shard, 3])));
		return job;
	}

	async alive(job: string) {
		const left = this.#left.get(job) ?? new Map<number, number>();
		for (const [shard, looks] of left) {
			left.set(shard, looks - 1);
			if (looks > 1) continue;
			left.delete(shard);
			this.#done[shard] = this.#dies(shard, ++this.#attempts[shard]!) ? this.#done[shard]! + 1 : TOTAL;
		}
		return { shards: new Set(left.keys()), running: [...left.values()].filter((looks) => looks < 2).length };
	}

	stateOf = (shard: number) => {
		const done = this.#done[shard]!;
		return { done, total: TOTAL, finished: done === TOTAL };
	};
}

async function run(cluster: Cluster, shards: number, more: Partial<Supervision> = {}) {
	const progress: ShardsProgress[] = [];
	const jobs: SubmittedJob[] = [];
	await supervise({
		scheduler: cluster,
		shards,
		stateOf: cluster.stateOf,
		jobs: [],
		onSubmit: (all) => jobs.splice(0, jobs.length, ...all),
		onProgress: (now) => progress.push(now),
		retries: 2,
		pollMs: 1,
		...more,
	});
	return { progress, jobs };
}

test("all shards are submitted once, and waited for", async () => {
	const cluster = new Cluster(4);
	const { progress, jobs } = await run(cluster, 4);
	expect(cluster.submitted).toEqual([[0, 1, 2, 3]]);
	expect(jobs).toEqual([{ job: "job0", shards: [0, 1, 2, 3] }]);
	expect(progress[0]).toEqual({ shards: 4, finished: 0, running: 0, done: 0, total: 4 * TOTAL });
	expect(progress.at(-1)).toEqual({ shards: 4, finished: 4, running: 0, done: 4 * TOTAL, total: 4 * TOTAL });
	expect(Math.max(...progress.map(({ running }) => running))).toBe(4);
});

test("only what got lost is submitted again, as often as is allowed", async () => {
	const cluster = new Cluster(4, (shard, attempt) => (shard === 1 && attempt === 1) || (shard === 3 && attempt <= 2));
	const { jobs } = await run(cluster, 4);
	expect(cluster.submitted).toEqual([[0, 1, 2, 3], [1, 3], [3]]);
	expect(jobs.map(({ job }) => job)).toEqual(["job0", "job1", "job2"]);
});

test("a shard that gets lost every time is given up with its output named", async () => {
	const cluster = new Cluster(3, (shard) => shard === 2);
	await expect(run(cluster, 3)).rejects.toThrow(
		new EnvironmentError("shard 2 ended 3 times without finishing; see why: job2/2.log"),
	);
	expect(cluster.submitted).toEqual([[0, 1, 2], [2], [2]]);
	// Another call tries again.
	const again = run(cluster, 3, { retries: 0, jobs: [{ job: "job2", shards: [2] }] });
	await expect(again).rejects.toThrow("shard 2 ended 1 time without finishing; see why: job3/2.log");
});

test("jobs of an earlier call are waited for, and shards that are finished are left alone", async () => {
	const cluster = new Cluster(3);
	const job = await cluster.submit([0, 1, 2]);
	await run(cluster, 3, { jobs: [{ job, shards: [0, 1, 2] }] });
	expect(cluster.submitted).toEqual([[0, 1, 2]]);
	await run(cluster, 3);
	expect(cluster.submitted).toEqual([[0, 1, 2]]);
});

test("a scheduler that restarts is waited for, one that never answered is not", async () => {
	const cluster = new Cluster(2);
	const { alive } = cluster;
	let looks = 0;
	cluster.alive = (job) => {
		looks++;
		return looks > 1 && looks < 6
			? Promise.reject(new EnvironmentError("squeue: no answer"))
			: alive.call(cluster, job);
	};
	await run(cluster, 2);
	expect(cluster.submitted).toEqual([[0, 1]]);
	cluster.alive = () => Promise.reject(new EnvironmentError("squeue: no answer"));
	const again = run(new Cluster(2), 2, { scheduler: cluster, jobs: [{ job: "job0", shards: [0, 1] }] });
	await expect(again).rejects.toThrow("squeue: no answer");
});

test("what was submitted is found again, and is not taken for that of another sweep", () => {
	const folder = temporaryFolder("submission");
	const sweep = { scheduler: "slurm", sweep: "0123", shards: 2 } as const;
	const none = loadSubmission(folder, sweep);
	expect(none.jobs).toEqual([]);
	const with2 = { ...none, jobs: [{ job: "17", shards: [0, 1] }] };
	saveSubmission(folder, with2);
	expect(loadSubmission(folder, sweep)).toEqual(with2);
	const another = (change: object) => () => loadSubmission(folder, { ...sweep, ...change });
	expect(another({ shards: 3 })).toThrow(/submitted in another number of shards; choose another --journal/);
	expect(another({ sweep: "4567" })).toThrow(/for another sweep/);
	expect(another({ scheduler: "kubernetes" })).toThrow(/to another scheduler/);
	for (const text of ["", "{}", readFileSync(join(folder, "submission.json"), "utf8").slice(0, 40)]) {
		writeFileSync(join(folder, "submission.json"), text);
		expect(another({})).toThrow(UserError);
	}
});
