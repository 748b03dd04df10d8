/** `lumos sweep`: every configuration of a job, simulated and ranked. */
import { UserError } from "../lib/errors.js";
import { showSweepProgress } from "../report/sweep-progress.js";
import type { SweepResult } from "../report/sweep-result.js";
import { shardOf } from "../sweep/chunks.js";
import { findings } from "../sweep/findings.js";
import { refuseInfeasible } from "../sweep/nothing-feasible.js";
import { planSweep, type SweepPlan } from "../sweep/plan-sweep.js";
import { openSweepPool } from "../sweep/pool/index.js";
import { SweepSession } from "../sweep/session.js";
import { taskEstimate } from "../sweep/structure.js";
import type { GivenFlags } from "./config-flags.js";
import { computing, stoppable } from "./signals.js";
import type { Shard, SweepFlags } from "./sweep-flags.js";
import { sweepInputs } from "./sweep-inputs.js";
import { type OpenJournal, openJournal } from "./sweep-journal.js";
import { present, questionOf, refusePartOutput, tableOutput } from "./sweep-output.js";
import { chooseShard } from "./sweep-shard.js";
import { sweepWorkers } from "./sweep-workers.js";
import { peakRssMb, stderrStatus } from "./terminal.js";

export async function sweep(flags: SweepFlags, given: GivenFlags): Promise<void> {
	const started = performance.now();
	const question = questionOf(flags);
	const inputs = sweepInputs(flags, given);
	const part = chooseShard(flags, process.env);
	checkPart(part, flags);
	const output = tableOutput(flags.out);
	const plan = await computing(() => planSweep(inputs));
	refuseInfeasible(plan.space, plan.survey);
	const journal = openJournal(inputs, flags, part);
	const chunks = part === undefined ? plan.chunks : shardOf(plan.chunks, part.shard, part.shards);
	const session = new SweepSession(plan, chunks, journal?.known ?? new Map());
	const { workers, simulateMs, exitCode } = await simulate(plan, session, journal, flags);
	const { rows, failed, tasks, simulated } = session.result();
	const totalMs = performance.now() - started;
	const seconds = Math.max(simulateMs, 1e-3) / 1e3;
	const timing: SweepResult["timing"] = {
		totalMs,
		simulateMs,
		configsPerSecond: simulated / seconds,
		tasksPerSecond: tasks / seconds,
		workers,
		peakRssMb: peakRssMb(),
	};
	const found = findings(plan.space, plan.survey, rows, failed, question);
	await present(found, timing, output, flags, part && `shard ${part.shard} of ${part.shards}`);
	if (exitCode === undefined) journal?.finish();
	else process.exitCode = exitCode;
}

/** Shards meet in a folder. */
function checkPart(part: Shard | undefined, flags: SweepFlags): void {
	refusePartOutput(flags.out, part !== undefined && part.shards > 1);
	if (part === undefined || flags.journal !== undefined) return;
	throw new UserError(
		`shard ${part.shard} of ${part.shards} needs --journal, the folder in which lumos sweep merge finds all of them`,
	);
}

async function simulate(
	plan: SweepPlan,
	session: SweepSession,
	journal: OpenJournal | undefined,
	flags: SweepFlags,
): Promise<{ readonly workers: number; readonly simulateMs: number; readonly exitCode: number | undefined }> {
	if (session.isDone) return { workers: 0, simulateMs: 0, exitCode: undefined };
	const { space, survey, chunks } = plan;
	const mostTasks = survey.feasible.reduce((most, index) => Math.max(most, taskEstimate(space.jobAt(index))), 0);
	const { workers, heapMb } = sweepWorkers(chunks, mostTasks, process.availableMemory(), flags.workers);
	const begun = performance.now();
	const status = stderrStatus();
	const pool = openSweepPool(space.inputs, { workers, heapMb });
	try {
		const { exitCode } = await stoppable((stop) =>
			session.run(pool, journal?.writer, stop, (state) => showSweepProgress(status, state)),
		);
		return { workers, simulateMs: performance.now() - begun, exitCode };
	} finally {
		status.finish();
		await pool.close();
	}
}
