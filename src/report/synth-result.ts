/** `lumos.synth/1`: what `lumos synth --json` prints. */
import { z } from "zod";
import { count, ms, rankNumber, source } from "./schema-parts.js";

const share = z.number().min(0);
const factors = z.record(z.string(), z.number()).describe("factor by rank");

export const synthResult = z.object({
	schema: z.literal("lumos.synth/1"),
	path: z.string().describe("the folder with the traces and truth.json"),
	config: z.object({
		layers: count,
		hidden: count,
		ffn: count,
		heads: count,
		headSize: count,
		sequence: count.describe("tokens"),
		vocabulary: count.describe("padded"),
		tensorParallel: count,
		pipelineParallel: count,
		dataParallel: count,
		virtualPipeline: count.describe("model chunks of a stage"),
		microBatchSize: count.describe("samples"),
		microBatches: count.describe("per replica"),
		schedule: z.enum(["1f1b", "interleaved", "gpipe", "zb-h1"]),
		sequenceParallel: z.boolean(),
		recompute: z.enum(["none", "selective", "full"]),
		overlapGradReduce: z.boolean(),
		distributedOptimizer: z.boolean(),
		steps: count,
		firstStep: count,
		gpusPerNode: count,
		seed: count,
		deviceNoise: share,
		cpuNoise: share,
		stragglers: factors,
		lateLaunchers: factors,
		clockSkewUs: share,
		clockDriftPpm: share,
	}),
	source: source.describe("the traces that were written"),
	steps: z.array(z.object({ step: count, iterationMs: ms.describe("of the slowest rank"), slowestRank: rankNumber })),
	timing: z.object({
		programMs: ms,
		executeMs: ms,
		writeMs: ms,
		totalMs: ms,
		peakRssMb: z.number().min(0),
		workers: count,
	}),
});

export type SynthResult = z.infer<typeof synthResult>;
