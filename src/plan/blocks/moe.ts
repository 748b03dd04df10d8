/**
 * A layer of experts (Megatron-LM's all-to-all dispatcher): a router gives every token to some experts, an all-to-all
 * brings the tokens to the ranks that hold them, grouped matrix products run the local experts, a second all-to-all
 * brings the results back. The busiest rank decides when the layer ends, so that the stated imbalance counts in full.
 */
import type { Emitter } from "./emitter.js";
import { EXPERT } from "./lanes.js";
import { type BackwardPart, inputGradient, type Linear, linearForward, weightGradient } from "./linear.js";
import { activationBackward, activationForward } from "./mlp.js";
import type { RankContext } from "./rank-context.js";

interface ExpertShare {
	/** Experts on the rank. */
	readonly local: number;
	/** Rows that the busiest expert computes on. */
	readonly rows: number;
	/** Rows of all local experts together. */
	readonly allRows: number;
	/** Bytes of the tokens that a rank gives away in an all-to-all. */
	readonly dispatchBytes: number;
}

function expertShare({ model, parallel, share }: RankContext): ExpertShare {
	const local = model.numExperts / parallel.expertModelParallelSize;
	// Every rank routes its own tokens; with a tensor group, each of its ranks routes a part of them.
	const routed = share.tokens * model.moeRouterTopk * model.moeLoadBalance;
	const rows = Math.max(1, Math.round(routed / local));
	const own = (share.tokens / share.tensor) * model.moeRouterTopk * model.moeLoadBalance;
	return { local, rows, allRows: rows * local, dispatchBytes: own * share.hidden * share.bytes };
}

function expertLinears({ share }: RankContext, { local, rows }: ExpertShare): readonly [Linear, Linear] {
	const both = { rows, batch: local };
	return [
		{ name: "experts linear_fc1", input: share.hidden, output: share.ffnColumns, ...both },
		{ name: "experts linear_fc2", input: share.ffn, output: share.hidden, ...both },
	];
}

function exchange(e: Emitter, rank: RankContext, experts: ExpertShare, name: string): void {
	const { expert } = rank.groups;
	const bytes = experts.dispatchBytes;
	e.collective({ role: "expert", lane: EXPERT, op: "allToAll", bytes, placement: expert, name });
	// The tensor group holds every expert in slices, and each of its ranks needs all rows.
	const { tensor } = rank.groups;
	const rows = experts.allRows * rank.share.hidden * rank.share.bytes;
	const op = name.startsWith("dispatch") ? "allGather" : "reduceScatter";
	e.collective({ role: "tensor", lane: EXPERT, op, bytes: rows, placement: tensor, name: `${name} rows` });
}

function permute(e: Emitter, { share }: RankContext, experts: ExpertShare, name: string): void {
	e.elementwise(name, 2 * experts.dispatchBytes);
	e.elementwise(`${name} experts`, 2 * experts.allRows * share.hidden * share.bytes);
}

export function moeForward(e: Emitter, rank: RankContext): void {
	const { model, share } = rank;
	const experts = expertShare(rank);
	const [fc1, fc2] = expertLinears(rank, experts);
	const rows = share.tokens / share.tensor;
	const ns = e.cost.gemm(rows, model.numExperts, share.hidden, share.dtype);
	e.kernel("router", `${rows}x${share.hidden} @ ${share.hidden}x${model.numExperts}`, ns);
	// Softmax and top-k in fp32.
	e.elementwise("router topk forward", 3 * rows * model.numExperts * 4);
	permute(e, rank, experts, "permute");
	exchange(e, rank, experts, "dispatch");
	linearForward(e, rank, fc1);
	activationForward(e, rank, experts.allRows);
	linearForward(e, rank, fc2);
	exchange(e, rank, experts, "combine");
	permute(e, rank, experts, "unpermute");
}

export function moeBackward(e: Emitter, rank: RankContext, part: BackwardPart): void {
	const { model, share } = rank;
	const experts = expertShare(rank);
	const [fc1, fc2] = expertLinears(rank, experts);
	if (part !== "weight") {
		permute(e, rank, experts, "unpermute backward");
		exchange(e, rank, experts, "dispatch grad");
		inputGradient(e, rank, fc2);
	}
	if (part !== "input") weightGradient(e, rank, fc2);
	if (part !== "weight") {
		activationBackward(e, rank, experts.allRows);
		inputGradient(e, rank, fc1);
	}
	if (part !== "input") weightGradient(e, rank, fc1);
	if (part === "weight") return;
	exchange(e, rank, experts, "combine grad");
	permute(e, rank, experts, "permute backward");
	const rows = share.tokens / share.tensor;
	e.elementwise("router topk backward", 3 * rows * model.numExperts * 4);
	const ns = e.cost.gemm(rows, share.hidden, model.numExperts, share.dtype);
	e.kernel("router dgrad", `${rows}x${model.numExperts} @ ${model.numExperts}x${share.hidden}`, ns);
	const weights = e.cost.gemm(model.numExperts, share.hidden, rows, share.dtype);
	e.kernel("router wgrad", `${model.numExperts}x${rows} @ ${rows}x${share.hidden}`, weights);
}
