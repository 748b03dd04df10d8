/** `lumos.replay/1`: what `lumos replay --json` prints. Fields may be added; what is here changes with a new version only. */
import { z } from "zod";
import { breakdown, count, ingestTiming, ms, rankNumber, source, stepName, warning } from "./schema-parts.js";

const errorPct = z.number().describe("signed, (replayed - measured) / measured, in percent");

const evidence = z.object({
	exact: count.describe("stated by the trace"),
	inferred: count.describe("found by a rule"),
});

const exposed = z.object({
	name: z.string(),
	exposedMs: ms,
	totalMs: ms,
	count,
});

const pathStep = z.object({
	inferredShare: z.number().min(0).max(1).describe("share of its time whose start rests on an inferred edge"),
	tasksMs: z.record(z.string(), ms).describe("time in tasks, by kind"),
	delaysMs: z.record(z.string(), z.number()).describe("time in delays, by kind of edge"),
	unexplainedMs: ms,
	ranks: z
		.array(z.object({ rank: rankNumber, ms }))
		.describe("the ranks that it goes through, those with the most time first, eight at most"),
	crossings: count.describe("how often it goes from one rank to another"),
});

const waiting = {
	waitMs: ms.describe("what the rank waits for others in collectives"),
	pointToPointWaitMs: ms.describe("the same in sends and receives"),
	timesLast: count.describe("collectives to which it comes last"),
	lateMs: ms.describe("by how much it comes later than the last but one, over all of these"),
	othersWaitMs: ms.describe("what all others wait together at these"),
};

const operation = { group: z.string(), name: z.string(), bytes: z.number().min(0) };

const straggler = z.object({
	rank: rankNumber,
	...waiting,
	causes: z
		.object({
			computingMs: ms.describe("its device was busy longer"),
			launchingMs: ms.describe("its CPU took longer"),
			communicatingMs: ms.describe("its own transfers took longer"),
			otherMs: ms,
			inheritedMs: ms.describe("it had waited itself in a collective for a rank that was late"),
			pipelineMs: ms.describe("it had waited itself in a send or receive"),
		})
		.describe("why it was late; they add up to lateMs"),
	inheritedFrom: z.union([rankNumber, z.null()]).describe("the rank that most of inheritedMs goes back to"),
	causedElsewhereMs: ms.describe("late time of other ranks that this one caused by computing or launching"),
	mostAt: z
		.union([z.object({ ...operation, count, lateMs: ms }), z.null()])
		.describe("the operation at which it is late the longest in all"),
	worst: z
		.union([
			z.object({
				...operation,
				step: stepName,
				atMs: z.number().describe("when it arrived, from the begin of the step"),
				lateMs: ms,
				othersWaitMs: ms,
				cause: z.enum(["computing", "launching", "communicating", "other", "pipeline"]),
				causedBy: z.union([rankNumber, z.null()]).describe("the rank whose work that was; null for the pipeline"),
			}),
			z.null(),
		])
		.describe("the one collective to which it came last by the longest time"),
	measured: z.object(waiting).describe("the same as it was measured"),
});

const rankChange = z.union([
	z.object({ change: z.enum(["slow", "slow-cpu"]), rank: rankNumber, factor: z.number().positive() }),
	z.object({ change: z.literal("heal"), rank: z.union([rankNumber, z.literal("all")]) }),
]);

const rankSums = z.object({
	stepsMs: ms.describe("its steps in the document together"),
	waitMs: ms.describe("what it waits for others in collectives meanwhile"),
	pointToPointWaitMs: ms.describe("the same in sends and receives"),
});

const whatIf = z.object({
	changes: z.array(rankChange),
	iteration: z.object({ step: stepName, beforeMs: ms, afterMs: ms, changePct: z.number() }),
	ranks: z.array(z.object({ rank: rankNumber, before: rankSums, after: rankSums })),
});

const replayStep = z.object({
	rank: rankNumber,
	step: stepName,
	measuredMs: ms,
	replayedMs: ms,
	errorPct,
	kernelStart: z
		.object({ n: count, p50Us: z.number(), p95Us: z.number(), maxUs: z.number() })
		.describe("|replayed - measured| start of every GPU task, relative to its step"),
	measured: breakdown,
	replayed: breakdown,
	launchBoundMs: ms.describe("the device is idle until the CPU launches its next work"),
	criticalPath: pathStep,
});

export const replayResult = z.object({
	schema: z.literal("lumos.replay/1"),
	source,
	graph: z.object({
		tasks: count,
		edges: count,
		byKind: z.object({
			intraThread: count,
			interThread: count,
			launch: count,
			sync: count.describe("device to CPU, with those that are resolved while simulating"),
			intraStream: count,
			interStreamExact: count,
			interStreamInferred: count,
			collective: count,
			entry: count.describe("work under way when the capture began"),
		}),
		evidence: z.record(z.string(), evidence).describe("by the same kinds, interStream as one"),
	}),
	steps: z.array(replayStep),
	iteration: z
		.object({ rank: rankNumber, step: stepName, measuredMs: ms, replayedMs: ms, errorPct })
		.describe("last full step, slowest rank"),
	exposed: z
		.object({ kernels: z.array(exposed), operators: z.array(exposed) })
		.describe("most exposed time in the replay, over all steps and ranks"),
	collectives: z.array(
		z.object({
			...operation,
			count,
			wireMs: ms,
			waitMs: ms,
			ranks: z
				.array(z.object({ rank: rankNumber, count, wireMs: ms, waitMs: ms }))
				.describe("they add up to the above"),
		}),
	),
	stragglers: z
		.array(straggler)
		.describe(
			"who waits and who is waited for in the steps of the document, one entry a rank, those that cause most first",
		),
	whatIf: whatIf
		.optional()
		.describe("with changes: the replay without them against this one, of which all else in the document speaks"),
	warnings: z.array(warning),
	timing: ingestTiming.extend({ graphMs: ms, simulateMs: ms }),
});

export type ReplayResult = z.infer<typeof replayResult>;
export type ReplayStep = z.infer<typeof replayStep>;
export type WhatIf = z.infer<typeof whatIf>;
export type Straggler = z.infer<typeof straggler>;
export type ExposedRow = z.infer<typeof exposed>;
