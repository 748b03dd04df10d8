/** What the first and the last stage have besides layers: the embedding, and the output layer with the loss. */
import type { Emitter } from "./emitter.js";
import { TENSOR } from "./lanes.js";
import { normBackward, normForward } from "./layer.js";
import { type BackwardPart, columnBackward, gatherRows, type Linear, linearForward, reduceRows } from "./linear.js";
import type { RankContext } from "./rank-context.js";

/** Numbers of the loss are fp32. */
const LOSS_BYTES = 4;

function output({ share }: RankContext): Linear {
	return { name: "output_layer", input: share.hidden, output: share.vocab };
}

/** Rows of the table are looked up where the rank holds them and summed over the tensor group. */
export function embeddingForward(e: Emitter, rank: RankContext): void {
	const { model, share } = rank;
	const activations = share.tokens * share.hidden * share.bytes;
	e.elementwise("embedding forward", 2 * activations);
	reduceRows(e, rank, "embedding reduce");
	if (model.positionEmbedding === "learned") e.elementwise("position_embedding forward", 3 * activations);
	e.elementwise("embedding_dropout forward", share.normTokens * share.hidden * (2 * share.bytes + 1));
}

export function embeddingBackward(e: Emitter, rank: RankContext): void {
	const { model, share } = rank;
	const activations = share.tokens * share.hidden * share.bytes;
	e.elementwise("embedding_dropout backward", share.normTokens * share.hidden * (2 * share.bytes + 1));
	gatherRows(e, rank, "embedding all_gather_grad");
	if (model.positionEmbedding === "learned") e.elementwise("position_embedding backward", 2 * activations);
	// Sorted by token and added up; the gradient of the whole table is written.
	e.elementwise("embedding backward", 3 * activations + share.vocab * share.hidden * share.bytes);
}

/** The last norm, the logits, and the cross entropy over a vocabulary that is split over the tensor group. */
export function headForward(e: Emitter, rank: RankContext): void {
	const { share } = rank;
	const logits = share.tokens * share.vocab;
	normForward(e, rank, "final");
	gatherRows(e, rank, "output_layer all_gather");
	linearForward(e, rank, output(rank));
	// To fp32; the maximum; exponentials and their sum.
	e.elementwise("cross_entropy to fp32", logits * (share.bytes + LOSS_BYTES));
	e.elementwise("cross_entropy max", logits * LOSS_BYTES);
	lossReduce(e, rank, "cross_entropy max reduce");
	e.elementwise("cross_entropy exp", 2 * logits * LOSS_BYTES);
	lossReduce(e, rank, "cross_entropy target reduce");
	lossReduce(e, rank, "cross_entropy sum reduce");
	e.elementwise("cross_entropy loss", 2 * share.tokens * LOSS_BYTES);
}

function lossReduce(e: Emitter, { share, groups }: RankContext, name: string): void {
	const bytes = share.tokens * LOSS_BYTES;
	e.collective({ role: "tensor", lane: TENSOR, op: "allReduce", bytes, placement: groups.tensor, name });
}

export function headBackward(e: Emitter, rank: RankContext, part: BackwardPart): void {
	const { share } = rank;
	const logits = share.tokens * share.vocab;
	if (part !== "weight") e.elementwise("cross_entropy backward", logits * (2 * LOSS_BYTES + share.bytes));
	columnBackward(e, rank, output(rank), part);
	if (part !== "weight") normBackward(e, rank, "final");
}
