/** What is taken for granted of a measured row that does not say it. */
import { camelKeys } from "../../config/key-case.js";
import { type ModelDescription, modelSchema } from "../../config/model.js";
import { type ParallelConfig, parseParallel } from "../../config/parallel.js";
import type { FrameworkOptions } from "../../plan/blocks/rank-context.js";
import { MEGATRON } from "../framework.js";

/** Of a model: GPT-2's vocabulary, not padded; the sizes are every row's own. */
export const DEFAULT_MODEL: ModelDescription = camelKeys(
	modelSchema.parse({
		name: "the model",
		num_layers: 1,
		hidden_size: 1,
		num_attention_heads: 1,
		seq_length: 1,
		vocab_size: 50257,
		make_vocab_size_divisible_by: 1,
	}),
);

/** Of a job: fp16, full recomputation, 1F1B, gradients reduced at the end of the step. */
export const DEFAULT_PARALLEL: ParallelConfig = parseParallel({ dtype: "fp16", recompute: "full" });

/** How frameworks run a job where they differ. */
export const FRAMEWORKS = {
	// Megatron-LM as forked in 2022: eager attention, blocking messages, all-reduces after their matrix products.
	"megatron-deepspeed": {
		attention: "unfused",
		fusedGradientAccumulation: false,
		overlapTensorGradients: false,
		synchronizesPasses: true,
		messages: "blocking",
		scattersMessages: true,
	},
	// Megatron-LM of 2022: its fused kernels, attention still as two products with a softmax between them.
	"megatron-lm": {
		attention: "unfused",
		fusedGradientAccumulation: true,
		overlapTensorGradients: true,
		synchronizesPasses: false,
		messages: "blocking",
		scattersMessages: true,
	},
	"megatron-core": MEGATRON,
} as const satisfies Record<string, FrameworkOptions>;

export type FrameworkName = keyof typeof FRAMEWORKS;
