/** Parameters of a model, part by part. */
import type { ModelConfig } from "./model.js";

/** Parameters of one transformer layer, not divided by any parallelism. */
export interface LayerParameters {
	/** Query, key, value and output projections with their biases: divided by tensor parallelism. */
	readonly attention: number;
	/** One MLP: the dense one, or one expert. */
	readonly mlp: number;
	/** MLPs of the layer: 1, or the number of experts. */
	readonly mlps: number;
	/** MLPs that a token passes: 1, or `moeRouterTopk`. */
	readonly activeMlps: number;
	/** Chooses the experts; every rank holds all of it. */
	readonly router: number;
	/** Both normalisations; every rank holds all of them. */
	readonly norms: number;
}

function normParameters({ hiddenSize, normalization }: ModelConfig): number {
	return normalization === "LayerNorm" ? 2 * hiddenSize : hiddenSize;
}

export function layerParameters(model: ModelConfig): LayerParameters {
	const { hiddenSize: h, numAttentionHeads, numQueryGroups, kvChannels, numExperts, addBiasLinear } = model;
	const queries = numAttentionHeads * kvChannels;
	const qkv = queries + 2 * numQueryGroups * kvChannels;
	const inner = numExperts > 0 ? model.moeFfnHiddenSize : model.ffnHiddenSize;
	const first = model.swiglu ? 2 * inner : inner;
	const biases = addBiasLinear ? 1 : 0;
	return {
		attention: h * qkv + queries * h + biases * (qkv + h),
		mlp: h * first + inner * h + biases * (first + h),
		mlps: Math.max(1, numExperts),
		activeMlps: numExperts > 0 ? model.moeRouterTopk : 1,
		router: h * numExperts,
		norms: 2 * normParameters(model),
	};
}

/** Token embeddings (not padded), positions, last normalisation, and the output weights where they are separate. */
export function parametersOutsideLayers(model: ModelConfig): number {
	const { hiddenSize: h, vocabSize, seqLength, positionEmbedding, untieEmbeddingsAndOutputWeights: untied } = model;
	const positions = positionEmbedding === "learned" ? seqLength * h : 0;
	return vocabSize * h * (untied ? 2 : 1) + positions + normParameters(model);
}

export function parameterCount(model: ModelConfig): number {
	const { attention, mlp, mlps, router, norms } = layerParameters(model);
	return model.numLayers * (attention + mlps * mlp + router + norms) + parametersOutsideLayers(model);
}

/** Parameters that work on one token: of the experts, those that it goes to. */
export function activeParameterCount(model: ModelConfig): number {
	const { mlp, mlps, activeMlps } = layerParameters(model);
	return parameterCount(model) - model.numLayers * (mlps - activeMlps) * mlp;
}
