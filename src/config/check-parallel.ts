/** Whether a model can be spread over GPUs as a parallel description says; the first rule that is broken names a way out. */
import { UserError } from "../lib/errors.js";
import type { ModelConfig } from "./model.js";
import { type ParallelConfig, worldSize } from "./parallel.js";

/** The whole number nearest to `wanted` that has the property, the smaller of equals; `limit` bounds the search. */
function nearest(wanted: number, limit: number, fits: (value: number) => boolean): number | undefined {
	for (let distance = 0; distance <= limit; distance++) {
		if (wanted - distance >= 1 && fits(wanted - distance)) return wanted - distance;
		if (wanted + distance <= limit && fits(wanted + distance)) return wanted + distance;
	}
	return undefined;
}

function divides(part: number, whole: number): boolean {
	return whole % part === 0;
}

/** The rules by what they are about, in words for counts. */
export const PARALLEL_RULES = {
	heads: "query groups do not divide the attention heads",
	tensor: "tensor parallelism does not divide the model",
	sequence: "the sequence does not divide into equal shares",
	schedule: "the schedule contradicts the virtual stages",
	chunks: "virtual stages without a pipeline",
	layers: "the layers do not divide into equal stages",
	experts: "the experts cannot be shared out",
	gpus: "the degrees do not fill the GPUs",
	batch: "the global batch does not divide into micro-batches",
	overlap: "there is nothing to overlap",
} as const;
export type ParallelRule = keyof typeof PARALLEL_RULES;

export interface BrokenRule {
	readonly rule: ParallelRule;
	/** What is wrong, and the nearest choice that works: searched only when asked. */
	explain(): string;
}

function broken(rule: ParallelRule, explain: () => readonly [problem: string, remedy: string]): BrokenRule {
	return { rule, explain: () => explain().join("; ") };
}

function brokenTensor(model: ModelConfig, parallel: ParallelConfig): BrokenRule | undefined {
	const { tensorModelParallelSize: tp, contextParallelSize: cp } = parallel;
	const { numAttentionHeads: heads, numQueryGroups: groups, seqLength } = model;
	const splitsModel = (size: number): boolean =>
		divides(size, heads) &&
		(divides(size, groups) || divides(groups, size)) &&
		divides(size, model.ffnHiddenSize) &&
		(model.numExperts === 0 || divides(size, model.moeFfnHiddenSize));
	if (!divides(groups, heads))
		return broken("heads", () => [
			`${model.name} cannot share ${groups} query groups among ${heads} attention heads`,
			`the nearest num_query_groups that can be shared is ${nearest(groups, heads, (size) => divides(size, heads))}`,
		]);
	if (!splitsModel(tp))
		return broken("tensor", () => {
			const what = divides(tp, heads)
				? divides(tp, groups) || divides(groups, tp)
					? `FFN of ${model.ffnHiddenSize}`
					: `${groups} query groups`
				: `${heads} attention heads`;
			return [
				`tensor_model_parallel_size ${tp} does not divide the ${what} of ${model.name}`,
				`the nearest that works is ${nearest(tp, heads, splitsModel)}`,
			];
		});
	const splitsSequence = (tokens: number): boolean =>
		divides((cp > 1 ? 2 * cp : 1) * (parallel.sequenceParallel ? tp : 1), tokens);
	if (splitsSequence(seqLength)) return undefined;
	return broken("sequence", () => {
		const degrees = [
			cp > 1 ? `context_parallel_size ${cp} (times 2)` : "",
			parallel.sequenceParallel ? `tp ${tp}` : "",
		];
		return [
			`seq_length ${seqLength} cannot be shared by ${degrees.filter(Boolean).join(" and ")}`,
			`the nearest that can is ${nearest(seqLength, 2 * seqLength + 4 * cp * tp, splitsSequence)}`,
		];
	});
}

function brokenPipeline(model: ModelConfig, parallel: ParallelConfig): BrokenRule | undefined {
	const { pipelineModelParallelSize: pp, virtualPipelineSize: vpp, schedule, layersPerStage } = parallel;
	if ((schedule === "interleaved") !== vpp > 1)
		return broken("schedule", () => [
			`schedule ${schedule} contradicts virtual_pipeline_size ${vpp}`,
			vpp > 1 ? "only schedule interleaved has more than one chunk a stage" : "schedule interleaved needs 2 or more",
		]);
	if (vpp > 1 && pp === 1)
		return broken("chunks", () => [
			"virtual_pipeline_size needs a pipeline",
			"give pipeline_model_parallel_size 2 or more",
		]);
	const chunks = pp * vpp;
	if (layersPerStage) {
		const sum = layersPerStage.reduce((total, layers) => total + layers, 0);
		if (layersPerStage.length !== chunks)
			return broken("layers", () => [
				`layers_per_stage has ${layersPerStage.length} entries`,
				`give ${chunks}, one a stage and chunk`,
			]);
		if (sum === model.numLayers) return undefined;
		return broken("layers", () => [
			`layers_per_stage adds up to ${sum} layers`,
			`${model.name} has ${model.numLayers}`,
		]);
	}
	if (divides(chunks, model.numLayers)) return undefined;
	return broken("layers", () => {
		const { numLayers } = model;
		const stages = nearest(pp, numLayers, (size) => divides(size * vpp, numLayers));
		const pipeline = stages ? `the nearest pipeline_model_parallel_size is ${stages}` : "give fewer chunks a stage";
		return [
			`${numLayers} layers of ${model.name} do not divide into ${chunks} equal stages`,
			`${pipeline}; or give layers_per_stage`,
		];
	});
}

