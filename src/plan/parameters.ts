/** Parameters of a model on one rank: what gradients, the optimizer and memory follow from. */
import { type ModelConfig, paddedVocabSize } from "../config/model.js";
import { layerParameters as wholeLayer } from "../config/model-size.js";
import type { ParallelConfig } from "../config/parallel.js";

/** Experts are held and reduced by other groups than the rest. */
export interface ParameterCount {
	readonly dense: number;
	readonly expert: number;
}

/** Of one layer on one rank of its tensor and expert groups. */
export function layerParameters(model: ModelConfig, parallel: ParallelConfig): ParameterCount {
	const { tensorModelParallelSize: tensor, expertModelParallelSize: expertRanks } = parallel;
	const { attention, mlp, mlps, router, norms } = wholeLayer(model);
	const dense = attention / tensor + router + norms;
	if (model.numExperts === 0) return { dense: dense + mlp / tensor, expert: 0 };
	return { dense, expert: ((mlps / expertRanks) * mlp) / tensor };
}

export function normParameters({ hiddenSize, normalization }: ModelConfig): number {
	return hiddenSize * (normalization === "LayerNorm" ? 2 : 1);
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
