/** What of a model one rank works on: the sizes that every kernel and message follows from. */
import { type ModelConfig, paddedVocabSize } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import type { Dtype } from "../../config/schema-fields.js";

export interface RankShare {
	readonly dtype: Dtype;
	/** Bytes of a number in activations and parameters: matrix products in fp8 leave both in bf16. */
	readonly bytes: number;
	/** Sequences of a micro-batch. */
	readonly sequences: number;
	/** Tokens of a sequence on the rank: context parallelism shares a sequence out. */
	readonly sequenceTokens: number;
	/** Rows of the matrix products of a micro-batch. */
	readonly tokens: number;
	/** Rows that norms, dropout and residuals work on: sequence parallelism shares them out over the tensor group. */
	readonly normTokens: number;
	readonly hidden: number;
	/** Attention heads, key and value heads, and the size of a head, on the rank. */
	readonly heads: number;
	readonly queryGroups: number;
	readonly headDim: number;
	/** Columns of the first matrix of attention: queries, keys and values. */
	readonly qkvColumns: number;
	readonly attentionColumns: number;
	/** Width inside the MLP (of one expert where there are experts), and columns of its first matrix. */
	readonly ffn: number;
	readonly ffnColumns: number;
	/** Columns of the output layer. */
	readonly vocab: number;
	readonly tensor: number;
	readonly context: number;
	readonly sequenceParallel: boolean;
}

export function rankShare(model: ModelConfig, parallel: ParallelConfig): RankShare {
	const tensor = parallel.tensorModelParallelSize;
	const context = parallel.contextParallelSize;
	const sequenceParallel = parallel.sequenceParallel && tensor > 1;
	const sequences = parallel.microBatchSize;
	const sequenceTokens = model.seqLength / context;
	const tokens = sequences * sequenceTokens;
	const heads = model.numAttentionHeads / tensor;
	// Fewer key and value heads than ranks: each rank keeps one, several keep the same.
	const queryGroups = Math.max(1, model.numQueryGroups / tensor);
	const headDim = model.kvChannels;
	const ffn = (model.numExperts > 0 ? model.moeFfnHiddenSize : model.ffnHiddenSize) / tensor;
	return {
		dtype: parallel.dtype,
		bytes: parallel.dtype === "fp32" ? 4 : 2,
		sequences,
		sequenceTokens,
		tokens,
		normTokens: sequenceParallel ? tokens / tensor : tokens,
		hidden: model.hiddenSize,
		heads,
		queryGroups,
		headDim,
		qkvColumns: (heads + 2 * queryGroups) * headDim,
		attentionColumns: heads * headDim,
		ffn,
		ffnColumns: ffn * (model.swiglu ? 2 : 1),
		vocab: vocabularyOf(model, tensor),
		tensor,
		context,
		sequenceParallel,
	};
}

/** Columns of the output layer on a rank: a padded vocabulary divides evenly, one that is not is cut where it falls. */
function vocabularyOf(model: ModelConfig, tensor: number): number {
	if (model.makeVocabSizeDivisibleBy === 1) return Math.floor(model.vocabSize / tensor);
	return paddedVocabSize(model, tensor) / tensor;
}
