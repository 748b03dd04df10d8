/** Parameters of a model on one rank: what gradients, the optimizer and memory follow from. */
import { type ModelConfig, paddedVocabSize } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";

/** Experts are held and reduced by other groups than the rest. */
export interface ParameterCount {
	readonly dense: number;
	readonly expert: number;
}

/** Of one layer on one rank of its tensor group. */
export function layerParameters(model: ModelConfig, parallel: ParallelConfig): ParameterCount {
	const tensor = parallel.tensorModelParallelSize;
	const { hiddenSize: hidden, kvChannels: headDim, addBiasLinear: bias } = model;
	const heads = model.numAttentionHeads / tensor;
	const groups = Math.max(1, model.numQueryGroups / tensor);
	const qkv = (heads + 2 * groups) * headDim;
	const attention = hidden * qkv + heads * headDim * hidden + (bias ? qkv + hidden : 0);
	const norms = 2 * normParameters(model);
	const gate = model.swiglu ? 2 : 1;
	const mlp = (ffn: number): number => (1 + gate) * hidden * ffn + (bias ? gate * ffn + hidden : 0);
	if (model.numExperts === 0) return { dense: attention + norms + mlp(model.ffnHiddenSize / tensor), expert: 0 };
	const local = model.numExperts / parallel.expertModelParallelSize;
	return {
		dense: attention + norms + hidden * model.numExperts,
		expert: local * mlp(model.moeFfnHiddenSize / tensor),
	};
}

export function normParameters(model: ModelConfig): number {
	return model.hiddenSize * (model.normalization === "LayerNorm" ? 2 : 1);
}

/** The embedding tables of the first stage, on one rank of its tensor group. */
export function embeddingParameters(model: ModelConfig, parallel: ParallelConfig): number {
	const positions = model.positionEmbedding === "learned" ? model.seqLength * model.hiddenSize : 0;
	return tableParameters(model, parallel) + positions;
}

/** The last norm and the output layer; on the stage of the embedding it shares that table unless it is untied. */
export function headParameters(model: ModelConfig, parallel: ParallelConfig): number {
	const shares = parallel.pipelineModelParallelSize === 1 && !model.untieEmbeddingsAndOutputWeights;
	return normParameters(model) + (shares ? 0 : tableParameters(model, parallel));
}

/** Rows of the vocabulary on a rank times the hidden size. */
export function tableParameters(model: ModelConfig, parallel: ParallelConfig): number {
	const tensor = parallel.tensorModelParallelSize;
	return (paddedVocabSize(model, tensor) / tensor) * model.hiddenSize;
}

/** Of the whole model, each parameter once: tied tables, too. */
export function modelParameters(model: ModelConfig): number {
	const single = { tensorModelParallelSize: 1, expertModelParallelSize: 1, pipelineModelParallelSize: 1 };
	const parallel = single as ParallelConfig;
	const layer = layerParameters(model, parallel);
	return (
		model.numLayers * (layer.dense + layer.expert) +
		embeddingParameters(model, parallel) +
		headParameters(model, parallel)
	);
}
