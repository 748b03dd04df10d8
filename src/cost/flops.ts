/**
 * Floating-point operations of training, and what follows from them: MFU and throughput.
 *
 * Counted as usual: matrix products alone, two operations a multiply-add, the whole score matrix of attention although
 * half of it is masked, the backward pass twice the forward. For a GPT with an FFN of 4 h this is the formula of
 * Narayanan et al. (SC 2021, arXiv 2104.04473) in the form without recomputation that Korthikanti et al. (arXiv
 * 2205.05198) call model FLOPs:
 *
 *     72 B s l h^2 (1 + s / (6 h) + V / (12 l h))
 */
import type { HardwareConfig } from "../config/hardware.js";
import type { ModelConfig } from "../config/model.js";
import { type ParallelConfig, worldSize } from "../config/parallel.js";
import { peakFlopsPerNs } from "./peak.js";

/** Operations that a training step on `sequences` needs; what recomputation runs again does not count. */
export function modelFlops(model: ModelConfig, sequences: number): number {
	const { hiddenSize: h, seqLength: s, numLayers, numAttentionHeads, numQueryGroups, kvChannels, numExperts } = model;
	const queries = numAttentionHeads * kvChannels;
	const projections = h * (queries + 2 * numQueryGroups * kvChannels) + queries * h;
	const inner = numExperts > 0 ? model.moeFfnHiddenSize * model.moeRouterTopk : model.ffnHiddenSize;
	const mlp = (model.swiglu ? 3 : 2) * h * inner + numExperts * h;
	const attention = 2 * s * queries;
	const forwardOfToken = 2 * (numLayers * (projections + mlp + attention) + h * model.vocabSize);
	return 3 * sequences * s * forwardOfToken;
}

export interface Throughput {
	readonly tokensPerSecond: number;
	/** Model FLOPs, 10^12 a second. */
	readonly tflopsPerGpu: number;
	/** Model FLOPs over what the GPUs' dense peak allows in the same time. */
	readonly mfu: number;
}

/** What a step that takes `iterationNs` is worth. */
export function throughput(
	model: ModelConfig,
	parallel: ParallelConfig,
	hardware: HardwareConfig,
	iterationNs: number,
): Throughput {
	const flopsPerNs = modelFlops(model, parallel.globalBatchSize) / worldSize(parallel) / iterationNs;
	return {
		tokensPerSecond: (parallel.globalBatchSize * model.seqLength) / (iterationNs / 1e9),
		tflopsPerGpu: flopsPerNs / 1e3,
		mfu: flopsPerNs / peakFlopsPerNs(hardware, parallel.dtype),
	};
}
