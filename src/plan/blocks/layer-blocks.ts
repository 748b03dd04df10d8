/** Blocks of single layers, each variant made once: parts of a pipeline are joined from them. */

import { TaskKind } from "../../graph/graph.js";
import type { Block } from "../block.js";
import { layerParameters, type ParameterCount } from "../parameters.js";
import type { Emitter } from "./emitter.js";
import { gatherParameters, reductionNs } from "./gradients.js";
import { DATA } from "./lanes.js";
import { layerBackward, layerForward } from "./layer.js";
import type { BackwardPart } from "./linear.js";
import type { RankContext } from "./rank-context.js";

export interface LayerVariant {
	/** Its first kernel waits for what another stage sends. */
	readonly awaitsMessage?: boolean;
	/** Forward: it waits for its parameters, which are gathered while the layer before runs, ... */
	readonly awaitsParameters?: boolean;
	/** ... and starts to gather those of the next. */
	readonly gathersParameters?: boolean;
	/** Backward: gradients of other layers are reduced meanwhile. */
	readonly besideReduction?: boolean;
}

export class LayerBlocks {
	readonly #e: Emitter;
	readonly #rank: RankContext;
	readonly #made = new Map<string, Block>();
	/** Parameters of one layer on this rank. */
	readonly parameters: ParameterCount;

	constructor(e: Emitter, rank: RankContext) {
		this.#e = e.fork();
		this.#rank = rank;
		this.parameters = layerParameters(rank.model, rank.parallel);
	}

	forward(variant: LayerVariant = {}): Block {
		return this.#once(`forward ${JSON.stringify(variant)}`, () => {
			const e = this.#e;
			if (variant.awaitsMessage) e.awaitMessage();
			if (variant.awaitsParameters) e.await(DATA);
			if (variant.gathersParameters) {
				e.slowdown = e.cost.overlapSlowdown.compute;
				gatherParameters(e, this.#rank, this.parameters, { slowdown: e.cost.overlapSlowdown.communication });
			}
			layerForward(e, this.#rank);
			e.slowdown = 1;
			return e.finish("layer forward");
		});
	}

	backward(part: BackwardPart, variant: LayerVariant = {}): Block {
		return this.#once(`backward ${part} ${JSON.stringify(variant)}`, () => {
			const e = this.#e;
			if (variant.awaitsMessage) e.awaitMessage();
			if (variant.besideReduction) e.slowdown = this.#slowdownBesideReduction(part);
			layerBackward(e, this.#rank, part);
			e.slowdown = 1;
			return e.finish(part === "weight" ? "layer weight gradients" : "layer backward");
		});
	}

	/** Slower for as long as the reduction of one layer's gradients runs beside the kernels of another. */
	#slowdownBesideReduction(part: BackwardPart): number {
		const reduction = reductionNs(this.#e, this.#rank, this.parameters);
		const busy = kernelNs(this.backward(part));
		return 1 + (this.#e.cost.overlapSlowdown.compute - 1) * Math.min(1, reduction / busy);
	}

	#once(key: string, make: () => Block): Block {
		let block = this.#made.get(key);
		if (block === undefined) {
			block = make();
			this.#made.set(key, block);
		}
		return block;
	}
}

/** Time of all kernels of a block. */
export function kernelNs({ kind, durationNs }: Block): number {
	return durationNs.reduce((sum, ns, task) => sum + (kind[task] === TaskKind.kernel ? ns : 0), 0);
}
