/**
 * The end of a step on one rank: gradients that every replica, stage or tensor rank has a part of are summed, their
 * norm is taken over the whole model, and mixed-precision Adam updates the parameters (Megatron-LM's optimizer.py).
 */
import { DTYPE_BYTES } from "../../config/schema-fields.js";
import type { GroupPlacement } from "../../cost/cost-model.js";
import { EdgeKind, TaskKind } from "../../graph/graph.js";
import { normParameters, type ParameterCount, tableParameters } from "../parameters.js";
import type { Emitter } from "./emitter.js";
import { gatherParameters, gradientBytes, reduceGradients } from "./gradients.js";
import { COMPUTE, DATA, MAIN, MODEL, TENSOR } from "./lanes.js";
import type { RankContext } from "./rank-context.js";

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
	if (share.bytes < FP32) e.elementwise("gradients to fp32", own * (gradientBytes(rank) + FP32));
	if (parallel.dtype === "fp16") {
		e.elementwise("unscale and check", 2 * own * FP32);
		wholeModel(e, rank, "reduce found_inf");
		synchronize(e);
	}
	e.elementwise("gradient norm", own * FP32);
	wholeModel(e, rank, "reduce gradient norm");
	synchronize(e);
	e.elementwise("clip gradients", 2 * own * FP32);
	// Adam reads the gradient, the parameter and two moments, and writes the last three.
	e.kernel("adam", String(own), e.cost.optimizer(own, 7 * FP32));
	if (share.bytes < FP32) e.elementwise("parameters to model", own * (FP32 + share.bytes));
	if (parallel.useDistributedOptimizer && !parallel.overlapParamGather) gatherParameters(e, rank, stage);
	e.elementwise("zero gradients", (stage.dense + stage.expert) * gradientBytes(rank));
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

/** The CPU reads a number from the device. */
export function synchronize(e: Emitter): void {
	const name = e.text("cudaStreamSynchronize");
	const call = e.builder.task(TaskKind.syncCall, MAIN, name, 0, Math.round(e.cost.cpuOpNs));
	e.builder.afterLane(MAIN, EdgeKind.intraThread);
	e.builder.task(TaskKind.syncReturn, MAIN, name, 0, 0);
	e.builder.after(call, EdgeKind.intraThread);
	e.builder.afterLane(COMPUTE, EdgeKind.sync);
	e.builder.afterLane(MODEL, EdgeKind.sync);
}
