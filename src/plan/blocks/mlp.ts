/** The MLP of a dense layer: two linear layers with an activation (GELU, or SwiGLU with its gate) between them. */
import type { Emitter } from "./emitter.js";
import {
	type BackwardPart,
	columnBackward,
	gatherRows,
	type Linear,
	linearForward,
	reduceRows,
	rowBackward,
} from "./linear.js";
import type { RankContext } from "./rank-context.js";

function fc1({ share }: RankContext): Linear {
	return { name: "linear_fc1", input: share.hidden, output: share.ffnColumns };
}

function fc2({ share }: RankContext): Linear {
	return { name: "linear_fc2", input: share.ffn, output: share.hidden };
}

export function mlpForward(e: Emitter, rank: RankContext): void {
	gatherRows(e, rank, "linear_fc1 all_gather");
	linearForward(e, rank, fc1(rank));
	activationForward(e, rank, rank.share.tokens);
	linearForward(e, rank, fc2(rank));
	reduceRows(e, rank, "linear_fc2 reduce");
}

export function mlpBackward(e: Emitter, rank: RankContext, part: BackwardPart): void {
	rowBackward(e, rank, fc2(rank), part);
	if (part !== "weight") activationBackward(e, rank, rank.share.tokens);
	columnBackward(e, rank, fc1(rank), part);
}

/** Reads what the first linear layer gave (bias and gate included) and writes what the second takes. */
export function activationForward(e: Emitter, { model, share }: RankContext, rows: number): void {
	const name = model.swiglu ? "swiglu forward" : "bias_gelu forward";
	e.elementwise(name, rows * (share.ffnColumns + share.ffn) * share.bytes);
}

/** Reads the same and the gradient, writes the gradient of its input. */
export function activationBackward(e: Emitter, { model, share }: RankContext, rows: number): void {
	const name = model.swiglu ? "swiglu backward" : "bias_gelu backward";
	e.elementwise(name, rows * (2 * share.ffnColumns + share.ffn) * share.bytes);
}
