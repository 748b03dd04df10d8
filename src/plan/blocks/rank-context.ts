/** What the emitters of blocks need to know: the rank's share of the model, and where the groups of the rank run. */
import type { ModelConfig } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import type { GroupPlacement } from "../../cost/cost-model.js";
import { groupPlacement } from "../../cost/placement.js";
import { type RankShare, rankShare } from "./rank-share.js";

/** How the framework does things, where frameworks and their versions differ. */
export interface FrameworkOptions {
	/** `unfused`: two batched matrix products with softmax and dropout between them. */
	readonly attention: "flash" | "unfused";
	/** Matrix products of weight gradients add to the gradient themselves; otherwise a kernel of its own does. */
	readonly fusedGradientAccumulation: boolean;
	/** The all-reduce of a column-parallel layer's input gradient runs beside its weight gradient. */
	readonly overlapTensorGradients: boolean;
	/** The CPU waits for the device after every pass, as Megatron-LM's timers once made it. */
	readonly synchronizesPasses: boolean;
	/**
	 * Messages between stages: `blocking` holds up the compute stream and the CPU until both sides have them (Megatron's
	 * batched p2p), `streams` gives sends and receives streams of their own (its overlapped p2p).
	 */
	readonly messages: "blocking" | "streams";
	/**
	 * With tensor parallelism every rank sends its share of the activations, which are the same on all of them, and the
	 * receivers gather the shares (Narayanan et al. 2021, arXiv 2104.04473, section 4.1). Blocking messages only.
	 */
	readonly scattersMessages: boolean;
}

export interface RankContext {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly options: FrameworkOptions;
	readonly share: RankShare;
	readonly gpusPerNode: number;
	readonly groups: Readonly<
		Record<"tensor" | "context" | "expert" | "data" | "expertData" | "embedding", GroupPlacement>
	>;
}

export function rankContext(
	model: ModelConfig,
	parallel: ParallelConfig,
	options: FrameworkOptions,
	gpusPerNode: number,
): RankContext {
	const place = (kind: Parameters<typeof groupPlacement>[0]): GroupPlacement =>
		groupPlacement(kind, parallel, gpusPerNode);
	return {
		model,
		parallel,
		options,
		share: rankShare(model, parallel),
		gpusPerNode,
		groups: {
			tensor: place("tp"),
			context: place("cp"),
			expert: place("ep"),
			// Parameters are the same on the ranks that share a sequence, so their gradients are summed over those, too.
			data: place("dp-cp"),
			expertData: place("edp"),
			embedding: place("embedding"),
		},
	};
}
