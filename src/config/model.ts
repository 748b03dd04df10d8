/** The description of a model: a decoder-only transformer, dense or with experts, in Megatron-LM's terms. */
import { z } from "zod";
import { type CamelKeys, camelKeys } from "./key-case.js";
import { positive, positiveInt, source } from "./schema-fields.js";

/** What a model description may say; what it leaves out follows from the rest as in Megatron-LM. */
export const modelSchema = z
	.strictObject({
		name: z.string().min(1),
		num_layers: positiveInt.describe("transformer layers"),
		hidden_size: positiveInt.describe("width between the layers"),
		ffn_hidden_size: positiveInt
			.optional()
			.describe("width inside the MLP; default 4 x hidden_size, with swiglu 2/3 of that in steps of 64"),
		num_attention_heads: positiveInt.describe("query heads of a layer; tensor parallelism shares them out"),
		num_query_groups: positiveInt.optional().describe("key and value heads; default num_attention_heads"),
		kv_channels: positiveInt
			.optional()
			.describe("size of one head; attention is num_attention_heads x kv_channels wide; default hidden_size / heads"),
		seq_length: positiveInt.describe("tokens of a sequence"),
		vocab_size: positiveInt.describe("tokens of the vocabulary, before padding"),
		make_vocab_size_divisible_by: positiveInt.default(128).describe("the vocabulary is padded to this times tp"),
		swiglu: z.boolean().default(false).describe("gated MLP: its first matrix is twice as wide"),
		position_embedding: z
			.enum(["learned", "rope"])
			.default("learned")
			.describe("learned: a table that is added to the tokens; rope: queries and keys are rotated"),
		untie_embeddings_and_output_weights: z
			.boolean()
			.default(false)
			.describe("the output layer has a matrix of its own instead of the embedding's table"),
		normalization: z
			.enum(["LayerNorm", "RMSNorm"])
			.default("LayerNorm")
			.describe("in front of attention and MLP, and behind the last layer"),
		add_bias_linear: z.boolean().default(true).describe("linear layers have biases"),
		num_experts: z.number().int().min(0).default(0).describe("MLPs of a layer among which tokens choose; 0: dense"),
		moe_router_topk: positiveInt.default(2).describe("experts that a token goes to"),
		moe_ffn_hidden_size: positiveInt.optional().describe("width of an expert; default ffn_hidden_size"),
		moe_load_balance: positive.min(1).default(1).describe("tokens of the busiest expert over the mean of all"),
		source,
	})
	.describe("a decoder-only transformer, in Megatron-LM's terms");

export type ModelDescription = CamelKeys<z.output<typeof modelSchema>>;

type Derived = "ffnHiddenSize" | "numQueryGroups" | "kvChannels" | "moeFfnHiddenSize";

/** A model of which everything is known: `modelSchema` with camelCase names and nothing left out. */
export interface ModelConfig
	extends Omit<ModelDescription, Derived | "source">,
		Readonly<Record<Derived, number>>,
		Pick<ModelDescription, "source"> {}

/** Fills in what a description leaves out. */
export function resolveModel(description: ModelDescription): ModelConfig {
	const { hiddenSize, numAttentionHeads, swiglu } = description;
	const ffnHiddenSize =
		description.ffnHiddenSize ?? (swiglu ? Math.floor((4 * hiddenSize * 2) / 3 / 64) * 64 : 4 * hiddenSize);
	return {
		...description,
		ffnHiddenSize,
		numQueryGroups: description.numQueryGroups ?? numAttentionHeads,
		kvChannels: description.kvChannels ?? Math.max(1, Math.floor(hiddenSize / numAttentionHeads)),
		moeFfnHiddenSize: description.moeFfnHiddenSize ?? ffnHiddenSize,
	};
}

/** Checks and completes an object with the names of a description file; throws a ZodError. */
export function parseModel(value: unknown): ModelConfig {
	return resolveModel(camelKeys(modelSchema.parse(value)));
}

/** Rows of the embedding table: the vocabulary padded so that it divides evenly over `tensorParallel` ranks. */
export function paddedVocabSize(model: ModelConfig, tensorParallel: number): number {
	const step = model.makeVocabSizeDivisibleBy * tensorParallel;
	return Math.ceil(model.vocabSize / step) * step;
}
