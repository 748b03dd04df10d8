/** `lumos.predict/1`: what `lumos predict --json` prints. */
import { z } from "zod";
import { type CamelKeys, camelKey } from "../config/key-case.js";
import { modelSchema } from "../config/model.js";
import { parallelSchema } from "../config/parallel.js";
import { breakdown, count, ingestTiming, ms, warning } from "./schema-parts.js";

const gb = z.number().min(0).describe("10^9 bytes");
const share = z.number().min(0).max(1);

/** The fields of a description in camelCase, as in all results; nothing is left out of a result. */
function inCamelCase<T extends z.ZodObject>(schema: T): z.ZodType<CamelKeys<z.output<T>>> {
	const shape = Object.entries(schema.shape).map(([key, field]) => [camelKey(key), field]);
	return z.object(Object.fromEntries(shape)) as unknown as z.ZodType<CamelKeys<z.output<T>>>;
}

export const config = z.object({
	model: inCamelCase(modelSchema),
	parallel: inCamelCase(parallelSchema),
});

const target = config.extend({
	gpus: count,
	numMicroBatches: count,
	hardware: z.object({
		name: z.string(),
		gpu: z.string(),
		gpusPerNode: count,
		nicsPerNode: count,
		gbitPerS: z.number().describe("of one NIC in one direction"),
	}),
});

const stageMemory = z.object({
	stage: count,
	parameters: count.describe("number of parameters on a rank"),
	peakGb: gb,
	parametersGb: gb,
	gradientsGb: gb,
	optimizerGb: gb,
	activationsGb: gb.describe("kept for backward passes at the peak"),
	workingGb: gb.describe("for the time of one layer or of the loss: recomputed activations, logits"),
	communicationGb: gb.describe("buffers of NCCL and messages"),
	reservedGb: gb.describe("CUDA's context, and an allowance for fragmentation"),
});

export const identity = z
	.object({ replayMs: ms, identityMs: ms, errorPct: z.number() })
	.describe("from traces: the plan of the traced run itself against its replay");

export const predictResult = z.object({
	schema: z.literal("lumos.predict/1"),
	base: config.describe("of the traces, or as described before flags changed it"),
	target,
	identity: identity.optional(),
	iterationMs: ms,
	interval: z.object({ lowMs: ms, highMs: ms, confidence: z.literal(0.9) }),
	breakdown: breakdown.describe(
		"of the stage that ends last; waiting for others in communication counts as communication",
	),
	perStage: z.array(
		z.object({
			stage: count,
			iterationMs: ms,
			bubbleMs: ms.describe("its device neither computes nor moves data"),
			breakdown,
		}),
	),
	memory: z.object({
		peakGb: gb,
		gpuGb: gb.describe("memory of the GPU"),
		fits: z.boolean(),
		perStage: z.array(stageMemory),
	}),
	throughput: z.object({
		tokensPerSecond: z.number().min(0),
		tflopsPerGpu: z.number().min(0).describe("model FLOPs, 10^12 a second"),
		mfu: z
			.number()
			.min(0)
			.describe(
				"model FLOPs over the GPUs' dense peak; of a GPT 72 B s l h^2 (1 + s / 6h + V / 12lh) a step (arXiv 2205.05198)",
			),
	}),
	energy: z
		.object({
			kwh: z.number().min(0).describe("with the PUE"),
			itKwh: z.number().min(0).describe("of the machines alone"),
			co2Kg: z.number().min(0).describe("from the grid"),
			embodiedCo2Kg: z.number().min(0).describe("share of the making of the GPUs"),
			kwhPerMillionTokens: z.number().min(0),
			pue: z.number(),
			kgCo2PerKwh: z.number(),
		})
		.describe("of one step on all GPUs"),
	provenance: z.array(
		z.object({ what: z.string(), source: z.enum(["measured", "scaled", "modelled"]), shareOfTime: share }),
	),
	warnings: z.array(warning),
	timing: ingestTiming.extend({ graphMs: ms, predictMs: ms }),
});

export type PredictResult = z.infer<typeof predictResult>;
