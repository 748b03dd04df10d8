/**
 * How long a task of the base run takes in the target. Nothing of it changes: as measured. Its shape or its group
 * changes: the measured time by the ratio of the cost model's times, in which the model's own level drops out.
 */
import type { AttentionShape, CollectiveOp, CostModel } from "../../cost/cost-model.js";
import { TaskKind } from "../../graph/graph.js";
import { CollectiveLevels, isOfActivations } from "./collective-levels.js";
import type { CommFacts } from "./comm-facts.js";
import { type KernelEdits, NO_EDITS } from "./insert.js";
import { type ArrayName, arrayElements, type KernelWork, kernelWork, type ShapedJob } from "./kernel-work.js";
import { type LinearName, type ProductName, type ProductShape, productIndex, productShape } from "./linear-shapes.js";
import { recomputedTasks } from "./recomputed.js";
import { changesLinks, collectiveInTarget, placementOf, type TracedJob } from "./rescale.js";
import type { Segment } from "./segments.js";
import { type StageLoad, stageLoads } from "./stage-loads.js";
import { replacesTensor, tensorEdits } from "./tensor-edits.js";
import type { TracedLibrary } from "./traced-library.js";

/** Where a block is cut from and where it goes: what the optimizer's work depends on. */
export interface StageMove {
	readonly from: number;
	readonly to: number;
}

/** Segments of passes, in which the tensor group communicates. */
const IN_PASSES: ReadonlySet<Segment["kind"]> = new Set(["before", "layer", "behind"]);

export class TargetDurations {
	readonly #blockLibrary: TracedLibrary;
	readonly #base: TracedJob;
	readonly #shapedBase: ShapedJob;
	readonly #target: TracedJob;
	readonly #cost: CostModel;
	readonly #work = new Map<Segment, Map<number, KernelWork>>();
	readonly #attentionRatios = new Map<"forward" | "backward", number>();
	readonly #productRatios = new Map<string, number>();
	readonly levels: CollectiveLevels;
	readonly #edits = new Map<Segment, KernelEdits>();
	readonly #again = new Map<Segment, ReadonlySet<number>>();
	readonly #replacesTensor: boolean;
	readonly #sameDtype: boolean;
	readonly #changesRecompute: boolean;
	readonly #names = new Map<Segment, Map<number, number>>();
	/** What a kernel takes that does nothing: no longer than the shortest of the run. */
	readonly #floorNs: number;
	readonly #baseLoads: readonly StageLoad[];
	readonly #targetLoads: readonly StageLoad[];

	constructor(blockLibrary: TracedLibrary, base: TracedJob, target: TracedJob, cost: CostModel) {
		this.#blockLibrary = blockLibrary;
		this.#base = base;
		this.#shapedBase = { job: base, products: productIndex(base) };
		this.#target = target;
		this.levels = new CollectiveLevels(blockLibrary, base, target, cost);
		this.#sameDtype = base.parallel.dtype === target.parallel.dtype;
		this.#replacesTensor = replacesTensor(base, target);
		this.#changesRecompute = blockLibrary.recompute !== target.parallel.recompute;
		this.#cost = cost;
		this.#floorNs = Math.min(cost.memoryBound(0), blockLibrary.shortestKernelNs);
		this.#baseLoads = stageLoads(base);
		this.#targetLoads = stageLoads(target);
	}

