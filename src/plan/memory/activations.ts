/**
 * Bytes that a forward pass keeps for its backward pass, after Korthikanti et al. 2022 (arXiv 2205.05198, section 4):
 * for a GPT in 16 bits, s b h (10 + 24/t + 5 a s / (h t)) a layer under tensor parallelism t, s b h / t (34 + 5 a s / h)
 * with sequence parallelism; the last term goes with selective recomputation or a flash kernel, and full recomputation
 * keeps the layer's input alone. Term by term here, so that other widths (grouped queries, gated MLPs, experts) follow.
 */
import type { ModelConfig } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import type { FrameworkOptions } from "../blocks/rank-context.js";
import { type RankShare, rankShare } from "../blocks/rank-share.js";
import type { PipelinePart } from "../layout.js";

/** A dropout mask takes a byte an element. */
const MASK_BYTES = 1;
/** Losses, and what a flash kernel keeps of every row's softmax, are fp32. */
const FP32_BYTES = 4;

export class ActivationSizes {
	readonly #model: ModelConfig;
	readonly #parallel: ParallelConfig;
	readonly #share: RankShare;
	readonly #attention: FrameworkOptions["attention"];

	constructor(model: ModelConfig, parallel: ParallelConfig, { attention }: Pick<FrameworkOptions, "attention">) {
		this.#model = model;
		this.#parallel = parallel;
		this.#share = rankShare(model, parallel);
		this.#attention = attention;
	}

	/** What a layer keeps of one micro-batch. */
	layer(): number {
		return this.#parallel.recompute === "full" ? this.layerInput() : this.#wholeLayer();
	}

	layerInput(): number {
		const { normTokens, hidden, bytes } = this.#share;
		return normTokens * hidden * bytes;
	}

	/** What is there for the time of one layer: all of it that full recomputation makes again, or the scores. */
	recomputed(): number {
		switch (this.#parallel.recompute) {
			case "full":
				return this.#wholeLayer() - this.layerInput();
			case "selective":
				return this.#scores();
			default:
				return 0;
		}
	}

	/** What one part of the pipeline keeps of one micro-batch; the logits, which go at once, are not in it. */
	part({ layers, hasEmbedding, hasHead }: PipelinePart): number {
		const { normTokens, hidden } = this.#share;
		// Outside the layers: the mask of the embedding's dropout; the inputs of the last norm and the output layer.
		const embedding = hasEmbedding ? normTokens * hidden * MASK_BYTES : 0;
		const head = hasHead ? 2 * this.layerInput() : 0;
		return layers * this.layer() + embedding + head;
	}

	/** The logits as the output layer gives them and their softmax in fp32, of the one micro-batch that has them. */
	logits(): number {
		const { tokens, vocab, bytes } = this.#share;
		return tokens * vocab * (bytes + FP32_BYTES);
	}

	/** One message between stages. */
	message(): number {
		return this.layerInput();
	}

	/** The rows of all ranks of a tensor group, gathered for a matrix product where they are usually shared out. */
	gathered(): number {
		const { sequenceParallel, tokens, hidden, bytes } = this.#share;
		return sequenceParallel ? tokens * hidden * bytes : 0;
	}

	#wholeLayer(): number {
		const { normTokens, hidden, bytes } = this.#share;
		// Inputs of two norms and of two first matrices, and the masks of two dropouts.
		const rows = normTokens * hidden * (4 * bytes + 2 * MASK_BYTES);
		return rows + this.#attentionInside() + this.#mlpInside();
	}

	/** Query, key, value, and what the output projection reads. */
	#attentionInside(): number {
		const { tokens, attentionColumns, queryGroups, headDim, bytes, heads } = this.#share;
		const projections = tokens * (2 * attentionColumns + 2 * queryGroups * headDim) * bytes;
		if (this.#attention === "flash") return projections + tokens * heads * FP32_BYTES;
		return projections + (this.#parallel.recompute === "selective" ? 0 : this.#scores());
	}

	/** Softmax, its dropout's mask and result; a flash kernel keeps none of them. */
	#scores(): number {
		if (this.#attention === "flash") return 0;
		const { sequences, heads, sequenceTokens, context, bytes } = this.#share;
		return sequences * heads * sequenceTokens * sequenceTokens * context * (2 * bytes + MASK_BYTES);
	}

	/** What the activation function and the second matrix read; with experts, what comes from and goes to other ranks, too. */
	#mlpInside(): number {
		const { tokens, ffn, ffnColumns, hidden, normTokens, bytes } = this.#share;
		const width = ffn + ffnColumns;
		const { numExperts, moeRouterTopk, moeLoadBalance } = this.#model;
		if (numExperts === 0) return tokens * width * bytes;
		const copies = moeRouterTopk * moeLoadBalance;
		return copies * (tokens * width + 2 * normTokens * hidden) * bytes;
	}
}
