/**
 * The end of a step: gradients that tensor-parallel ranks or the ends of the pipeline share, the norm of all gradients,
 * which the host must know, and Adam, tensor by tensor.
 */
import * as kernels from "../kernels.js";
import type { CollectiveOp, Collectives } from "./collectives.js";
import { Stream } from "./instructions.js";
import type { KernelOp } from "./kind-table.js";
import type { ProgramBuilder } from "./program-builder.js";

interface KernelCall {
	readonly kind: number;
	readonly kernel: KernelOp;
}

export class Optimizer {
	readonly program: ProgramBuilder;
	readonly #annotation: number;
	readonly #zero: KernelCall;
	readonly #concatenate: KernelCall | undefined;
	readonly #normGradients: CollectiveOp | undefined;
	readonly #embedding: CollectiveOp | undefined;
	readonly #norm: KernelCall;
	readonly #normSum: CollectiveOp | undefined;
	readonly #clip: KernelCall;
	readonly #item: { readonly outer: number; readonly inner: number; readonly copy: KernelOp };
	readonly #updates: readonly KernelCall[];

	/** @param parameters elements of each tensor of this rank. */
	constructor(
		readonly collectives: Collectives,
		parameters: readonly number[],
	) {
		const { program } = collectives;
		const { job, place } = program;
		const { dataParallel: dp, distributedOptimizer, hidden, sequenceParallel } = job;
		this.program = program;
		const total = parameters.reduce((sum, elements) => sum + elements, 0);
		const share = (elements: number): number => (distributedOptimizer ? Math.ceil(elements / dp) : elements);
		const call = (name: string, dims: readonly (readonly number[])[], kernel: kernels.Kernel): KernelCall => ({
			kind: program.kinds.range({ category: "cpu_op", name, dims, types: ["float"] }),
			kernel: program.kinds.kernel(kernel),
		});

		this.#annotation = program.kinds.range({ category: "user_annotation", name: "Optimizer.step#Adam.step" });
		this.#zero = {
			kind: program.kinds.range({ category: "cpu_op", name: "aten::zero_", dims: [[total]], types: ["float"] }),
			kernel: program.kinds.clear(4 * total),
		};
		// Under sequence parallelism every rank has seen only its part of the sequence: norms' gradients are summed.
		const norms = parameters.filter((elements) => elements === 2 * hidden).length * 2 * hidden;
		this.#normGradients = sequenceParallel
			? collectives.define({
					name: "allreduce",
					stream: Stream.tensor,
					group: place.tensor,
					elements: norms,
					dtype: "Float",
				})
			: undefined;
		this.#concatenate = this.#normGradients
			? call("aten::cat", [[norms]], kernels.elementwise("CatArrayBatchedCopy<float>", norms, 4))
			: undefined;
		const sharesTable = job.untiedEmbeddings !== true && place.embedding.ranks.includes(place.rank);
		this.#embedding = sharesTable
			? collectives.define({
					name: "allreduce",
					stream: Stream.model,
					group: place.embedding,
					elements: (job.vocabulary / job.tensorParallel) * hidden,
					dtype: "Float",
				})
			: undefined;
		const group = distributedOptimizer ? place.world : place.model;
		const mine = share(total);
		this.#norm = call("aten::_foreach_norm", [[mine]], kernels.multiTensor("LpNormFunctor", mine, 4));
		this.#normSum = collectives.define({ name: "allreduce", stream: Stream.model, group, elements: 1, dtype: "Float" });
		this.#clip = call("aten::_foreach_mul_", [[mine]], kernels.multiTensor("BinaryOpScalarFunctor", mine, 8));
		this.#item = {
			outer: program.kinds.range({ category: "cpu_op", name: "aten::item", dims: [[1]], types: ["float"] }),
			inner: program.kinds.range({
				category: "cpu_op",
				name: "aten::_local_scalar_dense",
				dims: [[1]],
				types: ["float"],
			}),
			copy: program.kinds.copy("DtoH", 4),
		};
		const updates = new Map<number, KernelCall>();
		this.#updates = parameters.map((elements) => {
			const part = share(elements);
			// Gradient, master weight and two moments read, three of them written, and the BF16 weight: 30 bytes.
			const update =
				updates.get(part) ??
				call("aten::_fused_adamw_", [[part]], kernels.multiTensor("FusedAdamMathFunctor", part, 30));
			updates.set(part, update);
			return update;
		});
	}

	zeroGradients(): void {
		this.program.op(this.#zero.kind, 0, () => this.program.launch(this.#zero.kernel));
	}

	/** Gradients that more than one rank of a replica holds. */
	reduceShared(): void {
		if (this.#concatenate) this.#run(this.#concatenate);
		this.collectives.callAndWait(this.#normGradients);
		this.collectives.callAndWait(this.#embedding);
	}

	step(afterwards: () => void): void {
		this.program.range(this.#annotation, 0, () => {
			this.#run(this.#norm);
			this.collectives.callAndWait(this.#normSum);
			this.readBack();
			this.#run(this.#clip);
			for (const update of this.#updates) this.#run(update);
			afterwards();
		});
	}

	/** `tensor.item()`: a number that the host waits for. */
	readBack(): void {
		const { program } = this;
		program.op(this.#item.outer, 0, () =>
			program.op(this.#item.inner, 0, () => {
				program.launch(this.#item.copy);
				program.synchronizeStream(Stream.compute);
			}),
		);
	}

	#run({ kind, kernel }: KernelCall): void {
		this.program.kernelOp(kind, kernel);
	}
}
