/** `lumos sweep submit`: the shards of a sweep as jobs of a cluster, waited for and merged. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { writeFailure } from "../lib/atomic-file.js";
import { UserError } from "../lib/errors.js";
import { formatShardProgress } from "../report/shard-progress.js";
import { sweepIdentity } from "../sweep/journal/header.js";
import { refuseInfeasible } from "../sweep/nothing-feasible.js";
import { planSweep, type SweepPlan } from "../sweep/plan-sweep.js";
import type { Scheduler } from "../sweep/submit/scheduler.js";
import { ShardJournals } from "../sweep/submit/shard-journals.js";
import { loadSubmission, saveSubmission } from "../sweep/submit/submission.js";
import { supervise } from "../sweep/submit/supervise.js";
import type { GivenFlags } from "./config-flags.js";
import { computing } from "./signals.js";
import { sweepMerge } from "./sweep-merge.js";
import { questionOf, tableOutput } from "./sweep-output.js";
import { type SubmitSweepFlags, schedulerOf } from "./sweep-scheduler.js";
import { sweepSearch } from "./sweep-traces.js";
import { print, stderrStatus } from "./terminal.js";
import { version } from "./version.js";

/** @param typed the flags that say what is searched, as they were typed */
export async function sweepSubmit(
	paths: readonly string[],
	flags: SubmitSweepFlags,
	given: GivenFlags,
	typed: readonly string[],
): Promise<void> {
	const journal = resolve(flags.journal);
	const scheduler = schedulerOf(flags, journal, paths, typed);
	// What is wrong with the sweep is found here, not by every shard after hours in a queue.
	questionOf(flags);
	tableOutput(flags.out);
	const { inputs } = await sweepSearch(paths, flags, given);
	const plan = await computing(() => planSweep(inputs));
	refuseInfeasible(plan.space, plan.survey);
	const pieces = plan.chunks.length;
	if (flags.shards > pieces)
		throw new UserError(
			`--shards ${flags.shards}: the sweep has only ${pieces} pieces of work; give at most ${pieces}`,
		);
	if (flags.dryRun) return print(scheduler.describe([...Array(flags.shards).keys()]));
	await runShards(flags, journal, scheduler, plan);
	await sweepMerge(journal, flags);
}

async function runShards(
	flags: SubmitSweepFlags,
	journal: string,
	scheduler: Scheduler,
	plan: SweepPlan,
): Promise<void> {
	const { shards, retries, poll } = flags;
	try {
		mkdirSync(journal, { recursive: true });
	} catch (error) {
		throw writeFailure(journal, error);
	}
	const journals = new ShardJournals(journal, plan, shards, version);
	const sweep = sweepIdentity(version, plan.space.inputs);
	const submission = loadSubmission(journal, { scheduler: scheduler.name, sweep, shards });
	const status = stderrStatus();
	let before: number | undefined;
	try {
		await supervise({
			scheduler,
			shards,
			stateOf: (shard) => journals.stateOf(shard),
			jobs: submission.jobs,
			onSubmit: (jobs) => {
				saveSubmission(journal, { ...submission, jobs });
				const { job, shards: these } = jobs.at(-1)!;
				status.finish();
				process.stderr.write(
					`${job}: ${these.length} of ${shards} shards submitted; run this again to go on waiting, \`${scheduler.cancelCommand(job)}\` ends it\n`,
				);
			},
			onProgress: (progress) => {
				before ??= progress.done;
				const { done, total } = progress;
				status.update(
					(elapsedMs) => formatShardProgress(progress, before!, elapsedMs),
					total > 0 ? done / total : undefined,
				);
			},
			retries,
			pollMs: poll * 1e3,
		});
	} finally {
		status.finish();
	}
}
