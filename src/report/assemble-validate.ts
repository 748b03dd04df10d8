/** A validated row as the result document has it. */
import type { ValidatedRow } from "../predict/measured/validate.js";
import type { ValidateResult } from "./validate-result.js";

export function validatedRow({ row, predictedMs, errorPct, interval }: ValidatedRow): ValidateResult["rows"][number] {
	const { line, gpus, model, parallel, measuredMs } = row;
	return {
		line,
		gpus,
		globalBatchSize: parallel.globalBatchSize,
		microBatchSize: parallel.microBatchSize,
		numLayers: model.numLayers,
		hiddenSize: model.hiddenSize,
		ffnHiddenSize: model.ffnHiddenSize,
		numAttentionHeads: model.numAttentionHeads,
		numQueryGroups: model.numQueryGroups,
		seqLength: model.seqLength,
		vocabSize: model.vocabSize,
		tensorModelParallelSize: parallel.tensorModelParallelSize,
		pipelineModelParallelSize: parallel.pipelineModelParallelSize,
		dataParallelSize: parallel.dataParallelSize,
		contextParallelSize: parallel.contextParallelSize,
		expertModelParallelSize: parallel.expertModelParallelSize,
		virtualPipelineSize: parallel.virtualPipelineSize,
		sequenceParallel: parallel.sequenceParallel,
		recompute: parallel.recompute,
		dtype: parallel.dtype,
		measuredMs,
		predictedMs,
		errorPct,
		interval: { ...interval, confidence: 0.9 },
	};
}
