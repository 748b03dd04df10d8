/**
 * How long the tasks of the base run take in the target: as measured where nothing about them changes, else the
 * measured time by what the cost model says that the change does; and which share of the time is which.
 */
import type { ModelConfig } from "../../config/model.js";
import type { ParallelConfig } from "../../config/parallel.js";
import type { CollectiveOp, CostModel, GroupPlacement } from "../../cost/cost-model.js";
import { type GroupKind, groupPlacement } from "../../cost/placement.js";
import type { GroupRole } from "../block.js";

export interface TracedJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly gpusPerNode: number;
}

const KIND_OF: Readonly<Partial<Record<GroupRole, GroupKind>>> = {
	tensor: "tp",
	context: "cp",
	expert: "ep",
	data: "dp-cp",
	expertData: "edp",
	embedding: "embedding",
};

/** Where the group of a role runs in a job. */
export function placementOf(role: GroupRole, { parallel, gpusPerNode }: TracedJob): GroupPlacement {
	const kind = KIND_OF[role];
	if (kind !== undefined) return groupPlacement(kind, parallel, gpusPerNode);
	// The model group: all stages of one replica, and with a distributed optimizer of all replicas.
	const { tensorModelParallelSize: tp, pipelineModelParallelSize: pp, dataParallelSize: dp } = parallel;
	const size = tp * pp;
	const nodes = Math.min(size, Math.max(1, Math.ceil((tp * pp * dp) / gpusPerNode)));
	return { size, nodes, perNode: Math.ceil(size / nodes), sharing: 1 };
}

/** A collective as it runs in one job. */
export interface CollectiveUse {
	readonly job: TracedJob;
	readonly op: CollectiveOp;
	readonly bytes: number;
}

/** Whether a group moves from inside nodes to between them, or back. */
export function changesLinks(role: GroupRole, from: TracedJob, to: TracedJob): boolean {
	return placementOf(role, from).nodes > 1 !== placementOf(role, to).nodes > 1;
}

/**
 * Nanoseconds of a collective in another job: what was measured by the ratio of the model's times, in which the model's
 * own level drops out; the model's time alone where the group changes links, since the measured one tells nothing of
 * the others.
 */
export function collectiveInTarget(
	cost: CostModel,
	role: GroupRole,
	measuredNs: number,
	from: CollectiveUse,
	to: CollectiveUse,
): number {
	const modelled = cost.collective(to.op, to.bytes, placementOf(role, to.job));
	const reference = cost.collective(from.op, from.bytes, placementOf(role, from.job));
	if (reference <= 0 || changesLinks(role, from.job, to.job)) return modelled;
	return measuredNs * (modelled / reference);
}

export interface MessageLink {
	readonly sameNode: boolean;
	readonly sharing: number;
}

/** How the messages between two stages of a job travel. */
export function messageLink({ parallel, gpusPerNode }: TracedJob, stage: number, other: number): MessageLink {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, dataParallelSize: dp } = parallel;
	const perStage = tp * cp * dp;
	const nodeOf = (of: number): number => Math.floor((of * perStage) / gpusPerNode);
	return { sameNode: nodeOf(stage) === nodeOf(other), sharing: Math.min(gpusPerNode, perStage) };
}

/** Bytes of the activations between two stages on one rank. */
export function activationBytes({ model, parallel }: TracedJob): number {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, microBatchSize, sequenceParallel } = parallel;
	const tokens = (microBatchSize * model.seqLength) / cp / (sequenceParallel ? tp : 1);
	return tokens * model.hiddenSize * (parallel.dtype === "fp32" ? 4 : 2);
}
