/** `lumos.sweep/1`: what `lumos sweep --json` prints. */
import { z } from "zod";
import { LIMITS } from "../sweep/measures.js";
import { config, identity } from "./predict-result.js";
import { breakdown, count, ms, warning } from "./schema-parts.js";

const gb = z.number().describe("10^9 bytes");
const share = z.number().min(0).max(1);
const reasons = z.record(z.string(), count);
const axisValue = z.union([z.number(), z.boolean(), z.string()]);

const space = z.object({
	total: count.describe("combinations of the axes"),
	invalid: count,
	invalidReasons: reasons.describe("invalid, by the first rule that is broken"),
	pruned: reasons.describe("could run, but not searched, by reason"),
	outOfMemory: count.describe("valid, but not simulated"),
	simulated: count,
	failed: count.describe("could not be simulated"),
	missing: count.describe("not simulated: the run was ended, or is one shard of several"),
});

const best = z.object({
	rank: count.optional(),
	tiesBest: z
		.boolean()
		.optional()
		.describe("within the 90 % interval of the first one: the simulation cannot tell them apart"),
	configuration: count.describe("its number in the space"),
	config,
	gpus: count,
	numMicroBatches: count,
	iterationMs: ms,
	interval: z.object({ lowMs: ms, highMs: ms, confidence: z.literal(0.9) }),
	parameters: count,
	memoryGb: gb.describe("of the fullest GPU"),
	memoryHeadroomGb: gb,
	tokensPerSecond: z.number().min(0),
	tflopsPerGpu: z.number().min(0),
	mfu: z.number().min(0),
	restsOn: z
		.object({ measuredShare: share, scaledShare: share, modelledShare: share })
		.optional()
		.describe("from traces: of the time in which devices work"),
	breakdown: breakdown.describe("the mean GPU; communication counts from when all have arrived, other is the bubble"),
	computeShare: share,
	exposedCommShare: share,
	bubbleShare: share,
	limitedBy: z.enum(LIMITS),
	objectives: z.record(z.string(), z.number()).describe("all objectives, for the tokens to train on"),
});

export const sweepResult = z.object({
	schema: z.literal("lumos.sweep/1"),
	model: z.string(),
	hardware: z.string(),
	base: z
		.object({
			source: z.enum(["traces", "descriptions"]),
			config: config.optional(),
			identity: identity.optional(),
		})
		.describe("what configurations are predicted from; of traces, the job that they are of"),
	axes: z.record(z.string(), z.array(axisValue)),
	objective: z.array(z.string()).describe("what is ranked by; several: the Pareto front"),
	tokens: z.number().describe("to train on"),
	space,
	ranked: count.describe("members of the Pareto front, or all that were simulated"),
	ties: count.describe("configurations that tie with the first one"),
	best: z.array(best),
	explanations: z.array(
		z.object({
			rank: count,
			slowerMs: z.number().describe("than the first one; the three parts add up to it"),
			computeMs: z.number(),
			exposedCommMs: z.number(),
			bubbleMs: z.number(),
			differences: z.array(z.object({ name: z.string(), best: axisValue, here: axisValue })),
		}),
	),
	family: z
		.object({
			members: count.describe("models of which a configuration was simulated"),
			front: z.array(best).describe("size against speed: no larger member is faster; the smallest first"),
			targetMs: ms.optional(),
			targetTokensPerSecond: z.number().min(0).optional(),
			largest: best.optional().describe("the largest member that meets the target"),
			nearest: best.optional().describe("where none meets it: the fastest"),
		})
		.optional()
		.describe("where several models were searched, or a target was given"),
	failures: z.array(z.object({ configuration: count, reason: z.string() })),
	warnings: z.array(warning),
	timing: z.object({
		totalMs: ms,
		simulateMs: ms,
		configsPerSecond: z.number().min(0),
		tasksPerSecond: z.number().min(0),
		workers: count,
		peakRssMb: z.number().min(0),
	}),
});

export type SweepResult = z.infer<typeof sweepResult>;