function brokenBatch(parallel: ParallelConfig): BrokenRule | undefined {
	const { microBatchSize, dataParallelSize, globalBatchSize, pipelineModelParallelSize: pp } = parallel;
	const each = microBatchSize * dataParallelSize * (parallel.virtualPipelineSize > 1 ? pp : 1);
	if (divides(each, globalBatchSize)) return undefined;
	return broken("batch", () => {
		const factors = [`micro_batch_size ${microBatchSize}`, `data_parallel_size ${dataParallelSize}`];
		if (parallel.virtualPipelineSize > 1) factors.push(`${pp} stages (interleaved)`);
		return [
			`global_batch_size ${globalBatchSize} is no multiple of ${factors.join(" x ")} = ${each}`,
			`the nearest that is is ${Math.max(each, Math.round(globalBatchSize / each) * each)}`,
		];
	});
}

function brokenExperts(model: ModelConfig, parallel: ParallelConfig): BrokenRule | undefined {
	const { expertModelParallelSize: ep, dataParallelSize: dp, contextParallelSize: cp } = parallel;
	const { numExperts, moeRouterTopk } = model;
	if (numExperts === 0 && ep > 1)
		return broken("experts", () => [
			`${model.name} has no experts`,
			`expert_model_parallel_size ${ep} must be 1 for a dense model`,
		]);
	if (numExperts > 0 && moeRouterTopk > numExperts)
		return broken("experts", () => [
			`a token cannot go to ${moeRouterTopk} of ${numExperts} experts`,
			`the most for moe_router_topk is ${numExperts}`,
		]);
	const fits = (size: number): boolean => divides(size, numExperts) && divides(size, dp * cp);
	if (numExperts > 0 && !divides(ep, numExperts))
		return broken("experts", () => [
			`expert_model_parallel_size ${ep} does not divide the ${numExperts} experts of ${model.name}`,
			`the nearest that works is ${nearest(ep, numExperts, fits)}`,
		]);
	if (divides(ep, dp * cp)) return undefined;
	return broken("experts", () => [
		`expert_model_parallel_size ${ep} does not divide data x context parallelism ${dp * cp}`,
		`the nearest that works is ${nearest(ep, numExperts, fits)}`,
	]);
}

function brokenOptions(parallel: ParallelConfig): BrokenRule | undefined {
	if (parallel.overlapParamGather && !parallel.useDistributedOptimizer)
		return broken("overlap", () => [
			"overlap_param_gather has nothing to gather",
			"give use_distributed_optimizer as well",
		]);
	if (parallel.overlapParamGather && !parallel.overlapGradReduce)
		return broken("overlap", () => [
			"overlap_param_gather works on the buckets of overlap_grad_reduce",
			"give overlap_grad_reduce as well",
		]);
	return undefined;
}

/** The GPUs of the degrees against a given number. */
function brokenWorld(parallel: ParallelConfig, world: number): BrokenRule | undefined {
	if (worldSize(parallel) === world) return undefined;
	return broken("gpus", () => {
		const { tensorModelParallelSize: tp, contextParallelSize: cp, pipelineModelParallelSize: pp } = parallel;
		const dp = world / (tp * cp * pp);
		return [
			`tp ${tp} x cp ${cp} x pp ${pp} x dp ${parallel.dataParallelSize} = ${worldSize(parallel)} GPUs, not ${world}`,
			Number.isInteger(dp)
				? `data_parallel_size ${dp} would fill them`
				: `tp x cp x pp = ${tp * cp * pp} does not divide ${world}; the nearest number of GPUs is ${Math.max(1, Math.round(dp)) * tp * cp * pp}`,
		];
	});
}

/**
 * The first rule that a combination breaks; undefined for one that can run.
 * @param world number of GPUs that the degrees have to fill, where one is given
 */
export function brokenRule(model: ModelConfig, parallel: ParallelConfig, world?: number): BrokenRule | undefined {
	return (
		brokenTensor(model, parallel) ??
		brokenPipeline(model, parallel) ??
		brokenExperts(model, parallel) ??
		(world === undefined ? undefined : brokenWorld(parallel, world)) ??
		brokenBatch(parallel) ??
		brokenOptions(parallel)
	);
}

/** Refuses a combination that cannot run: a UserError of one line with the nearest valid choice. See {@link brokenRule}. */
export function checkParallel(model: ModelConfig, parallel: ParallelConfig, world?: number): void {
	const found = brokenRule(model, parallel, world);
	if (found) throw new UserError(found.explain());
}
