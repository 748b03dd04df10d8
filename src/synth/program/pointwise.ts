/** Operators of one kernel each way: norms, activations, residuals, attention. */

import { heldTokens, type Job } from "../job.js";
import * as kernels from "../kernels.js";
import { type DifferentiableKinds, differentiable, differentiableKinds, type Pass } from "./differentiable.js";
import type { KernelOp } from "./kind-table.js";
import type { ProgramBuilder } from "./program-builder.js";

export class Pointwise {
	readonly #kinds: DifferentiableKinds;
	readonly forward: KernelOp;
	readonly #backward: KernelOp;

	constructor(
		readonly program: ProgramBuilder,
		[name, node]: readonly [string, string],
		dims: readonly (readonly number[])[],
		forward: kernels.Kernel,
		backward: kernels.Kernel,
		readonly parameters = 0,
	) {
		this.#kinds = differentiableKinds(program, name, node, dims);
		this.forward = program.kinds.kernel(forward);
		this.#backward = program.kinds.kernel(backward);
	}

	/** @param recompute whether the forward kernel runs again before the backward one. */
	run(pass: Pass, recompute = false): void {
		differentiable(
			this.program,
			pass,
			this.#kinds,
			() => this.program.launch(this.forward),
			() => {
				if (recompute) this.program.launch(this.forward);
				this.program.launch(this.#backward);
				if (this.parameters > 0) pass.gradientReady?.(this.parameters);
			},
		);
	}
}

/** Activations between layers as Megatron shapes them: sequence, batch, hidden. */
export function activationShape(job: Job): number[] {
	return [heldTokens(job) / job.microBatchSize, job.microBatchSize, job.hidden];
}

export function layerNorm(program: ProgramBuilder): Pointwise {
	const { job } = program;
	const rows = heldTokens(job);
	return new Pointwise(
		program,
		["aten::native_layer_norm", "NativeLayerNormBackward0"],
		[activationShape(job)],
		kernels.layerNorm("fwd", rows, job.hidden),
		kernels.layerNorm("bwd", rows, job.hidden),
		2 * job.hidden,
	);
}

export function residual(program: ProgramBuilder): Pointwise {
	const { job } = program;
	const elements = heldTokens(job) * job.hidden;
	return new Pointwise(
		program,
		["aten::add", "AddBackward0"],
		[activationShape(job), activationShape(job)],
		kernels.elementwise("CUDAFunctor_add<c10::BFloat16>", elements, 3),
		kernels.elementwise("FillFunctor<c10::BFloat16>", elements, 1),
	);
}
