/**
 * The configurations of a sweep by number: a number's digits, to the mixed base of the axes' lengths, choose a value on
 * each axis. The last axis is the fastest.
 */
import { brokenRule, PARALLEL_RULES } from "../config/check-parallel.js";
import { type ModelConfig, resolveModel } from "../config/model.js";
import type { ParallelConfig } from "../config/parallel.js";
import { cannotChange, unseenChange } from "../predict/unseen.js";
import { type AxisField, type AxisValue, axisField } from "./axes.js";
import type { SweepInputs } from "./inputs.js";

export interface SweepJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly gpus: number;
}

/** Why a configuration is not simulated. */
export interface Rejection {
	/** Pruned: it could run, but is not worth a search. */
	readonly kind: "invalid" | "pruned";
	/** The same words for all of a kind. */
	readonly reason: string;
	/** What is wrong with this one, and what would be right. */
	explain(): string;
}

/** Configurations that are the same as others, which are searched. */
const SAME = {
	sequence: "sequence parallelism without tensor parallelism changes nothing",
	zero: "ZeRO-1 without replicas changes nothing",
} as const;
const BEYOND_NODE = "tensor parallelism beyond a node";

export class SweepSpace {
	readonly inputs: SweepInputs;
	/** Configurations, valid or not. */
	readonly total: number;
	/** Configurations of one model. */
	readonly perModel: number;
	readonly #fields: readonly AxisField[];
	readonly #parallelFrom: number;
	readonly #namesReplicas: boolean;
	readonly #namesSchedule: boolean;
	#model: { readonly at: number; readonly model: ModelConfig } | undefined;

	constructor(inputs: SweepInputs) {
		this.inputs = inputs;
		this.#fields = inputs.axes.map(({ name }) => axisField(name));
		this.#parallelFrom = this.#fields.findIndex(({ section }) => section !== "model");
		this.#namesReplicas = this.#fields.some(({ key }) => key === "dataParallelSize");
		this.#namesSchedule = this.#fields.some(({ key }) => key === "schedule");
		const size = (from: number): number => inputs.axes.slice(from).reduce((all, { values }) => all * values.length, 1);
		this.total = size(0);
		this.perModel = size(this.#parallelFrom);
	}

	/** Digits of a configuration, one an axis. */
	digitsAt(index: number): number[] {
		const digits: number[] = [];
		let rest = index;
		for (let a = this.inputs.axes.length - 1; a >= 0; a--) {
			const base = this.inputs.axes[a]!.values.length;
			digits[a] = rest % base;
			rest = Math.floor(rest / base);
		}
		return digits;
	}

	/** The opposite of `digitsAt`. */
	indexOf(digits: readonly number[]): number {
		return this.inputs.axes.reduce((index, { values }, a) => index * values.length + digits[a]!, 0);
	}

	/** Its job, valid or not: replicas follow from the GPUs unless an axis names them, the schedule from the chunks. */
	jobAt(index: number): SweepJob {
		const { axes } = this.inputs;
		const digits = this.digitsAt(index);
		const named: Record<string, AxisValue> = {};
		for (let a = this.#parallelFrom; a < axes.length; a++) named[this.#fields[a]!.key] = axes[a]!.values[digits[a]!]!;
		const model = this.#modelAt(Math.floor(index / this.perModel), digits);
		const { gpus, ...given } = named as { readonly gpus: number };
		return { model, parallel: this.#follow({ ...this.inputs.parallel, ...given }, gpus), gpus };
	}

	#follow(parallel: ParallelConfig, gpus: number): ParallelConfig {
		const { tensorModelParallelSize: tp, contextParallelSize: cp, pipelineModelParallelSize: pp } = parallel;
		const plain = parallel.schedule === "interleaved" ? "1f1b" : parallel.schedule;
		return {
			...parallel,
			dataParallelSize: this.#namesReplicas
				? parallel.dataParallelSize
				: Math.max(1, Math.floor(gpus / (tp * cp * pp))),
			schedule: this.#namesSchedule ? parallel.schedule : parallel.virtualPipelineSize > 1 ? "interleaved" : plain,
			// There is something to gather only where optimizer states are sharded.
			overlapParamGather: parallel.overlapParamGather && parallel.useDistributedOptimizer,
		};
	}

	/** Whether a job is worth simulating, but for its memory. */
	rejectionOf({ model, parallel, gpus }: SweepJob): Rejection | undefined {
		const unseen = this.inputs.traced && unseenChange(this.inputs.traced.base, { model, parallel });
		if (unseen)
			return { kind: "invalid", reason: cannotChange(unseen), explain: () => `${cannotChange(unseen)}: ${unseen.why}` };
		const broken = brokenRule(model, parallel, gpus);
		if (broken) return { kind: "invalid", reason: PARALLEL_RULES[broken.rule], explain: () => broken.explain() };
		const { tensorModelParallelSize: tp, dataParallelSize: dp, contextParallelSize: cp } = parallel;
		const same = parallel.sequenceParallel && tp === 1 ? SAME.sequence : undefined;
		const alone = parallel.useDistributedOptimizer && dp * cp === 1 ? SAME.zero : undefined;
		const reason = same ?? alone;
		if (reason !== undefined) return { kind: "invalid", reason, explain: () => reason };
		const { node } = this.inputs.hardware;
		if (tp <= node.gpusPerNode || this.inputs.tensorBeyondNode) return undefined;
		return {
			kind: "pruned",
			reason: BEYOND_NODE,
			explain: () => `tensor_model_parallel_size ${tp} spans nodes of ${node.gpusPerNode} GPUs; a grid can ask for it`,
		};
	}

	#modelAt(at: number, digits: readonly number[]): ModelConfig {
		if (this.#model?.at !== at) {
			const named: Record<string, AxisValue> = {};
			for (let a = 0; a < this.#parallelFrom; a++)
				named[this.#fields[a]!.key] = this.inputs.axes[a]!.values[digits[a]!]!;
			this.#model = { at, model: resolveModel({ ...this.inputs.model, ...named }) };
		}
		return this.#model.model;
	}
}
