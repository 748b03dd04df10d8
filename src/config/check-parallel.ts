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

function refuse(problem: string, remedy: string): never {
	throw new UserError(`${problem}; ${remedy}`);
}

function checkTensor(model: ModelConfig, parallel: ParallelConfig): void {
	const { tensorModelParallelSize: tp, contextParallelSize: cp } = parallel;
	const { numAttentionHeads: heads, numQueryGroups: groups, seqLength } = model;
	const splitsModel = (size: number): boolean =>
		divides(size, heads) &&
		(divides(size, groups) || divides(groups, size)) &&
		divides(size, model.ffnHiddenSize) &&
		(model.numExperts === 0 || divides(size, model.moeFfnHiddenSize));
	if (!divides(groups, heads))
		refuse(
			`${model.name} cannot share ${groups} query groups among ${heads} attention heads`,
			`the nearest num_query_groups that can be shared is ${nearest(groups, heads, (size) => divides(size, heads))}`,
		);
	if (!splitsModel(tp)) {
		const what = divides(tp, heads)
			? divides(tp, groups) || divides(groups, tp)
				? `FFN of ${model.ffnHiddenSize}`
				: `${groups} query groups`
			: `${heads} attention heads`;
		refuse(
			`tensor_model_parallel_size ${tp} does not divide the ${what} of ${model.name}`,
			`the nearest that works is ${nearest(tp, heads, splitsModel)}`,
		);
	}
	const splitsSequence = (tokens: number): boolean =>
		divides((cp > 1 ? 2 * cp : 1) * (parallel.sequenceParallel ? tp : 1), tokens);
	if (!splitsSequence(seqLength)) {
		const degrees = [
			cp > 1 ? `context_parallel_size ${cp} (times 2)` : "",
			parallel.sequenceParallel ? `tp ${tp}` : "",
		];
		refuse(
			`seq_length ${seqLength} cannot be shared by ${degrees.filter(Boolean).join(" and ")}`,
			`the nearest that can is ${nearest(seqLength, 2 * seqLength + 4 * cp * tp, splitsSequence)}`,
		);
	}
}

function checkPipeline(model: ModelConfig, parallel: ParallelConfig): void {
	const { pipelineModelParallelSize: pp, virtualPipelineSize: vpp, schedule, layersPerStage } = parallel;
	if ((schedule === "interleaved") !== vpp > 1)
		refuse(
			`schedule ${schedule} contradicts virtual_pipeline_size ${vpp}`,
			vpp > 1 ? "only schedule interleaved has more than one chunk a stage" : "schedule interleaved needs 2 or more",
		);
	if (vpp > 1 && pp === 1)
		refuse("virtual_pipeline_size needs a pipeline", "give pipeline_model_parallel_size 2 or more");
	const chunks = pp * vpp;
	if (layersPerStage) {
		const sum = layersPerStage.reduce((total, layers) => total + layers, 0);
		if (layersPerStage.length !== chunks)
			refuse(`layers_per_stage has ${layersPerStage.length} entries`, `give ${chunks}, one a stage and chunk`);
		if (sum !== model.numLayers)
			refuse(`layers_per_stage adds up to ${sum} layers`, `${model.name} has ${model.numLayers}`);
	} else if (!divides(chunks, model.numLayers)) {
		const { numLayers } = model;
		const stages = nearest(pp, numLayers, (size) => divides(size * vpp, numLayers));
		const pipeline = stages ? `the nearest pipeline_model_parallel_size is ${stages}` : "give fewer chunks a stage";
		refuse(
			`${numLayers} layers of ${model.name} do not divide into ${chunks} equal stages`,
			`${pipeline}; or give layers_per_stage`,
		);
	}
}

function checkBatch(parallel: ParallelConfig): void {
	const { microBatchSize, dataParallelSize, globalBatchSize, pipelineModelParallelSize: pp } = parallel;
	const each = microBatchSize * dataParallelSize * (parallel.virtualPipelineSize > 1 ? pp : 1);
	if (divides(each, globalBatchSize)) return;
	const factors = [`micro_batch_size ${microBatchSize}`, `data_parallel_size ${dataParallelSize}`];
	if (parallel.virtualPipelineSize > 1) factors.push(`${pp} stages (interleaved)`);
	refuse(
		`global_batch_size ${globalBatchSize} is no multiple of ${factors.join(" x ")} = ${each}`,
		`the nearest that is is ${Math.max(each, Math.round(globalBatchSize / each) * each)}`,
	);
}

function checkExperts(model: ModelConfig, parallel: ParallelConfig): void {
	const { expertModelParallelSize: ep, dataParallelSize: dp, contextParallelSize: cp } = parallel;
	const { numExperts, moeRouterTopk } = model;
	if (numExperts === 0 && ep > 1)
		refuse(`${model.name} has no experts`, `expert_model_parallel_size ${ep} must be 1 for a dense model`);
	if (numExperts > 0 && moeRouterTopk > numExperts)
		refuse(
			`a token cannot go to ${moeRouterTopk} of ${numExperts} experts`,
			`the most for moe_router_topk is ${numExperts}`,
		);
	if (numExperts > 0 && !divides(ep, numExperts))
		refuse(
			`expert_model_parallel_size ${ep} does not divide the ${numExperts} experts of ${model.name}`,
			`the nearest that works is ${nearest(ep, numExperts, (size) => divides(size, numExperts) && divides(size, dp * cp))}`,
		);
	if (!divides(ep, dp * cp))
		refuse(
			`expert_model_parallel_size ${ep} does not divide data x context parallelism ${dp * cp}`,
			`the nearest that works is ${nearest(ep, numExperts, (size) => divides(size, dp * cp) && divides(size, numExperts))}`,
		);
}

function checkOptions(parallel: ParallelConfig): void {
	if (parallel.overlapParamGather && !parallel.useDistributedOptimizer)
		refuse("overlap_param_gather has nothing to gather", "give use_distributed_optimizer as well");
	if (parallel.overlapParamGather && !parallel.overlapGradReduce)
		refuse("overlap_param_gather works on the buckets of overlap_grad_reduce", "give overlap_grad_reduce as well");
}

/** The GPUs of the degrees against a given number. */
function checkWorld(parallel: ParallelConfig, world: number): void {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, pipelineModelParallelSize: pp } = parallel;
	if (worldSize(parallel) === world) return;
	const dp = world / (tp * cp * pp);
	refuse(
		`tp ${tp} x cp ${cp} x pp ${pp} x dp ${parallel.dataParallelSize} = ${worldSize(parallel)} GPUs, not ${world}`,
		Number.isInteger(dp)
			? `data_parallel_size ${dp} would fill them`
			: `tp x cp x pp = ${tp * cp * pp} does not divide ${world}; the nearest number of GPUs is ${Math.max(1, Math.round(dp)) * tp * cp * pp}`,
	);
}

/**
 * Refuses a combination that cannot run: a UserError of one line with the nearest valid choice.
 * @param world number of GPUs that the degrees have to fill, where one is given
 */
export function checkParallel(model: ModelConfig, parallel: ParallelConfig, world?: number): void {
	checkTensor(model, parallel);
	checkPipeline(model, parallel);
	checkExperts(model, parallel);
	if (world !== undefined) checkWorld(parallel, world);
	checkBatch(parallel);
	checkOptions(parallel);
}