	/** Nanoseconds, or undefined where the target does not run the task. */
	of(task: number, segment: Segment, stages: StageMove): number | undefined {
		if (this.#drops(task, segment)) return undefined;
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

	/** What the compute kernels of a segment of the base run do, in order. */
	workOf(segment: Segment): ReadonlyMap<number, KernelWork> {
		let work = this.#work.get(segment);
		if (work === undefined) {
			work = kernelWork(this.#blockLibrary.graph, this.#shapedBase, segment, this.#recomputed(segment));
			this.#work.set(segment, work);
		}
		return work;
	}

	/** Kernels of a segment whose products are gradients of weights. */
	weightGradients(segment: Segment): number[] {
		return [...this.workOf(segment)]
			.filter(([, work]) => work.kind === "product" && work.product.product === "wgrad")
			.map(([task]) => task);
	}

	/** The kernels of a forward pass through attention, and the calls that launch them. */
	attentionForward(segment: Segment): ReadonlySet<number> {
		return recomputedTasks(this.#blockLibrary.graph, "selective", segment, segment);
	}

	/** What the target communicates around the kernels of a segment that the base run does not. */
	editsOf(segment: Segment): KernelEdits {
		if (!this.#replacesTensor || !IN_PASSES.has(segment.kind)) return NO_EDITS;
		let edits = this.#edits.get(segment);
		if (edits === undefined) {
			const editor = {
				base: this.#base,
				target: this.#target,
				wireNs: (op: CollectiveOp, bytes: number) => this.#tensorNs(op, bytes),
			};
			// What is not computed again has no communication either.
			const again = this.#changesRecompute ? this.#recomputed(segment) : undefined;
			const kept = new Map([...this.workOf(segment)].filter(([kernel]) => !again?.has(kernel)));
			edits = tensorEdits(editor, segment, kept);
			this.#edits.set(segment, edits);
		}
		return edits;
	}

	#tensorNs(op: CollectiveOp, bytes: number): number {
		return this.#cost.collective(op, bytes, placementOf("tensor", this.#target)) * this.levels.of("tensor", op);
	}

	#recomputed(segment: Segment): ReadonlySet<number> {
		let tasks = this.#again.get(segment);
		if (tasks === undefined) {
			tasks = this.#blockLibrary.recomputedIn(segment);
			this.#again.set(segment, tasks);
		}
		return tasks;
	}

	/** What the target does not do, or does otherwise. */
	#drops(task: number, segment: Segment): boolean {
		if (this.#changesRecompute && this.#recomputed(segment).has(task)) return true;
		if (!this.#replacesTensor || !IN_PASSES.has(segment.kind)) return false;
		const { kind } = this.#blockLibrary.graph;
		const isCpu = kind[task]! < TaskKind.kernel;
		const facts = isCpu
			? this.#blockLibrary.callFactsOf(task)
			: (this.#blockLibrary.factsOf(task) ?? this.#arrivalFacts(task));
		return facts?.role === "tensor" && isOfActivations(this.#base, facts);
	}

	#kernel(task: number, segment: Segment, measured: number): number {
		const work = this.workOf(segment).get(task);
		switch (work?.kind) {
			case "product": {
				return measured * this.#productRatio(work.product.linear, work.product.product);
			}
			case "attention": {
				return measured * this.#attentionRatio(work.direction);
			}
			case "array":
				return this.#byBytes(measured, this.#arrayBytes(this.#target, work) / this.#arrayBytes(this.#base, work));
			default:
				return measured;
		}
	}

	#arrayBytes(job: TracedJob, { array }: { readonly array: ArrayName }): number {
		return arrayElements(job, array) * activationSize(job);
	}

	/** 1 where the product has the same shape. */
	#productRatio(linear: LinearName, product: ProductName): number {
		const key = `${linear} ${product}`;
		let ratio = this.#productRatios.get(key);
		if (ratio === undefined) {
			const from = productShape(this.#base, linear, product);
			const to = productShape(this.#target, linear, product);
			const isSame = from.m === to.m && from.n === to.n && from.k === to.k && this.#sameDtype;
			const time = ({ m, n, k }: ProductShape, { parallel }: TracedJob): number =>
				this.#cost.gemm(m, n, k, parallel.dtype);
			ratio = isSame ? 1 : time(to, this.#target) / time(from, this.#base);
			this.#productRatios.set(key, ratio);
		}
		return ratio;
	}

	/** 1 where attention has the same shape. */
	#attentionRatio(direction: "forward" | "backward"): number {
		let ratio = this.#attentionRatios.get(direction);
		if (ratio === undefined) {
			const [from, to] = [attentionShape(this.#base), attentionShape(this.#target)];
			const time = (shape: AttentionShape): number => this.#cost.attention(direction, shape, this.#base.parallel.dtype);
			ratio = JSON.stringify(from) === JSON.stringify(to) ? 1 : time(to) / time(from);
			this.#attentionRatios.set(direction, ratio);
		}
		return ratio;
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
		const same = this.#sameNames(segment).get(graph.name[task]!)!;
		if (same < 2 * before.layers) return Math.round(this.#byBytes(measured, parameters));
		const layers = after.layers / before.layers;
		return Math.round(layers * this.#byBytes(measured, parameters / layers));
	}

	/** Tasks of each name in a segment. */
	#sameNames(segment: Segment): ReadonlyMap<number, number> {
		let counts = this.#names.get(segment);
		if (counts === undefined) {
			counts = new Map();
			const { name } = this.#blockLibrary.graph;
			for (const task of segment.tasks) counts.set(name[task]!, (counts.get(name[task]!) ?? 0) + 1);
			this.#names.set(segment, counts);
		}
		return counts;
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

	#bytesFactor(facts: CommFacts): number {
		const { role } = facts;
		const ratio = (of: (job: TracedJob) => number): number => of(this.#target) / of(this.#base);
		if (role === "embedding")
			return ratio(({ model, parallel }) => (model.vocabSize * model.hiddenSize) / parallel.tensorModelParallelSize);
		if (role !== "tensor") return 1;
		const tokens = (job: TracedJob): number => arrayElements(job, "tokens");
		if (!isOfActivations(this.#base, facts)) return ratio(tokens);
		return ratio((job) => tokens(job) * job.model.hiddenSize * activationSize(job));
	}
}

function sameGroup(base: TracedJob, target: TracedJob, { role }: CommFacts): boolean {
	const degrees = ({ parallel: p }: TracedJob): string =>
		role === "tensor"
			? String(p.tensorModelParallelSize)
			: `${p.tensorModelParallelSize} ${p.dataParallelSize} ${p.pipelineModelParallelSize}`;
	return degrees(base) === degrees(target);
}

/** Bytes of a number in activations: products in fp8 leave them in bf16. */
function activationSize({ parallel }: TracedJob): number {
	return parallel.dtype === "fp32" ? 4 : 2;
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
