/** Operators with a gradient: the forward call now, and on the tape what the autograd thread does later. */
import type { ProgramBuilder } from "./program-builder.js";

/** A micro-batch on its way through one model chunk. */
export interface Pass {
	/** Last in, first out; undefined where nothing is recorded, as the layer will be recomputed. */
	readonly tape: (() => void)[] | undefined;
	/** Where weight gradients wait for a pass of their own; undefined where they are computed with the others. */
	readonly weightGradients: (() => void)[] | undefined;
	/** Told of every gradient of so many parameters that is complete; only in the last micro-batch. */
	readonly gradientReady: ((elements: number) => void) | undefined;
}

export interface DifferentiableKinds {
	readonly forward: number;
	readonly evaluate: number;
	readonly node: number;
}

export function differentiableKinds(
	program: ProgramBuilder,
	name: string,
	node: string,
	dims: readonly (readonly number[])[],
	types?: readonly string[],
): DifferentiableKinds {
	return {
		forward: program.kinds.range({ category: "cpu_op", name, dims, flow: true, ...(types ? { types } : {}) }),
		evaluate: program.kinds.range({
			category: "cpu_op",
			name: `autograd::engine::evaluate_function: ${node}`,
			backward: true,
		}),
		node: program.kinds.range({ category: "cpu_op", name: node, backward: true, flow: true }),
	};
}

export function differentiable(
	program: ProgramBuilder,
	pass: Pass,
	kinds: DifferentiableKinds,
	forward: () => void,
	backward: () => void,
): void {
	if (!pass.tape) {
		program.op(kinds.forward, 0, forward);
		return;
	}
	const sequence = program.nextSequence();
	program.op(kinds.forward, sequence, forward);
	pass.tape.push(() => program.op(kinds.evaluate, sequence, () => program.op(kinds.node, sequence, backward)));
}

/** The backward pass of everything on the tape. */
export function unwind(pass: Pass): void {
	const tape = pass.tape ?? [];
	while (tape.length > 0) tape.pop()!();
}
