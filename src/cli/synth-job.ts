/** The flags of `lumos synth`, and the job that they describe. */
import { UserError } from "../lib/errors.js";
import {
	defaultJob,
	type Job,
	type Model,
	modelPresets,
	type Recompute,
	type Recording,
	type Schedule,
} from "../synth/index.js";

export interface SynthFlags {
	readonly out: string;
	readonly model?: string;
	readonly numLayers?: number;
	readonly hiddenSize?: number;
	readonly ffnHiddenSize?: number;
	readonly numAttentionHeads?: number;
	readonly kvChannels?: number;
	readonly seqLength?: number;
	readonly vocabSize?: number;
	readonly tensorModelParallelSize: number;
	readonly pipelineModelParallelSize: number;
	readonly dataParallelSize: number;
	readonly numVirtualStagesPerPipelineRank?: number;
	readonly microBatchSize: number;
	readonly numMicroBatches?: number;
	readonly globalBatchSize?: number;
	readonly schedule?: Schedule;
	readonly sequenceParallel?: boolean;
	readonly recompute: Recompute;
	readonly overlapGradReduce?: boolean;
	readonly useDistributedOptimizer?: boolean;
	readonly untieEmbeddingsAndOutputWeights?: boolean;
	readonly steps: number;
	readonly firstStep: number;
	readonly gpusPerNode: number;
	readonly seed: number;
	readonly noise: number;
	readonly cpuNoise: number;
	readonly straggler: Readonly<Record<number, number>>;
	readonly lateLauncher: Readonly<Record<number, number>>;
	readonly clockSkew: number;
	readonly clockDrift: number;
	readonly syncEvents: boolean;
	readonly commMetadata: boolean;
	readonly modules: boolean;
	readonly ranks?: readonly number[];
	readonly workers?: number;
	readonly force?: boolean;
	readonly json?: boolean;
}

export function jobOf(flags: SynthFlags): Job {
	const virtualPipeline = flags.numVirtualStagesPerPipelineRank ?? 1;
	return {
		...modelOf(flags),
		tensorParallel: flags.tensorModelParallelSize,
		pipelineParallel: flags.pipelineModelParallelSize,
		dataParallel: flags.dataParallelSize,
		virtualPipeline,
		microBatchSize: flags.microBatchSize,
		microBatches: microBatchesOf(flags),
		schedule: flags.schedule ?? (virtualPipeline > 1 ? "interleaved" : "1f1b"),
		sequenceParallel: flags.sequenceParallel === true,
		recompute: flags.recompute,
		overlapGradReduce: flags.overlapGradReduce === true,
		distributedOptimizer: flags.useDistributedOptimizer === true,
		...(flags.untieEmbeddingsAndOutputWeights === true ? { untiedEmbeddings: true } : {}),
		steps: flags.steps,
		firstStep: flags.firstStep,
		gpusPerNode: flags.gpusPerNode,
		seed: flags.seed,
		deviceNoise: flags.noise,
		cpuNoise: flags.cpuNoise,
		stragglers: flags.straggler,
		lateLaunchers: flags.lateLauncher,
		clockSkewUs: flags.clockSkew,
		clockDriftPpm: flags.clockDrift,
	};
}

export function recordingOf({ syncEvents, commMetadata, modules }: SynthFlags): Recording {
	return { syncEvents, commMetadata, modules };
}

/** A preset, changed by what is given besides; without one a small model. As in Megatron, FFN is 4 times hidden. */
function modelOf(flags: SynthFlags): Model {
	const preset = flags.model === undefined ? undefined : modelPresets[flags.model];
	const base = preset ?? defaultJob;
	const hidden = flags.hiddenSize ?? base.hidden;
	const heads = flags.numAttentionHeads ?? base.heads;
	const headSize = flags.kvChannels ?? (preset && flags.hiddenSize === undefined ? base.headSize : hidden / heads);
	if (!Number.isInteger(headSize)) {
		const nearest = Math.max(1, Math.round(hidden / heads)) * heads;
		throw new UserError(
			`--num-attention-heads ${heads} does not divide --hidden-size ${hidden}; nearest: --hidden-size ${nearest}, or give --kv-channels`,
		);
	}
	return {
		layers: flags.numLayers ?? base.layers,
		hidden,
		ffn: flags.ffnHiddenSize ?? (flags.hiddenSize === undefined ? base.ffn : 4 * hidden),
		heads,
		headSize,
		sequence: flags.seqLength ?? base.sequence,
		vocabulary: flags.vocabSize ?? base.vocabulary,
	};
}

function microBatchesOf(flags: SynthFlags): number {
	const { numMicroBatches, globalBatchSize, microBatchSize, dataParallelSize } = flags;
	if (globalBatchSize === undefined) return numMicroBatches ?? defaultJob.microBatches;
	if (numMicroBatches !== undefined)
		throw new UserError("--global-batch-size and --num-micro-batches say the same; give one of them");
	const samples = microBatchSize * dataParallelSize;
	if (globalBatchSize % samples !== 0) {
		const nearest = Math.max(1, Math.round(globalBatchSize / samples)) * samples;
		throw new UserError(
			`--global-batch-size ${globalBatchSize} is no multiple of --micro-batch-size ${microBatchSize} x --dp ${dataParallelSize}; nearest: ${nearest}`,
		);
	}
	return globalBatchSize / samples;
}
