/** A transformer layer: attention and MLP (or experts), each behind a norm and with a residual around it. */

import { coreAttentionBackward, coreAttentionForward, rotary } from "./attention.js";
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
import { mlpBackward, mlpForward } from "./mlp.js";
import { moeBackward, moeForward } from "./moe.js";
import type { RankContext } from "./rank-context.js";

function qkv({ share }: RankContext): Linear {
	return { name: "linear_qkv", input: share.hidden, output: share.qkvColumns };
}

function proj({ share }: RankContext): Linear {
	return { name: "linear_proj", input: share.attentionColumns, output: share.hidden };
}

/** Reads rows of the hidden size and writes as many. */
export function normForward(e: Emitter, { model, share }: RankContext, name: string): void {
	e.elementwise(`${model.normalization} forward ${name}`, 2 * share.normTokens * share.hidden * share.bytes);
}

/** Reads the input, the gradient and the residual's gradient, and writes their sum. */
export function normBackward(e: Emitter, { model, share }: RankContext, name: string): void {
	e.elementwise(`${model.normalization} backward ${name}`, 4 * share.normTokens * share.hidden * share.bytes);
}

/** Bias, dropout and the residual in one kernel, with a mask of one byte. */
function residualForward(e: Emitter, { share }: RankContext): void {
	e.elementwise("bias_dropout_add forward", share.normTokens * share.hidden * (3 * share.bytes + 1));
}

function residualBackward(e: Emitter, { share }: RankContext): void {
	e.elementwise("bias_dropout_add backward", share.normTokens * share.hidden * (2 * share.bytes + 1));
}

export function layerForward(e: Emitter, rank: RankContext): void {
	normForward(e, rank, "attention");
	gatherRows(e, rank, "linear_qkv all_gather");
	linearForward(e, rank, qkv(rank));
	rotary(e, rank, "rotary forward");
	coreAttentionForward(e, rank);
	linearForward(e, rank, proj(rank));
	reduceRows(e, rank, "linear_proj reduce");
	residualForward(e, rank);
	normForward(e, rank, "mlp");
	if (rank.model.numExperts > 0) moeForward(e, rank);
	else mlpForward(e, rank);
	residualForward(e, rank);
}

/** With what it recomputes first: the whole layer, or the core of attention where that is all that was not kept. */
export function layerBackward(e: Emitter, rank: RankContext, part: BackwardPart): void {
	const { recompute } = rank.parallel;
	const isWeight = part === "weight";
	if (recompute === "full" && !isWeight) layerForward(e, rank);
	e.cpuShare = e.cost.backwardCpuShare;
	if (!isWeight) residualBackward(e, rank);
	if (rank.model.numExperts > 0) moeBackward(e, rank, part);
	else mlpBackward(e, rank, part);
	if (!isWeight) {
		normBackward(e, rank, "mlp");
		residualBackward(e, rank);
	}
	rowBackward(e, rank, proj(rank), part);
	if (!isWeight) {
		if (recompute === "selective") {
			e.cpuShare = 1;
			coreAttentionForward(e, rank);
			e.cpuShare = e.cost.backwardCpuShare;
		}
		coreAttentionBackward(e, rank);
		rotary(e, rank, "rotary backward");
	}
	columnBackward(e, rank, qkv(rank), part);
	if (!isWeight) normBackward(e, rank, "attention");
	e.cpuShare = 1;
}
