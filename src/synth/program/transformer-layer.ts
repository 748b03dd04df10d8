/** One transformer layer on one rank: norm, attention, residual, norm, MLP, residual. */
import { attentionWidth, tokens } from "../job.js";
import * as kernels from "../kernels.js";
import type { Collectives } from "./collectives.js";
import { type DifferentiableKinds, differentiable, differentiableKinds, type Pass, unwind } from "./differentiable.js";
import { Linear } from "./linear.js";
import { activationShape, layerNorm, Pointwise, residual } from "./pointwise.js";
import type { ProgramBuilder } from "./program-builder.js";

export class TransformerLayer {
	readonly program: ProgramBuilder;
	readonly #norm: Pointwise;
	readonly #qkv: Linear;
	readonly #attention: Pointwise;
	readonly #projection: Linear;
	readonly #residual: Pointwise;
	readonly #expand: Linear;
	readonly #gelu: Pointwise;
	readonly #contract: Linear;
	readonly #checkpoint: DifferentiableKinds;
	readonly #modules: { readonly layer: number; readonly attention: number; readonly mlp: number }[] = [];

	constructor(readonly collectives: Collectives) {
		const { program } = collectives;
		const { job } = program;
		const { hidden, ffn, heads, headSize, sequence, tensorParallel: tp } = job;
		const m = tokens(job);
		const width = attentionWidth(job) / tp;
		const shape = { samples: job.microBatchSize, sequence, heads: heads / tp, headSize };
		this.program = program;
		this.#norm = layerNorm(program);
		this.#residual = residual(program);
		this.#qkv = new Linear(collectives, "columns", [m, hidden, 3 * width]);
		this.#attention = new Pointwise(
			program,
			["FlashAttnFunc", "FlashAttnFuncBackward"],
			[[job.microBatchSize, sequence, heads / tp, headSize]],
			kernels.attention("fwd", shape),
			kernels.attention("bwd", shape),
		);
		this.#projection = new Linear(collectives, "rows", [m, width, hidden]);
		this.#expand = new Linear(collectives, "columns", [m, hidden, ffn / tp]);
		this.#gelu = new Pointwise(
			program,
			["aten::gelu", "GeluBackward0"],
			[[sequence, job.microBatchSize, ffn / tp]],
			kernels.elementwise("GeluCUDAKernelImpl<c10::BFloat16>", (m * ffn) / tp, 2),
			kernels.elementwise("GeluBackwardCUDAKernelImpl<c10::BFloat16>", (m * ffn) / tp, 3),
		);
		this.#contract = new Linear(collectives, "rows", [m, ffn / tp, hidden]);
		this.#checkpoint = differentiableKinds(program, "CheckpointFunction", "CheckpointFunctionBackward", [
			activationShape(job),
		]);
	}

	/** Elements of each parameter tensor, in the order of the forward pass. */
	get parameters(): number[] {
		const { hidden } = this.program.job;
		const linear = ({ parameters }: Linear): number => parameters;
		return [
			2 * hidden,
			linear(this.#qkv),
			linear(this.#projection),
			2 * hidden,
			linear(this.#expand),
			linear(this.#contract),
		];
	}

	/** @param index of the layer on this rank, counted from 0, as profilers number modules. */
	run(pass: Pass, index: number): void {
		if (this.program.job.recompute !== "full") {
			this.#layer(pass, index);
			return;
		}
		differentiable(
			this.program,
			pass,
			this.#checkpoint,
			() => this.#layer({ ...pass, tape: undefined }, index),
			() => {
				const again: Pass = { ...pass, tape: [] };
				this.#layer(again, index);
				unwind(again);
			},
		);
	}

	#layer(pass: Pass, index: number): void {
		const { program } = this;
		const modules = this.#modulesOf(index);
		program.range(modules.layer, 0, () => {
			this.#norm.run(pass);
			program.range(modules.attention, 0, () => {
				this.#qkv.run(pass);
				this.#attention.run(pass, program.job.recompute === "selective");
				this.#projection.run(pass);
			});
			this.#residual.run(pass);
			this.#norm.run(pass);
			program.range(modules.mlp, 0, () => {
				this.#expand.run(pass);
				this.#gelu.run(pass);
				this.#contract.run(pass);
			});
			this.#residual.run(pass);
		});
	}

	#modulesOf(index: number): { readonly layer: number; readonly attention: number; readonly mlp: number } {
		const module = (name: string): number =>
			this.program.kinds.range({ category: "python_function", name: `nn.Module: ${name}_${index}` });
		this.#modules[index] ??= {
			layer: module("TransformerLayer"),
			attention: module("SelfAttention"),
			mlp: module("MLP"),
		};
		return this.#modules[index]!;
	}
}
