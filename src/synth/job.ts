/** The emulated training job: a GPT under tensor, pipeline and data parallelism on nodes of GPUs. */

export const schedules = ["1f1b", "interleaved", "gpipe", "zb-h1"] as const;
export type Schedule = (typeof schedules)[number];

export const recomputeModes = ["none", "selective", "full"] as const;
export type Recompute = (typeof recomputeModes)[number];

export interface Model {
	/** Of the whole model. */
	readonly layers: number;
	readonly hidden: number;
	readonly ffn: number;
	readonly heads: number;
	/** Width of one attention head; the heads together may be narrower than `hidden`. */
	readonly headSize: number;
	/** Tokens of a sample. */
	readonly sequence: number;
	/** Padded, so that tensor parallelism divides it. */
	readonly vocabulary: number;
}

export interface Job extends Model {
	readonly tensorParallel: number;
	readonly pipelineParallel: number;
	readonly dataParallel: number;
	/** Model chunks of a rank, which interleaving runs in turn. */
	readonly virtualPipeline: number;
	/** Samples of a micro-batch. */
	readonly microBatchSize: number;
	/** Per replica of the model. */
	readonly microBatches: number;
	readonly schedule: Schedule;
	readonly sequenceParallel: boolean;
	readonly recompute: Recompute;
	/** Gradients are reduced bucket by bucket under the last backward pass, instead of after it. */
	readonly overlapGradReduce: boolean;
	/** ZeRO-1: gradients are scattered, each replica updates its part, parameters are gathered. */
	readonly distributedOptimizer: boolean;
	/** The output layer has a table of its own; otherwise the first and the last stage share the embedding's. */
	readonly untiedEmbeddings?: boolean;
	readonly steps: number;
	/** The N of the first `ProfilerStep#N`. */
	readonly firstStep: number;
	readonly gpusPerNode: number;
	readonly seed: number;
	/** Relative deviation of kernel and transfer times. */
	readonly deviceNoise: number;
	/** Relative deviation of CPU times. */
	readonly cpuNoise: number;
	/** Factor on the time of every compute kernel of a rank. */
	readonly stragglers: Readonly<Record<number, number>>;
	/** Factor on every CPU time of a rank. */
	readonly lateLaunchers: Readonly<Record<number, number>>;
	/** Clocks of ranks are off by up to so much, either way. */
	readonly clockSkewUs: number;
	/** Clocks of ranks run faster or slower by up to so many millionths. */
	readonly clockDriftPpm: number;
}

/** What the profiler writes down of the job. */
export interface Recording {
	/** `enable_cuda_sync_events`. */
	readonly syncEvents: boolean;
	/** Process groups, sizes and peers of collectives. */
	readonly commMetadata: boolean;
	/** Ranges of `nn.Module`s. */
	readonly modules: boolean;
}

/** Small: a step of milliseconds on one GPU. */
export const defaultJob: Job = {
	layers: 4,
	hidden: 3072,
	ffn: 12288,
	heads: 24,
	headSize: 128,
	sequence: 2048,
	vocabulary: 50304,
	tensorParallel: 1,
	pipelineParallel: 1,
	dataParallel: 1,
	virtualPipeline: 1,
	microBatchSize: 1,
	microBatches: 4,
	schedule: "1f1b",
	sequenceParallel: false,
	recompute: "none",
	overlapGradReduce: false,
	distributedOptimizer: false,
	steps: 2,
	firstStep: 5,
	gpusPerNode: 8,
	seed: 1,
	deviceNoise: 0.02,
	cpuNoise: 0.1,
	stragglers: {},
	lateLaunchers: {},
	clockSkewUs: 0,
	clockDriftPpm: 0,
};

export const fullRecording: Recording = { syncEvents: true, commMetadata: true, modules: true };

export function worldSize(job: Pick<Job, "tensorParallel" | "pipelineParallel" | "dataParallel">): number {
	return job.tensorParallel * job.pipelineParallel * job.dataParallel;
}

/** Layers of one model chunk. */
export function layersPerChunk(job: Job): number {
	return job.layers / (job.pipelineParallel * job.virtualPipeline);
}

/** Tokens of a micro-batch. */
export function tokens(job: Job): number {
	return job.sequence * job.microBatchSize;
}

/** Tokens of a micro-batch that a rank holds between layers. */
export function heldTokens(job: Job): number {
	return job.sequenceParallel ? tokens(job) / job.tensorParallel : tokens(job);
}

/** Width of all attention heads together. */
export function attentionWidth(job: Model): number {
	return job.heads * job.headSize;
}
