/** The blocks of the parts of a pipeline: what a stage runs for one micro-batch in one pass of one of its chunks. */
import type { Block } from "../block.js";
import { joinBlocks } from "../join-blocks.js";
import type { PipelinePart } from "../layout.js";
import { embeddingParameters, headParameters, type ParameterCount } from "../parameters.js";
import type { Emitter } from "./emitter.js";
import { embeddingBackward, embeddingForward, headBackward, headForward } from "./ends.js";
import { bucketParameters, gatherParameters, reduceGradients } from "./gradients.js";
import { DATA } from "./lanes.js";
import { LayerBlocks } from "./layer-blocks.js";
import type { BackwardPart } from "./linear.js";
import type { RankContext } from "./rank-context.js";
import { synchronize } from "./synchronize.js";

export interface PassVariant {
	/** What comes in was sent by another stage and is waited for by name. */
	readonly awaitsMessage: boolean;
	/** The first or the last micro-batch of a step, beside which parameters are gathered or gradients reduced. */
	readonly besideData: boolean;
}

export class PartBlocks {
	readonly #e: Emitter;
	readonly #rank: RankContext;
	readonly layers: LayerBlocks;

	constructor(e: Emitter, rank: RankContext) {
		this.#e = e;
		this.#rank = rank;
		this.layers = new LayerBlocks(e, rank);
	}

	forward(part: PipelinePart, { awaitsMessage, besideData }: PassVariant): Block {
		const e = this.#e;
		const pieces: Block[] = [];
		if (besideData) this.#gatherFirst(part);
		if (awaitsMessage && part.layers === 0) e.awaitMessage();
		if (part.hasEmbedding) embeddingForward(e, this.#rank);
		pieces.push(e.finish("before layers"));
		for (let layer = 0; layer < part.layers; layer++) {
			pieces.push(
				this.layers.forward({
					awaitsMessage: awaitsMessage && layer === 0,
					awaitsParameters: besideData,
					// The last layer has no next one to gather for.
					gathersParameters: besideData && layer < part.layers - 1,
				}),
			);
		}
		if (part.hasHead) headForward(e, this.#rank);
		this.#endPass(part);
		pieces.push(e.finish("after layers"));
		return joinBlocks(`forward ${describe(part)}`, pieces);
	}

	backward(part: PipelinePart, pass: BackwardPart, { awaitsMessage, besideData }: PassVariant): Block {
		const e = this.#e;
		const pieces: Block[] = [];
		const awaits = awaitsMessage && pass !== "weight";
		if (awaits && part.layers === 0) e.awaitMessage();
		if (part.hasHead) headBackward(e, this.#rank, pass);
		pieces.push(e.finish("before layers"));
		const bucket = besideData ? this.#layersPerBucket(part) : Number.POSITIVE_INFINITY;
		let begun = part.hasHead ? this.#headCount() : NOTHING;
		for (let layer = 0; layer < part.layers; layer++) {
			pieces.push(
				this.layers.backward(pass, { awaitsMessage: awaits && layer === 0, besideReduction: layer >= bucket }),
			);
			begun = add(begun, this.layers.parameters);
			if ((layer + 1) % bucket !== 0) continue;
			this.#reduce(begun);
			pieces.push(e.finish("bucket"));
			begun = NOTHING;
		}
		if (part.hasEmbedding && pass !== "weight") embeddingBackward(e, this.#rank);
		if (part.hasEmbedding) begun = add(begun, this.#embeddingCount());
		if (besideData && begun.dense + begun.expert > 0) this.#reduce(begun);
		this.#endPass(part);
		pieces.push(e.finish("after layers"));
		return joinBlocks(`${pass === "weight" ? "weight gradients" : "backward"} ${describe(part)}`, pieces);
	}

	/** All that is on the part: what the optimizer and the reduction of gradients work on. */
	parameters(part: PipelinePart): ParameterCount {
		const { dense, expert } = this.layers.parameters;
		let count: ParameterCount = { dense: part.layers * dense, expert: part.layers * expert };
		if (part.hasEmbedding) count = add(count, this.#embeddingCount());
		if (part.hasHead) count = add(count, this.#headCount());
		return count;
	}

	#embeddingCount(): ParameterCount {
		return { dense: embeddingParameters(this.#rank.model, this.#rank.parallel), expert: 0 };
	}

	#headCount(): ParameterCount {
		return { dense: headParameters(this.#rank.model, this.#rank.parallel), expert: 0 };
	}

	#reduce(count: ParameterCount): void {
		reduceGradients(this.#e, this.#rank, count, { slowdown: this.#e.cost.overlapSlowdown.communication });
	}

	/** What the first kernels of the part need before any of them can run. */
	#gatherFirst(part: PipelinePart): void {
		const ends = { ...this.parameters({ ...part, layers: Math.min(1, part.layers) }) };
		gatherParameters(this.#e, this.#rank, ends, { slowdown: 1 });
		if (part.hasEmbedding || part.layers === 0) this.#e.await(DATA);
	}

	/**
	 * Gradients of the first stage's first chunk go in buckets, as many layers each as fill one; those of all others in
	 * one piece, since nothing on the critical path waits for them (Megatron-LM turns bucketing off there, too).
	 */
	#layersPerBucket({ part, layers }: PipelinePart): number {
		if (part > 0) return layers;
		const { dense, expert } = this.layers.parameters;
		return Math.max(1, Math.min(layers, Math.round(bucketParameters(this.#rank) / (dense + expert))));
	}

	#endPass({ layers, hasEmbedding, hasHead }: PipelinePart): void {
		// A part without layers still hands on what it gets.
		if (layers === 0 && !hasEmbedding && !hasHead) this.#e.elementwise("pass through", 0);
		if (this.#rank.options.synchronizesPasses) synchronize(this.#e);
	}
}

const NOTHING: ParameterCount = { dense: 0, expert: 0 };

function add(a: ParameterCount, b: ParameterCount): ParameterCount {
	return { dense: a.dense + b.dense, expert: a.expert + b.expert };
}

function describe({ layers, hasEmbedding, hasHead }: PipelinePart): string {
	return `${hasEmbedding ? "embedding, " : ""}${layers} layers${hasHead ? ", head" : ""}`;
}
