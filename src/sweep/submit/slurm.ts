/** A sweep as a job array of Slurm (https://slurm.schedmd.com/job_array.html): a task a shard. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { runTool, runToolWell, toolFailure } from "./run-tool.js";
import type { Alive, Scheduler } from "./scheduler.js";
import { type ShardJob, shardLine } from "./shard-job.js";

export class Slurm implements Scheduler {
	readonly name = "slurm";
	readonly #job: ShardJob;
	readonly #options: readonly string[];

	/** @param options further options of sbatch, such as `--partition=cpu` */
	constructor(job: ShardJob, options: readonly string[]) {
		this.#job = job;
		this.#options = options;
	}

	describe(shards: readonly number[]): string {
		return slurmScript(this.#job, shards, this.#options);
	}

	async submit(shards: readonly number[]): Promise<string> {
		const script = this.describe(shards);
		mkdirSync(join(this.#job.journal, LOG_FOLDER), { recursive: true });
		// With --parsable it prints JOB or JOB;CLUSTER.
		const printed = await runToolWell("sbatch", ["--parsable"], script);
		return printed.trim().split(";")[0]!;
	}

	async alive(job: string): Promise<Alive> {
		const result = await runTool("squeue", ["--noheader", "--array", `--jobs=${job}`, "--format=%K %t"]);
		// A job is forgotten MinJobAge seconds after its end.
		if (result.code !== 0 && !/invalid job id/i.test(result.stderr)) throw toolFailure("squeue", result);
		return aliveTasks(result.stdout);
	}

	cancelCommand(job: string): string {
		return `scancel ${job}`;
	}

	outputOf(_job: string, shard: number): string {
		return join(this.#job.journal, LOG_FOLDER, `shard-${shard}.log`);
	}
}

const LOG_FOLDER = "logs";

/** States, as squeue abbreviates them, of tasks that have ended and are still listed. */
const ENDED = new Set(["BF", "CA", "CD", "DL", "F", "NF", "OOM", "PR", "TO"]);
/** Running, or about to end. */
const RUNNING = new Set(["R", "CG", "S", "ST", "SI", "SO"]);

/** @param listed lines of task and state, such as `3 R` */
export function aliveTasks(listed: string): Alive {
	const tasks = listed
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter(([, state]) => state !== undefined && !ENDED.has(state));
	return {
		shards: new Set(tasks.map(([task]) => Number(task))),
		running: tasks.filter(([, state]) => RUNNING.has(state!)).length,
	};
}

/**
 * The batch script: it can also be given to sbatch by hand.
 * @throws UserError for a folder whose name no directive can hold.
 */
export function slurmScript(job: ShardJob, shards: readonly number[], options: readonly string[]): string {
	const { journal, workingFolder, cpus, memoryMib, timeLimitS, atOnce } = job;
	const limit = atOnce === undefined ? "" : `%${atOnce}`;
	const directives = [
		"--job-name=lumos-sweep",
		`--array=${taskList(shards)}${limit}`,
		"--nodes=1",
		"--ntasks=1",
		`--cpus-per-task=${cpus}`,
		`--mem=${memoryMib}M`,
		`--time=${clock(timeLimitS)}`,
		`--chdir=${directiveValue(workingFolder)}`,
		// Patterns begin with %.
		`--output=${directiveValue(join(journal, LOG_FOLDER).replaceAll("%", "%%"))}/shard-%a.log`,
		"--open-mode=append",
		// Lost shards are submitted again from outside, so that attempts are counted in one place.
		"--no-requeue",
		...options,
	];
	return [
		"#!/bin/sh",
		...directives.map((directive) => `#SBATCH ${directive}`),
		"",
		shardLine(job, "$SLURM_ARRAY_TASK_ID"),
		"",
	].join("\n");
}

/** `0-3,7` */
function taskList(shards: readonly number[]): string {
	const runs: [number, number][] = [];
	for (const shard of [...shards].sort((a, b) => a - b)) {
		const last = runs.at(-1);
		if (last !== undefined && last[1] === shard - 1) last[1] = shard;
		else runs.push([shard, shard]);
	}
	return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** `HH:MM:SS` */
function clock(seconds: number): string {
	const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** sbatch splits directives like a shell, but knows no escapes that hold everywhere. */
function directiveValue(path: string): string {
	if (/["'\\\n]/.test(path))
		throw new UserError(`${path}: Slurm takes no folder with quotes or backslashes in its name`);
	return /[\s#]/.test(path) ? `"${path}"` : path;
}
