/** `lumos sweep`: every configuration of a job, simulated and ranked. */
import { availableParallelism } from "node:os";
import { UserError } from "../lib/errors.js";
import { showSweepProgress } from "../report/sweep-progress.js";
import type { SweepResult } from "../report/sweep-result.js";
import { type Chunk, cutChunks, shardOf } from "../sweep/chunks.js";
import { findings, type SweepQuestion, trainingOf } from "../sweep/findings.js";
import { refuseInfeasible } from "../sweep/nothing-feasible.js";
import { planSweep, type SweepPlan } from "../sweep/plan-sweep.js";
import { openSweepPool } from "../sweep/pool/index.js";
import { canPrune, Pruner } from "../sweep/prune.js";
import { type SessionState, SweepSession } from "../sweep/session.js";
import type { SharedRun } from "../sweep/traced/shared-run.js";
import type { GivenFlags } from "./config-flags.js";
import { computing, stoppable } from "./signals.js";
import type { Shard, SweepFlags } from "./sweep-flags.js";
import { type OpenJournal, openJournal } from "./sweep-journal.js";
import { present, questionOf, refusePartOutput, tableOutput } from "./sweep-output.js";
import { chooseShard } from "./sweep-shard.js";
import { needsSums, sumsHere } from "./sweep-sums.js";
import { sweepSearch } from "./sweep-traces.js";
import { sweepWorkers } from "./sweep-workers.js";
import { peakRssMb, stderrStatus } from "./terminal.js";

export async function sweep(paths: readonly string[], flags: SweepFlags, given: GivenFlags): Promise<void> {
	const started = performance.now();
	const question = questionOf(flags);
	const part = chooseShard(flags, process.env);
	checkPart(part, flags, question);
	const output = tableOutput(flags.out);
	const { inputs, run: tracedRun } = await sweepSearch(paths, flags, given);
	const plan = await computing(() => planSweep(inputs));
	refuseInfeasible(plan.space, plan.survey);
	const chunks = part === undefined ? plan.chunks : shardOf(plan.chunks, part.shard, part.shards);
	const journal = openJournal(inputs, flags, part, sizeOf(chunks));
	// Whoever merges shards may ask for anything.
	const sums = part !== undefined || needsSums(flags, question);
	const session = new SweepSession(plan, chunks, journal?.known ?? new Map(), sums);
	const run = await simulate({ plan, tracedRun, chunks, session, journal, flags, question, sums });
	const { rows, failed, tasks, simulated } = session.result();
	const seconds = Math.max(run.simulateMs, 1e-3) / 1e3;
	const timing: SweepResult["timing"] = {
		totalMs: performance.now() - started,
		simulateMs: run.simulateMs,
		configsPerSecond: simulated / seconds,
		tasksPerSecond: tasks / seconds,
		workers: run.workers,
		peakRssMb: peakRssMb(),
	};
	const isWhole = flags.prune === true && run.exitCode === undefined;
	const leftOut = isWhole ? sizeOf(chunks) - rows.length - failed.length : 0;
	const found = findings(plan.space, plan.survey, { rows, failed, leftOut }, question, sumsHere(plan.space));
	await present(found, timing, output, flags, part && `shard ${part.shard} of ${part.shards}`);
	if (run.exitCode === undefined) journal?.finish();
	else process.exitCode = run.exitCode;
}

const sizeOf = (chunks: readonly Chunk[]): number => chunks.reduce((sum, { indices }) => sum + indices.length, 0);

/** Shards meet in a folder; what one leaves out would be missing there. */
function checkPart(part: Shard | undefined, flags: SweepFlags, { objectives }: SweepQuestion): void {
	if (flags.prune && !canPrune(objectives))
		throw new UserError(`--prune bounds times: it cannot tell what is best by ${flags.objective}; leave it out`);
	if (part === undefined) return;
	if (flags.prune) throw new UserError("--prune needs the best of all shards; leave it out, or sweep on one machine");
	refusePartOutput(flags.out, part.shards > 1);
	if (flags.journal !== undefined) return;
	throw new UserError(
		`shard ${part.shard} of ${part.shards} needs --journal, the folder in which lumos sweep merge finds all of them`,
	);
}

interface Simulation {
	readonly plan: SweepPlan;
	readonly tracedRun: SharedRun | undefined;
	readonly chunks: readonly Chunk[];
	readonly session: SweepSession;
	readonly journal: OpenJournal | undefined;
	readonly flags: SweepFlags;
	readonly question: SweepQuestion;
	readonly sums: boolean;
}

async function simulate({ plan, tracedRun, chunks, session, journal, flags, question, sums }: Simulation): Promise<{
	readonly workers: number;
	readonly simulateMs: number;
	readonly exitCode: number | undefined;
}> {
	if (session.left(chunks).length === 0) return { workers: 0, simulateMs: 0, exitCode: undefined };
	// Slurm lets a task have fewer cores than the node has.
	const cores = Number(process.env.SLURM_CPUS_PER_TASK) || availableParallelism();
	const { inputs } = plan.space;
	const room = process.availableMemory();
	const { workers, heapMb } = sweepWorkers(chunks, room, cores, flags.workers, inputs.traced?.tasks);
	const begun = performance.now();
	const status = stderrStatus();
	const pool = openSweepPool(inputs, { run: tracedRun, sums, workers, heapMb });
	const show = (state: SessionState): void => showSweepProgress(status, state);
	try {
		const { exitCode } = await stoppable(async (stop) => {
			for (const round of flags.prune ? pruned(plan, session, question) : [chunks])
				if (!stop.aborted) await session.run(pool, round, journal?.writer, stop, show);
		});
		return { workers, simulateMs: performance.now() - begun, exitCode };
	} finally {
		status.finish();
		await pool.close();
	}
}

function* pruned(plan: SweepPlan, session: SweepSession, question: SweepQuestion): Generator<Chunk[]> {
	const { space } = plan;
	const pruner = new Pruner(plan, question.objectives[0]!, trainingOf(space, question), question.top);
	for (;;) {
		const round = pruner.next(session.result().rows);
		if (round.length === 0) return;
		yield cutChunks(space, round);
	}
}
