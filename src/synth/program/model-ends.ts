/** What stands before the first layer and after the last: embedding, final norm, logits, loss. */
import { tokens } from "../job.js";
import * as kernels from "../kernels.js";
import type { CollectiveOp, Collectives } from "./collectives.js";
import { type DifferentiableKinds, differentiable, differentiableKinds, type Pass } from "./differentiable.js";
import { Stream } from "./instructions.js";
import type { KernelOp } from "./kind-table.js";
import { Linear } from "./linear.js";
import { layerNorm, type Pointwise } from "./pointwise.js";

/** Word embedding, its rows split over the tensor-parallel group. */
export class Embedding {
	readonly parameters: number;
	readonly #module: number;
	readonly #kinds: DifferentiableKinds;
	readonly #lookUp: KernelOp;
	readonly #scatter: KernelOp;
	readonly #reduce: CollectiveOp | undefined;
	readonly #gather: CollectiveOp | undefined;

	constructor(readonly collectives: Collectives) {
		const { program } = collectives;
		const { job, place } = program;
		const { hidden, vocabulary, tensorParallel: tp, sequenceParallel } = job;
		const elements = tokens(job) * hidden;
		this.parameters = (vocabulary / tp) * hidden;
		this.#module = program.kinds.range({ category: "python_function", name: "nn.Module: VocabParallelEmbedding_0" });
		this.#kinds = differentiableKinds(
			program,
			"aten::embedding",
			"EmbeddingBackward0",
			[
				[vocabulary / tp, hidden],
				[job.microBatchSize, job.sequence],
			],
			["c10::BFloat16", "long int"],
		);
		this.#lookUp = program.kinds.kernel(kernels.elementwise("IndexFunctor<c10::BFloat16>", elements, 2));
		this.#scatter = program.kinds.kernel(kernels.elementwise("IndexPutFunctor<c10::BFloat16>", elements, 4));
		const summed = { stream: Stream.tensor, group: place.tensor, elements, dtype: "BFloat16" } as const;
		this.#reduce = collectives.define({ ...summed, name: sequenceParallel ? "_reduce_scatter_base" : "allreduce" });
		this.#gather = sequenceParallel ? collectives.define({ ...summed, name: "_allgather_base" }) : undefined;
	}

	run(pass: Pass): void {
		const { collectives } = this;
		const { program } = collectives;
		program.range(this.#module, 0, () =>
			differentiable(
				program,
				pass,
				this.#kinds,
				() => {
					program.launch(this.#lookUp);
					collectives.callAndWait(this.#reduce);
				},
				() => {
					collectives.callAndWait(this.#gather);
					program.launch(this.#scatter);
					pass.gradientReady?.(this.parameters);
				},
			),
		);
	}
}

/** Final norm, logits over this rank's part of the vocabulary, and the cross entropy that sums over the parts. */
export class HeadAndLoss {
	readonly #norm: Pointwise;
	readonly logits: Linear;
	readonly #kinds: DifferentiableKinds;
	readonly #reductionKind: number;
	readonly #reductions: readonly KernelOp[];
	readonly #softmaxBackward: KernelOp;
	readonly #sum: CollectiveOp | undefined;

	constructor(readonly collectives: Collectives) {
		const { program } = collectives;
		const { job, place } = program;
		const { hidden, sequence, microBatchSize, vocabulary, tensorParallel: tp } = job;
		const m = tokens(job);
		const logits = (m * vocabulary) / tp;
		this.#norm = layerNorm(program);
		this.logits = new Linear(collectives, "columns", [m, hidden, vocabulary / tp]);
		this.#kinds = differentiableKinds(program, "_VocabParallelCrossEntropy", "_VocabParallelCrossEntropyBackward", [
			[sequence, microBatchSize, vocabulary / tp],
		]);
		this.#reductionKind = program.kinds.range({
			category: "cpu_op",
			name: "aten::reduce",
			dims: [[m, vocabulary / tp]],
			types: ["float"],
		});
		this.#reductions = ["MaxOps<float>", "MaskFunctor<float>", "ExpSumFunctor<float>"].map((functor) =>
			program.kinds.kernel(kernels.elementwise(functor, logits, 1)),
		);
		this.#softmaxBackward = program.kinds.kernel(kernels.elementwise("SoftmaxBackwardFunctor<float>", logits, 3));
		this.#sum = collectives.define({
			name: "allreduce",
			stream: Stream.tensor,
			group: place.tensor,
			elements: m,
			dtype: "Float",
		});
	}

	run(pass: Pass): void {
		const { collectives } = this;
		const { program } = collectives;
		this.#norm.run(pass);
		this.logits.run(pass);
		differentiable(
			program,
			pass,
			this.#kinds,
			() => {
				for (const kernel of this.#reductions) {
					program.kernelOp(this.#reductionKind, kernel);
					collectives.callAndWait(this.#sum);
				}
			},
			() => program.launch(this.#softmaxBackward),
		);
	}

	/** Elements of the final norm and the logits' weight. */
	get parameters(): number[] {
		return [2 * this.collectives.program.job.hidden, this.logits.parameters];
	}
}
