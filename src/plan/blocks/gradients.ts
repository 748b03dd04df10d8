/** What happens to gradients over data-parallel replicas, and to parameters that are sharded over them. */
import { DTYPE_BYTES } from "../../config/schema-fields.js";
import type { GroupRole } from "../block.js";
import type { ParameterCount } from "../parameters.js";
import type { Emitter } from "./emitter.js";
import { DATA } from "./lanes.js";
import type { RankContext } from "./rank-context.js";

/** Bytes of a gradient as it is reduced. */
export function gradientBytes({ parallel, share }: RankContext): number {
	return parallel.gradReduceInFp32 ? DTYPE_BYTES.fp32 : share.bytes;
}

/** Both kinds of parameters with the groups that hold copies of them. */
function copies(count: ParameterCount): readonly (readonly [GroupRole & keyof RankContext["groups"], number])[] {
	return [
		["data", count.dense],
		["expertData", count.expert],
	];
}

/** Sums gradients over the replicas: whole, or in shards where the optimizer is sharded. */
export function reduceGradients(
	e: Emitter,
	rank: RankContext,
	count: ParameterCount,
	overlap?: { readonly slowdown: number },
): void {
	const op = rank.parallel.useDistributedOptimizer ? "reduceScatter" : "allReduce";
	for (const [role, parameters] of copies(count)) {
		if (parameters === 0) continue;
		const bytes = parameters * gradientBytes(rank);
		const name = role === "data" ? "reduce gradients" : "reduce expert gradients";
		const how = overlap ? { async: true, slowdown: overlap.slowdown } : {};
		e.collective({ role, lane: DATA, op, bytes, placement: rank.groups[role], name, ...how });
	}
}

/** Brings the parameters that each replica has updated to all of them. */
export function gatherParameters(
	e: Emitter,
	rank: RankContext,
	count: ParameterCount,
	overlap?: { readonly slowdown: number },
): void {
	for (const [role, parameters] of copies(count)) {
		if (parameters === 0) continue;
		const bytes = parameters * rank.share.bytes;
		const name = role === "data" ? "gather parameters" : "gather expert parameters";
		const how = overlap ? { async: true, slowdown: overlap.slowdown } : {};
		e.collective({ role, lane: DATA, op: "allGather", bytes, placement: rank.groups[role], name, ...how });
	}
}

/** The time that the reduction of `count` takes on the wire. */
export function reductionNs(e: Emitter, rank: RankContext, count: ParameterCount): number {
	const op = rank.parallel.useDistributedOptimizer ? "reduceScatter" : "allReduce";
	return copies(count).reduce((sum, [role, parameters]) => {
		const placement = rank.groups[role];
		if (parameters === 0 || placement.size < 2) return sum;
		return sum + e.cost.collective(op, parameters * gradientBytes(rank), placement);
	}, 0);
}

/**
 * Parameters of a bucket: at least 40 million, and a million for every replica (the defaults of Megatron-LM's
 * distributed data parallelism, core/distributed/distributed_data_parallel.py).
 */
export function bucketParameters(rank: RankContext): number {
	return Math.max(40e6, 1e6 * rank.groups.data.size);
}
