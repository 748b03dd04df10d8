/**
 * A linear layer split over the tensor-parallel group, as Megatron splits it: by columns, where the gradient of the
 * input is summed over the group, or by rows, where the output is. With sequence parallelism the sums are scattered and
 * the other side is gathered.
 */
import { gemm } from "../kernels.js";
import type { CollectiveOp, Collectives } from "./collectives.js";
import { type DifferentiableKinds, differentiable, differentiableKinds, type Pass } from "./differentiable.js";
import { Stream } from "./instructions.js";
import type { KernelOp } from "./kind-table.js";

interface Product {
	readonly kind: number;
	readonly kernel: KernelOp;
}

export class Linear {
	readonly parameters: number;
	readonly #kinds: DifferentiableKinds;
	readonly #output: Product;
	readonly #inputGradient: Product;
	readonly #weightGradient: Product;
	/** Sums what is partial on every member. */
	readonly #reduce: CollectiveOp | undefined;
	readonly #gather: CollectiveOp | undefined;

	/** Input m x k, weight k x n on this rank. */
	constructor(
		readonly collectives: Collectives,
		readonly split: "columns" | "rows",
		[m, k, n]: readonly [number, number, number],
	) {
		const { program } = collectives;
		const product = (rows: number, inner: number, columns: number): Product => ({
			kind: program.kinds.range({
				category: "cpu_op",
				name: "aten::mm",
				dims: [
					[rows, inner],
					[inner, columns],
				],
			}),
			kernel: program.kinds.kernel(gemm(rows, columns, inner)),
		});
		this.parameters = k * n + n;
		this.#kinds = differentiableKinds(program, "aten::linear", "LinearBackward0", [
			[m, k],
			[k, n],
		]);
		this.#output = product(m, k, n);
		this.#inputGradient = product(m, n, k);
		this.#weightGradient = product(n, m, k);
		const { tensor } = program.place;
		const { sequenceParallel } = program.job;
		const summed = {
			stream: Stream.tensor,
			group: tensor,
			elements: m * (split === "rows" ? n : k),
			dtype: "BFloat16",
		} as const;
		this.#reduce = collectives.define({ ...summed, name: sequenceParallel ? "_reduce_scatter_base" : "allreduce" });
		this.#gather = sequenceParallel ? collectives.define({ ...summed, name: "_allgather_base" }) : undefined;
	}

	run(pass: Pass): void {
		differentiable(
			this.collectives.program,
			pass,
			this.#kinds,
			() => this.#forward(),
			() => this.#backward(pass),
		);
	}

	#forward(): void {
		if (this.split === "columns") this.collectives.callAndWait(this.#gather);
		this.#multiply(this.#output);
		if (this.split === "rows") this.collectives.callAndWait(this.#reduce);
	}

	#backward(pass: Pass): void {
		const { collectives } = this;
		const { program } = collectives;
		if (this.split === "rows") collectives.callAndWait(this.#gather);
		const gathered = this.split === "columns" && this.#gather ? collectives.call(this.#gather) : undefined;
		this.#multiply(this.#inputGradient);
		if (gathered !== undefined) program.streamWait(Stream.compute, gathered);
		// The gradient of the input travels while the gradient of the weight is computed.
		const reduced = this.split === "columns" && this.#reduce ? collectives.call(this.#reduce) : undefined;
		const weightGradient = (): void => {
			this.#multiply(this.#weightGradient);
			pass.gradientReady?.(this.parameters);
		};
		if (pass.weightGradients) pass.weightGradients.push(weightGradient);
		else weightGradient();
		if (reduced !== undefined) program.streamWait(Stream.compute, reduced);
	}

	#multiply({ kind, kernel }: Product): void {
		this.collectives.program.kernelOp(kind, kernel);
	}
}
