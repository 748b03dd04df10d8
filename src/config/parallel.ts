/** How a job is spread over its GPUs, in Megatron-LM's terms. */
import { z } from "zod";
import { type CamelKeys, camelKeys } from "./key-case.js";
import { DTYPES, positiveInt } from "./schema-fields.js";

const degree = positiveInt.default(1);

export const parallelSchema = z
	.strictObject({
		tensor_model_parallel_size: degree.describe("ranks that share the matrices of every layer"),
		pipeline_model_parallel_size: degree.describe("stages that share the layers of the model"),
		data_parallel_size: degree.describe("replicas of the model; expert parallelism lies inside it"),
		context_parallel_size: degree.describe("ranks that share the tokens of a sequence"),
		expert_model_parallel_size: degree.describe("ranks that share the experts of a layer"),
		virtual_pipeline_size: degree.describe("model chunks of a pipeline stage; 1: no interleaving"),
		sequence_parallel: z
			.boolean()
			.default(false)
			.describe("the ranks of a tensor group also share what lies between its matrices, by tokens"),
		micro_batch_size: positiveInt.default(1).describe("sequences that a replica takes at once through its pipeline"),
		global_batch_size: positiveInt.default(1).describe("sequences of a step over all replicas"),
		schedule: z
			.enum(["1f1b", "interleaved", "gpipe", "zb-h1"])
			.default("1f1b")
			.describe("order of the passes of a pipeline: 1f1b, interleaved (virtual stages), gpipe, or zb-h1 (zero bubble)"),
		recompute: z
			.enum(["none", "selective", "full"])
			.default("none")
			.describe("activations that backward passes compute again: none, selective (attention) or full"),
		use_distributed_optimizer: z.boolean().default(false).describe("ZeRO-1: optimizer states are sharded"),
		overlap_grad_reduce: z
			.boolean()
			.default(false)
			.describe("gradients are reduced over replicas beside the last backward passes"),
		overlap_param_gather: z
			.boolean()
			.default(false)
			.describe("with ZeRO-1: parameters are gathered beside the first forward passes"),
		layers_per_stage: z
			.array(z.number().int().min(0))
			.optional()
			.describe("transformer layers of each model chunk, in model order; default: equal shares"),
		dtype: z.enum(DTYPES).default("bf16").describe("type that matrix products are computed in"),
		grad_reduce_in_fp32: z
			.boolean()
			.default(false)
			.describe("gradients are added up and reduced in fp32 instead of the type of the weights"),
		rank_order: z.literal("tp-cp-ep-dp-pp").default("tp-cp-ep-dp-pp").describe("neighbouring ranks first"),
	})
	.describe("parallelism, batch and precision of a job, in Megatron-LM's terms");

/** `parallelSchema` with camelCase names. */
export interface ParallelConfig extends CamelKeys<z.output<typeof parallelSchema>> {}

/** Checks and completes an object with the names of a description file; throws a ZodError. */
export function parseParallel(value: unknown): ParallelConfig {
	return camelKeys(parallelSchema.parse(value));
}

/** `TP 8 CP 2 PP 8 VPP 3 DP 8`: context, experts and virtual stages where there are any. */
export function degreesText(
	parallel: Pick<
		ParallelConfig,
		| "tensorModelParallelSize"
		| "contextParallelSize"
		| "expertModelParallelSize"
		| "pipelineModelParallelSize"
		| "virtualPipelineSize"
		| "dataParallelSize"
	>,
): string {
	const { contextParallelSize: cp, expertModelParallelSize: ep, virtualPipelineSize: vpp } = parallel;
	return [
		`TP ${parallel.tensorModelParallelSize}`,
		...(cp > 1 ? [`CP ${cp}`] : []),
		...(ep > 1 ? [`EP ${ep}`] : []),
		`PP ${parallel.pipelineModelParallelSize}`,
		...(vpp > 1 ? [`VPP ${vpp}`] : []),
		`DP ${parallel.dataParallelSize}`,
	].join(" ");
}

/** GPUs of the job. */
export function worldSize(parallel: ParallelConfig): number {
	return (
		parallel.tensorModelParallelSize *
		parallel.contextParallelSize *
		parallel.dataParallelSize *
		parallel.pipelineModelParallelSize
	);
}

/** Micro-batches that a pipeline runs in a step. */
export function numMicroBatches(parallel: ParallelConfig): number {
	return parallel.globalBatchSize / (parallel.microBatchSize * parallel.dataParallelSize);
}
