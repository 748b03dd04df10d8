/** Tensor-parallel linear layers as Megatron-LM runs them: their three matrix products, and what the tensor group moves. */
import { misalignment } from "../../cost/alignment.js";
import type { Emitter } from "./emitter.js";
import { TENSOR } from "./lanes.js";
import type { RankContext } from "./rank-context.js";

/** Which part of a backward pass: both, or one of the two where weight gradients are a pass of their own. */
export type BackwardPart = "all" | "input" | "weight";

export interface Linear {
	readonly name: string;
	/** Columns that come in and go out, on this rank. */
	readonly input: number;
	readonly output: number;
	/** Rows. @default the tokens of the micro-batch */
	readonly rows?: number;
	/** Products of the same shape at once: local experts. @default 1 */
	readonly batch?: number;
}

export function gemmShape(m: number, n: number, k: number, batch = 1): string {
	return batch === 1 ? `${m}x${k} @ ${k}x${n}` : `${batch} of ${m}x${k} @ ${k}x${n}`;
}

function product(e: Emitter, { share }: RankContext, name: string, m: number, n: number, k: number, batch = 1): number {
	const ns = e.cost.gemm(m, n, k, share.dtype, batch) * misalignment(n, k, share.dtype, e.cost.costOfMisalignment);
	e.kernel(name, gemmShape(m, n, k, batch), ns);
	return ns;
}

export function linearForward(e: Emitter, rank: RankContext, { name, input, output, rows, batch }: Linear): void {
	product(e, rank, name, rows ?? rank.share.tokens, output, input, batch);
}

export function inputGradient(e: Emitter, rank: RankContext, { name, input, output, rows, batch }: Linear): void {
	product(e, rank, `${name} dgrad`, rows ?? rank.share.tokens, input, output, batch);
}

export function weightGradient(e: Emitter, rank: RankContext, linear: Linear): void {
	const { name, input, output, rows, batch = 1 } = linear;
	product(e, rank, `${name} wgrad`, output, input, rows ?? rank.share.tokens, batch);
	// Read both summands, write the sum.
	if (!rank.options.fusedGradientAccumulation)
		e.elementwise(`${name} accumulate_grad`, 3 * rank.share.bytes * batch * input * output);
}

/** The whole activations of a micro-batch, as the tensor group exchanges them. */
function activationBytes({ share }: RankContext): number {
	return share.tokens * share.hidden * share.bytes;
}

/** Into a column-parallel layer: with sequence parallelism its rows are gathered first. */
export function gatherRows(e: Emitter, rank: RankContext, name: string, async = false): void {
	if (!rank.share.sequenceParallel) return;
	const placement = rank.groups.tensor;
	const bytes = activationBytes(rank);
	e.collective({ role: "tensor", lane: TENSOR, op: "allGather", bytes, placement, name, async });
}

/** Out of a row-parallel layer (or, backward, into a column-parallel one): partial sums are reduced. */
export function reduceRows(e: Emitter, rank: RankContext, name: string, async = false): void {
	const op = rank.share.sequenceParallel ? "reduceScatter" : "allReduce";
	const placement = rank.groups.tensor;
	const bytes = activationBytes(rank);
	e.collective({ role: "tensor", lane: TENSOR, op, bytes, placement, name, async });
}

/**
 * Backward through a column-parallel layer: the input's gradient is a sum over the tensor group, which runs beside the
 * weight gradient; with sequence parallelism the rows that the weight gradient needs are gathered again.
 */
export function columnBackward(e: Emitter, rank: RankContext, linear: Linear, part: BackwardPart): void {
	if (part === "weight") {
		gatherRows(e, rank, `${linear.name} all_gather`);
		weightGradient(e, rank, linear);
		return;
	}
	const beside = rank.options.overlapTensorGradients && part === "all";
	if (part === "all") gatherRows(e, rank, `${linear.name} all_gather`, beside);
	inputGradient(e, rank, linear);
	if (part === "input") {
		reduceRows(e, rank, `${linear.name} reduce_grad`);
		return;
	}
	if (rank.share.sequenceParallel && beside) e.await(TENSOR);
	reduceRows(e, rank, `${linear.name} reduce_grad`, beside);
	const before = e.slowdown;
	if (beside && rank.groups.tensor.size > 1) e.slowdown *= e.cost.overlapSlowdown.compute;
	weightGradient(e, rank, linear);
	e.slowdown = before;
	if (beside && rank.groups.tensor.size > 1) e.await(TENSOR);
}

/** Backward through a row-parallel layer: with sequence parallelism the gradient's rows are gathered first. */
export function rowBackward(e: Emitter, rank: RankContext, linear: Linear, part: BackwardPart): void {
	if (part !== "weight") {
		gatherRows(e, rank, `${linear.name} all_gather_grad`);
		inputGradient(e, rank, linear);
	}
	if (part !== "input") weightGradient(e, rank, linear);
}
