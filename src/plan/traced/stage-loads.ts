/** How much of the model a stage holds: what the optimizer's work depends on. */
import type { ModelConfig } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import { layOutParts } from "../layout.js";
import { embeddingParameters, headParameters, layerParameters } from "../parameters.js";
import type { TracedJob } from "./rescale.js";

export interface StageLoad {
	readonly parameters: number;
	readonly layers: number;
}

/** One a stage. */
export function stageLoads(job: TracedJob): StageLoad[] {
	const { model, parallel } = job;
	const parts = layOutParts(model, parallel);
	return Array.from({ length: parallel.pipelineModelParallelSize }, (_, stage) => ({
		layers: parts.filter((part) => part.stage === stage).reduce((sum, part) => sum + part.layers, 0),
		parameters: stageParameters(model, parallel, stage),
	}));
}

/** Parameters of a stage on one rank. */
export function stageParameters(model: ModelConfig, parallel: ParallelConfig, stage: number): number {
	const { dense, expert } = layerParameters(model, parallel);
	return layOutParts(model, parallel)
		.filter((part) => part.stage === stage)
		.reduce(
			(sum, { layers, hasEmbedding, hasHead }) =>
				sum +
				layers * (dense + expert) +
				(hasEmbedding ? embeddingParameters(model, parallel) : 0) +
				(hasHead ? headParameters(model, parallel) : 0),
			0,
		);
}
