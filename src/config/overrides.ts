/** What flags change of a model, a job and a cluster. */
import { UserError } from "../lib/errors.js";
import { FLAGS, type FlagSection } from "./flags.js";
import type { HardwareConfig } from "./hardware.js";
import type { ModelConfig, ModelDescription } from "./model.js";
import type { ParallelConfig } from "./parallel.js";

/** Only what was given. */
export interface Overrides {
	readonly model: Partial<ModelDescription>;
	readonly parallel: Partial<ParallelConfig>;
	readonly node: Partial<HardwareConfig["node"]>;
	readonly network: Partial<HardwareConfig["network"]>;
	readonly job: {
		readonly gpus?: number;
		readonly numMicroBatches?: number;
		readonly numLayersPerVirtualPipelineStage?: number;
	};
}

/**
 * Values of flags, checked one by one; two names of one field must not contradict each other.
 * @param given flag with its dashes and its argument, `true` for one without, `false` for its `--no-` form
 * @throws UserError
 */
export function overridesOf(given: Iterable<readonly [flag: string, argument: string | boolean]>): Overrides {
	const byName = new Map(FLAGS.map((flag) => [flag.flag, flag]));
	const overrides: Record<FlagSection, Record<string, unknown>> = {
		model: {},
		parallel: {},
		node: {},
		network: {},
		job: {},
	};
	const setBy = new Map<string, string>();
	for (const [name, argument] of given) {
		const flag = byName.get(name);
		if (!flag) throw new UserError(`unknown flag ${name}`);
		const section = overrides[flag.section];
		const value = flag.parse(argument);
		const place = `${flag.section}.${flag.key}`;
		if (flag.key in section && JSON.stringify(section[flag.key]) !== JSON.stringify(value))
			throw new UserError(`${setBy.get(place)} and ${name} contradict each other; give one of them`);
		section[flag.key] = value;
		setBy.set(place, name);
	}
	return overrides as unknown as Overrides;
}

function exactly(value: number, what: string, remedy: string): number {
	if (Number.isInteger(value) && value >= 1) return value;
	throw new UserError(`${what}; ${remedy}`);
}

/**
 * The job that results from a base job and what flags change of it. Whatever is not named stays, so that more replicas
 * share the same global batch; `gpus` sets the replicas and `numMicroBatches` the global batch, unless these are named.
 * A chunk count or schedule that the other one implies follows it.
 * @throws UserError where numbers do not divide; `checkParallel` checks the rest
 */
export function overrideParallel(base: ParallelConfig, model: ModelConfig, overrides: Overrides): ParallelConfig {
	const { job, parallel: given } = overrides;
	const next = { ...base, ...given };
	const { tensorModelParallelSize: tp, pipelineModelParallelSize: pp, contextParallelSize: cp } = next;
	if (job.numLayersPerVirtualPipelineStage !== undefined) {
		const each = job.numLayersPerVirtualPipelineStage;
		next.virtualPipelineSize = exactly(
			model.numLayers / pp / each,
			`--num-layers-per-virtual-pipeline-stage ${each} does not divide the ${model.numLayers / pp} layers of a stage`,
			"give a divisor of them",
		);
	}
	if (given.schedule === undefined) {
		if (next.virtualPipelineSize > 1 && next.schedule === "1f1b") next.schedule = "interleaved";
		if (next.virtualPipelineSize === 1 && next.schedule === "interleaved") next.schedule = "1f1b";
	}
	if (job.gpus !== undefined && given.dataParallelSize === undefined) {
		const each = tp * cp * pp;
		next.dataParallelSize = exactly(
			job.gpus / each,
			`tp ${tp} x cp ${cp} x pp ${pp} = ${each} does not divide ${job.gpus} GPUs`,
			`the nearest number of GPUs is ${Math.max(1, Math.round(job.gpus / each)) * each}`,
		);
	}
	if (job.numMicroBatches !== undefined) {
		const batch = job.numMicroBatches * next.microBatchSize * next.dataParallelSize;
		if (given.globalBatchSize !== undefined && given.globalBatchSize !== batch)
			throw new UserError(
				`--global-batch-size ${given.globalBatchSize} contradicts --num-micro-batches ${job.numMicroBatches}, which gives ${batch}; give one of them`,
			);
		next.globalBatchSize = batch;
	}
	// Shares of the layers that were given for another pipeline mean nothing in this one.
	if (next.layersPerStage && given.layersPerStage === undefined) {
		const chunks = pp * next.virtualPipelineSize;
		const sum = next.layersPerStage.reduce((total, layers) => total + layers, 0);
		if (next.layersPerStage.length !== chunks || sum !== model.numLayers) delete next.layersPerStage;
	}
	return next;
}

/** The cluster with another node or network. */
export function overrideHardware(base: HardwareConfig, overrides: Overrides): HardwareConfig {
	return { ...base, node: { ...base.node, ...overrides.node }, network: { ...base.network, ...overrides.network } };
}
