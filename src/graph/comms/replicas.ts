/**
 * Data-parallel groups: whose members run the same part of the model on other data, so that one that is missing may be
 * taken as a copy of one at hand.
 */

import { NONE } from "../../trace/columns.js";
import { axisOf, type GroupAxis } from "../../trace/group-axis.js";
import type { Channel } from "./channels.js";
import type { CommGroup } from "./groups.js";
import type { RankComms } from "./rank-comms.js";

const REPLICAS: ReadonlySet<GroupAxis> = new Set(["data", "dataReplicate", "dataShard", "dataContext", "expertData"]);
/** Axes along which ranks run different parts of the model. */
const PARTS: ReadonlySet<GroupAxis> = new Set(["tensor", "pipeline", "tensorPipeline", "expert", "context"]);

/** Whether a channel that has members missing is one of replicas. */
export function replicaChannels(
	ranks: readonly RankComms[],
	groups: readonly CommGroup[],
): (channel: Channel) => boolean {
	const parts = partGroups(ranks, groups);
	const used = groups.filter(({ size }) => size > 1);
	return ({ group, from }) => {
		if (group === NONE || from !== NONE) return false;
		const { description, members, size } = groups[group]!;
		const axis = axisOf(description);
		if (axis !== undefined) return REPLICAS.has(axis);
		// Nothing is described: a job that has one group, of all ranks, is data-parallel alone.
		if (parts.length === 0) return used.length === 1 && ranks.every(({ worldSize }) => worldSize === size);
		// By structure: no two of its members run different parts of one copy of the model.
		return members.length > 1 && parts.every((part) => members.filter((rank) => part.has(rank)).length <= 1);
	};
}

/** Members of the groups whose description says that they share out one copy of the model. */
function partGroups(ranks: readonly RankComms[], groups: readonly CommGroup[]): ReadonlySet<number>[] {
	const described = [
		...groups.map(({ description, members }) => ({ description, members })),
		...ranks.flatMap(({ processGroups }) =>
			processGroups.map(({ desc, ranks }) => ({ description: desc, members: ranks })),
		),
	];
	const lists = new Map<string, readonly number[]>();
	for (const { description, members } of described) {
		const axis = axisOf(description);
		if (axis !== undefined && PARTS.has(axis) && members.length > 1) lists.set(members.join(), members);
	}
	return [...lists.values()].map((members) => new Set(members));
}

/** Ranks of these channels that are not at hand: how many ranks of the job are assumed. */
export function countMissing(
	ranks: readonly RankComms[],
	groups: readonly CommGroup[],
	channels: readonly Channel[],
): number {
	const atHand = new Set(ranks.map(({ rank }) => rank));
	const missing = new Set<number>();
	let unnamed = 0;
	for (const { group, members, size } of channels) {
		const named = groups[group]!.members;
		for (const rank of named) if (!atHand.has(rank)) missing.add(rank);
		if (named.length === 0) unnamed = Math.max(unnamed, size - members.length);
	}
	return missing.size + (missing.size === 0 ? unnamed : 0);
}
