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
		z.object({ group: z.string(), name: z.string(), bytes: z.number().min(0), count, wireMs: ms, waitMs: ms }),
	),
	warnings: z.array(warning),
	timing: ingestTiming.extend({ graphMs: ms, simulateMs: ms }),
});

export type ReplayResult = z.infer<typeof replayResult>;
export type ReplayStep = z.infer<typeof replayStep>;
export type ExposedRow = z.infer<typeof exposed>;
