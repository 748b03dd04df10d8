/** The job that traces are of, as descriptions say it: what was found in them, what flags add, what is asked for. */
import type { SeenJob } from "../analysis/job-shape/seen-job.js";
import { type ModelConfig, parseModel } from "../config/model.js";
import { type ParallelConfig, parseParallel } from "../config/parallel.js";
import { UserError } from "../lib/errors.js";
import type { CommFacts } from "../plan/traced/comm-facts.js";
import { stageParameters } from "../plan/traced/stage-loads.js";

export interface BaseJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
}

/** What the user says about the base run: fields of descriptions, in snake_case. */
export interface Told {
	readonly model: Readonly<Record<string, unknown>>;
	readonly parallel: Readonly<Record<string, unknown>>;
}

/** How the base run communicates, which tells what its parallelism does. */
export interface CommHabits {
	readonly distributedOptimizer: boolean;
	readonly overlapGradReduce: boolean;
	readonly sequenceParallel: boolean;
	/** The first and the last stage sum the gradients of a table that they share. */
	readonly reducesEmbedding: boolean;
	/** Gradients that a rank of the first stage reduces over replicas in a step; 0 where there are none. */
	readonly reducedElements: number;
}

/** @throws UserError naming the flag of what is neither found nor told. */
export function baseJob(seen: SeenJob, habits: CommHabits, told: Told): BaseJob {
	const missing: string[] = [];
	const find = (value: number | string | null | undefined, section: keyof Told, key: string): unknown => {
		if (value !== null && value !== undefined) return value;
		const given = told[section][key];
		if (given === undefined) missing.push(`--${key.replaceAll("_", "-")}`);
		return given ?? 1;
	};
	const tensor = seen.tensorParallel ?? 1;
	const { feedForward: widths, vocabularyRows: rows } = seen;
	const model = {
		name: "the traced model",
		num_layers: find(seen.layers, "model", "num_layers"),
		hidden_size: find(seen.hiddenSize, "model", "hidden_size"),
		num_attention_heads: find(seen.heads, "model", "num_attention_heads"),
		seq_length: find(seen.sequenceLength, "model", "seq_length"),
		ffn_hidden_size: find(widths && widths.ffn * tensor, "model", "ffn_hidden_size"),
		vocab_size: find(rows && rows * tensor, "model", "vocab_size"),
		make_vocab_size_divisible_by: 1,
		...(widths?.swiglu ? { swiglu: true } : {}),
		...(widths?.headSize ? { kv_channels: widths.headSize } : {}),
	};
	const schedule = seen.schedule;
	const parallel = {
		tensor_model_parallel_size: find(seen.tensorParallel, "parallel", "tensor_model_parallel_size"),
		pipeline_model_parallel_size: find(seen.pipelineParallel, "parallel", "pipeline_model_parallel_size"),
		data_parallel_size: find(seen.dataParallel, "parallel", "data_parallel_size"),
		context_parallel_size: seen.contextParallel ?? 1,
		virtual_pipeline_size: seen.virtualPipeline ?? 1,
		micro_batch_size: find(seen.microBatchSize, "parallel", "micro_batch_size"),
		...(schedule === null || seen.pipelineParallel === 1 ? {} : { schedule: scheduleName(schedule) }),
		sequence_parallel: habits.sequenceParallel,
		use_distributed_optimizer: habits.distributedOptimizer,
		overlap_grad_reduce: habits.overlapGradReduce,
		grad_reduce_in_fp32: true,
	};
	const microBatches = seen.microBatches ?? told.parallel.num_micro_batches;
	if (microBatches === null || microBatches === undefined) missing.push("--num-micro-batches");
	if (missing.length > 0)
		throw new UserError(`the traces do not tell ${missing.join(", ")} of the run they are of; give what it was`);
	const config = parseParallel(parallel);
	const job = {
		...config,
		globalBatchSize: Number(microBatches) * config.microBatchSize * config.dataParallelSize,
	};
	return { model: nearestModel(parseModel(model), job, habits), parallel: job };
}

/**
 * What shapes do not tell: whether positions are learned and whether the output layer uses the embedding's table. Taken
 * as the number of gradients says that the first stage reduces; without one, as Megatron-LM's GPT has it.
 */
function nearestModel(model: ModelConfig, parallel: ParallelConfig, habits: CommHabits): ModelConfig {
	const pipelined = parallel.pipelineModelParallelSize > 1;
	const untied = pipelined ? [!habits.reducesEmbedding] : [false, true];
	const variants = untied.flatMap((untieEmbeddingsAndOutputWeights) =>
		(["learned", "rope"] as const).map((positionEmbedding) => ({
			...model,
			untieEmbeddingsAndOutputWeights,
			positionEmbedding,
		})),
	);
	if (habits.reducedElements === 0) return variants[0]!;
	const off = (variant: ModelConfig): number =>
		Math.abs(stageParameters(variant, parallel, 0) - habits.reducedElements);
	return variants.reduce((best, variant) => (off(variant) < off(best) ? variant : best));
}

/** Schedules by what is found of them; all others are told from 1F1B by nothing that a prediction needs. */
const SCHEDULES: Readonly<Record<string, ParallelConfig["schedule"]>> = {
	"interleaved 1F1B": "interleaved",
	GPipe: "gpipe",
};

function scheduleName(schedule: string): ParallelConfig["schedule"] {
	return SCHEDULES[schedule] ?? "1f1b";
}

/** @param facts of all communication, and of each whether it runs beside a pass. */
export function commHabits(facts: Iterable<readonly [CommFacts, boolean]>, reducedElements: number): CommHabits {
	let reducesEmbedding = false;
	let distributedOptimizer = false;
	let overlapGradReduce = false;
	let sequenceParallel = false;
	for (const [{ role, op }, inPass] of facts) {
		if (role === "data" && op === "reduceScatter") distributedOptimizer = true;
		if (role === "data" && inPass) overlapGradReduce = true;
		if (role === "embedding") reducesEmbedding = true;
		if (role === "tensor" && op === "reduceScatter") sequenceParallel = true;
	}
	return {
		distributedOptimizer,
		overlapGradReduce,
		sequenceParallel,
		reducesEmbedding,
		reducedElements,
	};
}
