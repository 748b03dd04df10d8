/** Which layers of a model stand on which stage and chunk of a pipeline. */
import type { ModelConfig } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";

/** One part of a pipeline: a chunk of a stage. Parts are numbered in the order in which a micro-batch goes forward. */
export interface PipelinePart {
	/** chunk x stages + stage. */
	readonly part: number;
	readonly stage: number;
	readonly chunk: number;
	readonly layers: number;
	readonly hasEmbedding: boolean;
	readonly hasHead: boolean;
}

/** All parts in model order: equal shares of the layers unless the parallelism says otherwise. */
export function layOutParts(model: ModelConfig, parallel: ParallelConfig): PipelinePart[] {
	const stages = parallel.pipelineModelParallelSize;
	const parts = stages * parallel.virtualPipelineSize;
	return Array.from({ length: parts }, (_, part) => ({
		part,
		stage: part % stages,
		chunk: Math.floor(part / stages),
		layers: parallel.layersPerStage?.[part] ?? model.numLayers / parts,
		hasEmbedding: part === 0,
		hasHead: part === parts - 1,
	}));
}
