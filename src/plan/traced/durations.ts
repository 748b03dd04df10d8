/**
 * How long a task of the base run takes in the target. Nothing of it changes: as measured. Its shape or its group
 * changes: the measured time by the ratio of the cost model's times, in which the model's own level drops out.
 */
import type { ModelConfig } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import type { AttentionShape, CostModel } from "../../cost/cost-model.js";
import { TaskKind } from "../../graph/graph.js";
import { layOutParts } from "../layout.js";
import { embeddingParameters, headParameters, layerParameters } from "../parameters.js";
import type { CommFacts } from "./comm-facts.js";
import { arrayElements, type KernelWork, kernelWork } from "./kernel-work.js";
import { productShape } from "./linear-shapes.js";
import { changesLinks, collectiveInTarget, type TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";
import type { TracedLibrary } from "./traced-library.js";

/** Where a block is cut from and where it goes: what the optimizer's work depends on. */
export interface StageMove {
	readonly from: number;
	readonly to: number;
}

interface StageLoad {
	readonly parameters: number;
	readonly layers: number;
}

export class TargetDurations {
	readonly #blockLibrary: TracedLibrary;
	readonly #base: TracedJob;
	readonly #target: TracedJob;
	readonly #cost: CostModel;
	readonly #work = new Map<Segment, Map<number, KernelWork>>();
	/** What a kernel takes that does nothing: no longer than the shortest of the run. */
	readonly #floorNs: number;
	readonly #baseLoads: readonly StageLoad[];
	readonly #targetLoads: readonly StageLoad[];

	constructor(blockLibrary: TracedLibrary, base: TracedJob, target: TracedJob, cost: CostModel) {
		this.#blockLibrary = blockLibrary;
		this.#base = base;
		this.#target = target;
		this.#cost = cost;
		let shortest = cost.memoryBound(0);
		const { kind, durationNs, taskCount } = blockLibrary.graph;
		for (let task = 0; task < taskCount; task++)
			if (kind[task] === TaskKind.kernel) shortest = Math.min(shortest, durationNs[task]!);
		this.#floorNs = shortest;
		this.#baseLoads = stageLoads(base);
		this.#targetLoads = stageLoads(target);
	}

	/** Nanoseconds, or undefined where the target does not run the task. */
	of(task: number, segment: Segment, stages: StageMove): number | undefined {
		const { graph } = this.#blockLibrary;
		const measured = graph.durationNs[task]!;
		const facts = this.#blockLibrary.factsOf(task) ?? this.#arrivalFacts(task);
		if (facts) return this.#communication(facts, graph.kind[task]!, measured);
		if (graph.kind[task] !== TaskKind.kernel && graph.kind[task] !== TaskKind.memory) {
			const called = this.#blockLibrary.callFactsOf(task);
			return called && this.#isDropped(called) ? undefined : measured;
		}
		if (segment.kind === "tail" || segment.kind === "begin") return this.#optimizer(task, segment, measured, stages);
		if (graph.kind[task] === TaskKind.memory) return measured;
		return Math.round(this.#kernel(task, segment, measured));
	}

	/** Whether only the model knows how long a task takes: its group uses links that it did not use. */
	isModelled(task: number): boolean {
		const facts = this.#blockLibrary.factsOf(task);
		return facts?.op !== undefined && changesLinks(facts.role, this.#base, this.#target);
	}

	/** What a kernel of the base run does. */
	workOf(task: number, segment: Segment): KernelWork | undefined {
		let work = this.#work.get(segment);
		if (work === undefined) {
			work = kernelWork(this.#blockLibrary.graph, this.#base, segment);
			this.#work.set(segment, work);
		}
		return work.get(task);
	}

	#kernel(task: number, segment: Segment, measured: number): number {
		const work = this.workOf(task, segment);
		const dtype = this.#base.parallel.dtype;
		switch (work?.kind) {
			case "product": {
				const { linear, product } = work.product;
				const from = productShape(this.#base, linear, product);
				const to = productShape(this.#target, linear, product);
				if (from.m === to.m && from.n === to.n && from.k === to.k) return measured;
				return (
					(measured * this.#cost.gemm(to.m, to.n, to.k, this.#target.parallel.dtype)) /
					this.#cost.gemm(from.m, from.n, from.k, dtype)
				);
			}
			case "attention": {
				const from = attentionShape(this.#base);
				const to = attentionShape(this.#target);
				if (JSON.stringify(from) === JSON.stringify(to)) return measured;
				const time = (shape: AttentionShape): number => this.#cost.attention(work.direction, shape, dtype);
				return (measured * time(to)) / time(from);
			}
			case "array":
				return this.#byBytes(measured, arrayElements(this.#target, work.array) / arrayElements(this.#base, work.array));
			default:
				return measured;
		}
	}

	#byBytes(measured: number, ratio: number): number {
		const floor = Math.min(this.#floorNs, measured);
		return floor + (measured - floor) * ratio;
	}

	/** Work on parameters: kernels that come once a tensor become more with the layers, all by the parameters. */
	#optimizer(task: number, segment: Segment, measured: number, { from, to }: StageMove): number {
		const { graph } = this.#blockLibrary;
		const before = this.#baseLoads[from]!;
		const after = this.#targetLoads[to]!;
		// Zeroing gradients goes over all of them, the optimizer over the shard of a replica.
		const shard = (job: TracedJob): number =>
			segment.kind === "tail" && job.parallel.useDistributedOptimizer ? job.parallel.dataParallelSize : 1;
		const parameters = after.parameters / shard(this.#target) / (before.parameters / shard(this.#base));
		if (parameters === 1) return measured;
		let same = 0;
		for (const other of segment.tasks) if (graph.name[other] === graph.name[task]) same++;
		if (same < 2 * before.layers) return Math.round(this.#byBytes(measured, parameters));
		const layers = after.layers / before.layers;
		return Math.round(layers * this.#byBytes(measured, parameters / layers));
	}

	/** Facts stand with the transfer; its arrival goes with it. */
	#arrivalFacts(task: number): CommFacts | undefined {
		if (this.#blockLibrary.graph.kind[task] !== TaskKind.arrive) return undefined;
		return this.#blockLibrary.factsOf(this.#blockLibrary.transferOf.get(task) ?? -1);
	}

	#isDropped({ role }: CommFacts): boolean {
		const { parallel } = this.#target;
		if (role === "tensor") return parallel.tensorModelParallelSize === 1;
		if (role === "embedding") return parallel.pipelineModelParallelSize === 1;
		return false;
	}

	#communication(facts: CommFacts, kind: number, measured: number): number | undefined {
		if (this.#isDropped(facts)) return undefined;
		if (kind === TaskKind.arrive || facts.op === undefined) return measured;
		const from = { job: this.#base, op: facts.op, bytes: facts.bytes };
		const to = { job: this.#target, op: facts.op, bytes: facts.bytes * this.#bytesFactor(facts) };
		if (facts.bytes === to.bytes && sameGroup(this.#base, this.#target, facts)) return measured;
		return Math.round(collectiveInTarget(this.#cost, facts.role, measured, from, to));
	}

	#bytesFactor({ role, bytes }: CommFacts): number {
		const ratio = (of: (job: TracedJob) => number): number => of(this.#target) / of(this.#base);
		if (role === "embedding")
			return ratio(({ model, parallel }) => (model.vocabSize * model.hiddenSize) / parallel.tensorModelParallelSize);
		if (role !== "tensor") return 1;
		const tokens = (job: TracedJob): number => arrayElements(job, "tokens");
		// Sums of the loss and the tokens themselves are a few bytes a token; activations are a hidden size a token.
		if (bytes <= 16 * tokens(this.#base) + 64) return ratio(tokens);
		return ratio((job) => tokens(job) * job.model.hiddenSize);
	}
}

function sameGroup(base: TracedJob, target: TracedJob, { role }: CommFacts): boolean {
	const degrees = ({ parallel: p }: TracedJob): string =>
		role === "tensor"
			? String(p.tensorModelParallelSize)
			: `${p.tensorModelParallelSize} ${p.dataParallelSize} ${p.pipelineModelParallelSize}`;
	return degrees(base) === degrees(target);
}

function attentionShape({ model, parallel }: TracedJob): AttentionShape {
	const tp = parallel.tensorModelParallelSize;
	return {
		batch: parallel.microBatchSize,
		heads: model.numAttentionHeads / tp,
		queryGroups: Math.max(1, model.numQueryGroups / tp),
		seq: model.seqLength / parallel.contextParallelSize,
		kvSeq: model.seqLength / parallel.contextParallelSize,
		headDim: model.kvChannels,
		causal: true,
		flash: true,
	};
}

function stageLoads(job: TracedJob): StageLoad[] {
	const { model, parallel } = job;
	const parts = layOutParts(model, parallel);
	return Array.from({ length: parallel.pipelineModelParallelSize }, (_, stage) => ({
		layers: parts.filter((part) => part.stage === stage).reduce((sum, part) => sum + part.layers, 0),
		parameters: stageParameters(model, parallel, stage),
	}));
}

/** Parameters of a stage on one rank. */
export function stageParameters(model: ModelConfig, parallel: ParallelConfig, stage: number): number {
	const { dense, expert } = layerParameters(model, parallel);
	return layOutParts(model, parallel)
		.filter((part) => part.stage === stage)
		.reduce(
			(sum, { layers, hasEmbedding, hasHead }) =>
				sum +
				layers * (dense + expert) +
				(hasEmbedding ? embeddingParameters(model, parallel) : 0) +
				(hasHead ? headParameters(model, parallel) : 0),
			0,
		);
}
