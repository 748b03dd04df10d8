/**
 * Where a rank stands: its process groups, as Megatron orders ranks (tensor innermost, then data, pipeline outermost).
 */
import { type Job, worldSize } from "./job.js";

export interface Group {
	/** Number among all groups of the job; also the name that the profiler writes. */
	readonly id: number;
	readonly description: string;
	readonly ranks: readonly number[];
}

export interface Place {
	readonly rank: number;
	readonly stage: number;
	readonly tensor: Group;
	readonly data: Group;
	/** All stages of this rank's pipeline. */
	readonly pipeline: Group;
	/** First and last stage, which share the embedding's weights. */
	readonly embedding: Group;
	/** All ranks that hold a part of one replica of the model. */
	readonly model: Group;
	readonly world: Group;
}

/** `rank` must be below the world size. */
export function placeOf(job: Job, rank: number): Place {
	const { tensorParallel: tp, dataParallel: dp, pipelineParallel: pp } = job;
	const t = rank % tp;
	const d = Math.floor(rank / tp) % dp;
	const stage = Math.floor(rank / (tp * dp));
	const at = (tensor: number, data: number, pipe: number): number => tensor + tp * (data + dp * pipe);
	// Groups are made kind by kind; every kind has at most as many groups as there are ranks.
	const kinds = worldSize(job);
	const group = (kind: number, index: number, description: string, size: number, of: (i: number) => number): Group => ({
		id: kind === 0 ? 0 : 1 + (kind - 1) * kinds + index,
		description,
		ranks: Array.from({ length: size }, (_, i) => of(i)),
	});
	const ends = pp > 1 ? [0, pp - 1] : [0];
	return {
		rank,
		stage,
		world: group(0, 0, "default_pg", tp * dp * pp, (i) => i),
		data: group(1, t + tp * stage, "DATA_PARALLEL_GROUP", dp, (i) => at(t, i, stage)),
		tensor: group(2, d + dp * stage, "TENSOR_MODEL_PARALLEL_GROUP", tp, (i) => at(i, d, stage)),
		pipeline: group(3, t + tp * d, "PIPELINE_MODEL_PARALLEL_GROUP", pp, (i) => at(t, d, i)),
		embedding: group(4, t + tp * d, "EMBEDDING_GROUP", ends.length, (i) => at(t, d, ends[i]!)),
		model: group(5, d, "MODEL_PARALLEL_GROUP", tp * pp, (i) => at(i % tp, d, Math.floor(i / tp))),
	};
}
