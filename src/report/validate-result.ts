/** `lumos.validate/1`: what `lumos validate --json` prints. */
import { z } from "zod";
import { fitSummary } from "./fit-result.js";
import { count, ms, warning } from "./schema-parts.js";

const correlation = z.number().min(-1).max(1).nullable().describe("Spearman's; null where one side does not vary");
const pct = z.number().describe("percent");

const config = {
	gpus: count,
	globalBatchSize: count,
	microBatchSize: count,
	numLayers: count,
	hiddenSize: count,
	ffnHiddenSize: count,
	numAttentionHeads: count,
	numQueryGroups: count,
	seqLength: count,
	vocabSize: count,
	tensorModelParallelSize: count,
	pipelineModelParallelSize: count,
	dataParallelSize: count,
	contextParallelSize: count,
	expertModelParallelSize: count,
	virtualPipelineSize: count,
	sequenceParallel: z.boolean(),
	recompute: z.string(),
	dtype: z.string(),
};

export const validateResult = z.object({
	schema: z.literal("lumos.validate/1"),
	path: z.string(),
	hardware: z.string(),
	framework: z.string(),
	calibration: fitSummary
		.extend({
			files: z.array(z.string()),
			rows: count.describe("that the parameters were fitted to"),
			leftOut: count.describe("rows of these files whose configuration is validated"),
		})
		.nullable()
		.describe("null: nothing was fitted"),
	rows: z.array(
		z.object({
			line: count.describe("of the file"),
			...config,
			measuredMs: ms,
			predictedMs: ms,
			errorPct: pct.describe("(predicted - measured) / measured"),
			interval: z.object({ lowMs: ms, highMs: ms, confidence: z.number() }),
		}),
	),
	summary: z.object({
		n: count,
		mapePct: pct.describe("mean |error|"),
		p95Pct: pct.describe("95 % of the |errors| are at most this"),
		worstPct: pct.describe("largest |error|"),
		biasPct: pct.describe("mean error"),
		spearman: correlation,
		intervalCoverage: z.number().min(0).max(1).describe("share of the measurements inside their interval"),
		perGroup: z
			.array(
				z.object({
					group: z.string(),
					n: count,
					mapePct: pct,
					spearman: correlation,
					topOneRegretPct: pct.describe("how much slower the row predicted fastest was than the fastest"),
				}),
			)
			.describe("rows of one model and global batch on as many GPUs"),
	}),
	warnings: z.array(warning),
	timing: z.object({ fitMs: ms, predictMs: ms, totalMs: ms, peakRssMb: z.number().min(0) }),
});

export type ValidateResult = z.infer<typeof validateResult>;
