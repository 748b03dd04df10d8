/**
 * The end of a step on one rank: gradients that every replica, stage or tensor rank has a part of are summed, their
 * norm is taken over the whole model, and a fused mixed-precision Adam scales them and updates the parameters.
 */
import { DTYPE_BYTES } from "../../config/schema-fields.js";
import type { GroupPlacement } from "../../cost/cost-model.js";
import { normParameters, type ParameterCount, tableParameters } from "../parameters.js";
import type { Emitter } from "./emitter.js";
import { gatherParameters, gradientBytes, reduceGradients } from "./gradients.js";
import { DATA, MODEL, TENSOR } from "./lanes.js";
import type { RankContext } from "./rank-context.js";
import { synchronize } from "./synchronize.js";

/** What the stage of a rank holds. */
export interface StageParameters extends ParameterCount {
	readonly layers: number;
	/** The stage holds one of two copies of a tied embedding table. */
	readonly sharesTable: boolean;
}

const FP32 = DTYPE_BYTES.fp32;

export function optimizerStep(e: Emitter, rank: RankContext, stage: StageParameters): void {
	const { parallel, share, groups } = rank;
	if (parallel.overlapGradReduce) e.await(DATA);
	else reduceGradients(e, rank, stage);
	if (share.sequenceParallel) {
		// Each rank of the tensor group saw some of the rows that norms work on.
		const bytes = 2 * stage.layers * normParameters(rank.model) * gradientBytes(rank);
		const placement = groups.tensor;
		e.collective({ role: "tensor", lane: TENSOR, op: "allReduce", bytes, placement, name: "reduce norm gradients" });
	}
	if (stage.sharesTable) {
		const bytes = tableParameters(rank.model, parallel) * gradientBytes(rank);
		const placement = groups.embedding;
		e.collective({ role: "embedding", lane: MODEL, op: "allReduce", bytes, placement, name: "reduce tied embeddings" });
	}
	const own = ownParameters(rank, stage);
	const gradient = gradientBytes(rank);
	// An overflow in fp16 shows in the norm.
	e.elementwise("gradient norm", own * gradient);
	wholeModel(e, rank, "reduce gradient norm");
	synchronize(e, MODEL);
	// Reads the gradient, the fp32 parameter and two moments; writes the last three and the model's own parameter.
	const copy = share.bytes < FP32 ? share.bytes : 0;
	e.kernel("adam", String(own), e.cost.optimizer(own, gradient + 6 * FP32 + copy));
	if (parallel.useDistributedOptimizer && !parallel.overlapParamGather) gatherParameters(e, rank, stage);
	e.elementwise("zero gradients", (stage.dense + stage.expert) * gradient);
}

/** Parameters that this rank updates: a shard where the optimizer is distributed. */
export function ownParameters({ parallel, groups }: RankContext, { dense, expert }: ParameterCount): number {
	if (!parallel.useDistributedOptimizer) return dense + expert;
	return Math.ceil(dense / groups.data.size) + Math.ceil(expert / groups.expertData.size);
}

/** A number that all ranks that hold parts of the model agree on. */
function wholeModel(e: Emitter, rank: RankContext, name: string): void {
	e.collective({ role: "model", lane: MODEL, op: "allReduce", bytes: FP32, placement: modelPlacement(rank), name });
}

/** The ranks of all stages and their tensor groups; with sharded parameters those of the replicas, too. */
function modelPlacement({ parallel, groups, gpusPerNode }: RankContext): GroupPlacement {
	const { tensorModelParallelSize: tensor, pipelineModelParallelSize: stages } = parallel;
	const replicas = groups.data.size;
	const ranks = stages * tensor * replicas;
	const size = parallel.useDistributedOptimizer ? ranks : stages * tensor;
	// Stages lie tensor x replicas ranks apart.
	const nodes = Math.min(size, Math.max(1, Math.ceil(ranks / gpusPerNode)));
	return {
		size,
		perNode: Math.ceil(size / nodes),
		nodes,
		sharing: Math.max(1, Math.min(gpusPerNode, ranks) / Math.ceil(size / nodes)),
	};
}
