/** Peak memory of a rank of each pipeline stage, part by part. */
import type { ModelConfig } from "../../config/model.js";
import { numMicroBatches, type ParallelConfig } from "../../config/parallel.js";
import type { FrameworkOptions } from "../blocks/rank-context.js";
import { layOutParts, type PipelinePart } from "../layout.js";
import { embeddingParameters, headParameters, layerParameters, type ParameterCount } from "../parameters.js";
import { type InFlight, mostKept } from "../schedule/index.js";
import { PipelinePeaks } from "../schedule/pipeline-peaks.js";
import { ActivationSizes } from "./activations.js";
import { type ModelStates, modelStates } from "./model-states.js";
import { COMMUNICATOR_BYTES, CONTEXT_BYTES, FRAGMENTATION } from "./reserved.js";

/** Bytes of one rank; all but `parameters`, `peakBytes` and `stage` add up to the peak. */
export interface StageMemory extends ModelStates {
	readonly stage: number;
	/** Parameters on the rank. */
	readonly parameters: number;
	/** Kept for backward passes when most micro-batches are under way. */
	readonly activationsBytes: number;
	/** On top of them for the time of a layer or a loss: logits, what is recomputed. */
	readonly workingBytes: number;
	/** Of NCCL and of messages. */
	readonly communicationBytes: number;
	/** Context and libraries, and what the allocator loses. */
	readonly reservedBytes: number;
	readonly peakBytes: number;
}

/**
 * @param options the kind of attention decides whether scores are kept.
 * @param pipelines for many jobs in turn: what is known of their schedules.
 */
export function stageMemory(
	model: ModelConfig,
	parallel: ParallelConfig,
	options: Pick<FrameworkOptions, "attention">,
	pipelines: PipelinePeaks = new PipelinePeaks(),
): StageMemory[] {
	const { schedule, pipelineModelParallelSize: stages, virtualPipelineSize: chunks } = parallel;
	const peaks = pipelines.of(schedule, { stages, chunks, microBatches: numMicroBatches(parallel) });
	const sizes = new ActivationSizes(model, parallel, options);
	const parts = layOutParts(model, parallel);
	return peaks.map((inFlight, stage) => {
		const own = parts.filter((part) => part.stage === stage);
		return memoryOf(model, parallel, sizes, own, inFlight, stage);
	});
}

function memoryOf(
	model: ModelConfig,
	parallel: ParallelConfig,
	sizes: ActivationSizes,
	own: readonly PipelinePart[],
	inFlight: readonly InFlight[],
	stage: number,
): StageMemory {
	const count = stageParameters(model, parallel, own);
	const states = modelStates(parallel, count);
	const activationsBytes = mostKept(
		inFlight,
		own.map((part) => sizes.part(part)),
	);
	const hasHead = own.some((part) => part.hasHead);
	// The loss is over before a layer is recomputed.
	const workingBytes = Math.max(sizes.recomputed(), hasHead ? sizes.logits() : 0) + sizes.gathered();
	// One message of each direction is on its way while the stage works on another.
	const messages = parallel.pipelineModelParallelSize > 1 ? 4 * sizes.message() : 0;
	const communicationBytes = communicators(parallel) * COMMUNICATOR_BYTES + messages;
	const reservedBytes = CONTEXT_BYTES + FRAGMENTATION * (activationsBytes + workingBytes);
	const { parametersBytes, gradientsBytes, optimizerBytes } = states;
	return {
		stage,
		parameters: count.dense + count.expert,
		...states,
		activationsBytes,
		workingBytes,
		communicationBytes,
		reservedBytes,
		peakBytes:
			parametersBytes +
			gradientsBytes +
			optimizerBytes +
			activationsBytes +
			workingBytes +
			communicationBytes +
			reservedBytes,
	};
}

/** Groups that a rank is in and that have more than one member: each has a communicator. */
function communicators(parallel: ParallelConfig): number {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, dataParallelSize: dp } = parallel;
	const { expertModelParallelSize: ep, pipelineModelParallelSize: pp } = parallel;
	return [tp, cp, dp * cp, ep, pp, tp * pp].filter((size) => size > 1).length;
}

function stageParameters(model: ModelConfig, parallel: ParallelConfig, own: readonly PipelinePart[]): ParameterCount {
	const layer = layerParameters(model, parallel);
	let dense = 0;
	let expert = 0;
	for (const { layers, hasEmbedding, hasHead } of own) {
		dense += layers * layer.dense;
		expert += layers * layer.expert;
		if (hasEmbedding) dense += embeddingParameters(model, parallel);
		if (hasHead) dense += headParameters(model, parallel);
	}
	return { dense, expert };
}
