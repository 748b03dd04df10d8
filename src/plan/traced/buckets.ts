/** Which gradients are reduced together: buckets that fill up in the order of the backward pass. */
import type { ModelConfig } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import type { PipelinePart } from "../layout.js";
import { embeddingParameters, headParameters, layerParameters } from "../parameters.js";

export interface Bucket {
	readonly elements: number;
	/** Layers of the part whose backward pass is over when it is full; all and the embedding where it is the rest. */
	readonly afterLayers: number;
	/** The part, an index into those that were given. */
	readonly part: number;
}

/** The parameters of a layer on a rank, in the order in which their gradients come: from its end to its beginning. */
function layerTensors(model: ModelConfig, parallel: ParallelConfig): number[] {
	const { dense } = layerParameters(model, parallel);
	const { hiddenSize: h, numAttentionHeads, numQueryGroups, kvChannels, ffnHiddenSize, swiglu } = model;
	const tp = parallel.tensorModelParallelSize;
	const queries = numAttentionHeads * kvChannels;
	const qkv = (h * (queries + 2 * numQueryGroups * kvChannels)) / tp;
	const projection = (queries * h) / tp;
	const second = (ffnHiddenSize * h) / tp;
	const first = swiglu ? 2 * second : second;
	return [second, first, projection, Math.max(0, dense - second - first - projection)].map((elements, i) =>
		i === 3 ? Math.max(elements, qkv) : elements,
	);
}

/**
 * At least 40 million parameters, or one million for each replica (the defaults of Megatron-LM's distributed data
 * parallelism); `parts` in the order in which their last backward passes run.
 */
export function gradientBuckets(
	model: ModelConfig,
	parallel: ParallelConfig,
	parts: readonly PipelinePart[],
): readonly Bucket[] {
	const least = Math.max(40e6, 1e6 * parallel.dataParallelSize);
	const tensors = layerTensors(model, parallel);
	const buckets: Bucket[] = [];
	let open = 0;
	parts.forEach((own, part) => {
		const add = (elements: number, afterLayers: number): void => {
			open += elements;
			if (open < least) return;
			buckets.push({ elements: Math.round(open), afterLayers, part });
			open = 0;
		};
		if (own.hasHead) add(headParameters(model, parallel), 0);
		for (let layer = 0; layer < own.layers; layer++) for (const tensor of tensors) add(tensor, layer + 1);
		if (own.hasEmbedding) add(embeddingParameters(model, parallel), own.layers + 1);
	});
	if (open > 0)
		buckets.push({ elements: Math.round(open), afterLayers: Number.POSITIVE_INFINITY, part: parts.length - 1 });
	return buckets;
}
