/**
 * Attention over the heads of a rank: one fused kernel a direction (FlashAttention), or the batched matrix products with
 * softmax and dropout between them. With context parallelism keys and values go round the ring of the ranks that share
 * the sequence, and every step works on those that are here while the next are on their way (Liu et al. 2023,
 * arXiv 2310.01889); the causal mask is balanced so that each step has half of its scores to compute.
 */
import { DTYPE_BYTES } from "../../config/schema-fields.js";
import type { AttentionShape } from "../../cost/cost-model.js";
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import { type Emitter, messageShape } from "./emitter.js";
import { COMPUTE, CONTEXT } from "./lanes.js";
import type { RankContext } from "./rank-context.js";

/** Query, key and value of a micro-batch, turned by their positions: read and written. */
export function rotary(e: Emitter, { model, share }: RankContext, name: string): void {
	if (model.positionEmbedding !== "rope") return;
	e.elementwise(name, 2 * share.tokens * (share.heads + share.queryGroups) * share.headDim * share.bytes);
}

export function coreAttentionForward(e: Emitter, rank: RankContext): void {
	if (rank.options.attention === "flash") {
		ring(e, rank, "forward");
		return;
	}
	const { share } = rank;
	const scores = scoreCount(rank);
	batched(e, rank, "core_attention scores", "scores");
	softmaxForward(e, rank, scores);
	// Reads and writes the scores; dropout writes a mask of one byte besides.
	e.elementwise("attention_dropout forward", scores * (2 * share.bytes + 1));
	batched(e, rank, "core_attention context", "context");
	e.elementwise("context copy", 2 * share.tokens * share.attentionColumns * share.bytes);
}

export function coreAttentionBackward(e: Emitter, rank: RankContext): void {
	if (rank.options.attention === "flash") {
		ring(e, rank, "backward");
		return;
	}
	const { share } = rank;
	const scores = scoreCount(rank);
	batched(e, rank, "core_attention context dgrad probs", "scores");
	batched(e, rank, "core_attention context dgrad value", "context");
	e.elementwise("attention_dropout backward", scores * (2 * share.bytes + 1));
	softmaxBackward(e, rank, scores);
	batched(e, rank, "core_attention scores dgrad query", "context");
	batched(e, rank, "core_attention scores dgrad key", "context");
	e.elementwise("qkv_grad concat", 2 * share.tokens * share.qkvColumns * share.bytes);
}

function scoreCount({ share }: RankContext): number {
	return share.sequences * share.heads * share.sequenceTokens * share.sequenceTokens * share.context;
}

/**
 * Scale, mask and softmax are one kernel where every block of four warps has whole rows of one head; otherwise
 * PyTorch's own operators run in fp32 (Megatron-LM, fused_softmax.py: is_kernel_available).
 */
function isSoftmaxFused({ share }: RankContext): boolean {
	return (share.sequences * share.heads) % 4 === 0;
}

const FP32 = DTYPE_BYTES.fp32;

function softmaxForward(e: Emitter, rank: RankContext, scores: number): void {
	const { bytes } = rank.share;
	if (isSoftmaxFused(rank)) {
		e.elementwise("scaled_masked_softmax forward", 2 * scores * bytes);
		return;
	}
	e.elementwise("scores to fp32", scores * (bytes + FP32));
	e.elementwise("scores scale", 2 * scores * FP32);
	e.elementwise("scores mask", 2 * scores * FP32);
	e.elementwise("softmax forward", 2 * scores * FP32);
	e.elementwise("probs from fp32", scores * (bytes + FP32));
}

function softmaxBackward(e: Emitter, rank: RankContext, scores: number): void {
	const { bytes } = rank.share;
	if (isSoftmaxFused(rank)) {
		e.elementwise("scaled_masked_softmax backward", 3 * scores * bytes);
		return;
	}
	e.elementwise("probs_grad to fp32", scores * (bytes + FP32));
	e.elementwise("softmax backward", 3 * scores * FP32);
	e.elementwise("scores mask backward", 2 * scores * FP32);
	e.elementwise("scores scale backward", 2 * scores * FP32);
	e.elementwise("scores_grad from fp32", scores * (bytes + FP32));
}

/** One of the products between queries, keys, values and scores: each is tokens x tokens x head size a head. */
function batched(e: Emitter, { share }: RankContext, name: string, gives: "scores" | "context"): void {
	const { sequenceTokens: rows, headDim } = share;
	const columns = rows * share.context;
	const batch = share.sequences * share.heads;
	const [n, k] = gives === "scores" ? [columns, headDim] : [headDim, columns];
	e.kernel(name, `${batch} of ${rows}x${k} @ ${k}x${n}`, e.cost.gemm(rows, n, k, share.dtype, batch));
}

function ring(e: Emitter, rank: RankContext, direction: "forward" | "backward"): void {
	const { share } = rank;
	const shape: AttentionShape = {
		batch: share.sequences,
		heads: share.heads,
		queryGroups: share.queryGroups,
		seq: share.sequenceTokens,
		kvSeq: share.sequenceTokens,
		headDim: share.headDim,
		causal: true,
		flash: true,
	};
	const text = `${shape.batch}x${shape.heads}x${shape.seq}x${shape.headDim}`;
	const before = e.slowdown;
	for (let step = 0; step < share.context; step++) {
		const isLast = step === share.context - 1;
		e.slowdown = isLast ? before : before * e.cost.overlapSlowdown.compute;
		if (step > 0) e.await(CONTEXT);
		if (!isLast) passOn(e, rank, direction);
		e.kernel(`flash_attention ${direction}`, text, e.cost.attention(direction, shape, share.dtype));
	}
	e.slowdown = before;
}

/** Keys and values to the next rank of the ring, backward their gradients too. */
function passOn(e: Emitter, { share, groups }: RankContext, direction: "forward" | "backward"): void {
	const parts = direction === "forward" ? 2 : 4;
	const bytes = parts * share.tokens * share.queryGroups * share.headDim * share.bytes;
	const name = `ring_exchange ${direction}`;
	const wireNs = e.cost.sendRecv(bytes, groups.context.nodes === 1, groups.context.sharing);
	const call = e.launch(name);
	const shape = e.text(messageShape("sendrecv", bytes, `context group of ${groups.context.size}`));
	const slowed = Math.round(wireNs * e.cost.overlapSlowdown.communication);
	// Every rank of the ring does the same at the same time, so that none waits for another.
	e.builder.task(TaskKind.comm, CONTEXT, e.text(name), shape, slowed);
	e.builder.after(call, EdgeKind.launch, { delayNs: Math.round(e.cost.launchNs) });
	e.builder.afterLane(CONTEXT, EdgeKind.intraStream);
	e.builder.afterLane(COMPUTE, EdgeKind.interStream);
}
