/** Ranks and their coordinates in the order tp-cp-dp-pp (experts lie inside data parallelism), and who shares a group. */
import type { ParallelConfig } from "../config/parallel.js";
import { GROUP_ROLES, type GroupRole } from "./block.js";

/** Where a rank stands among those of its stage, and its stage. */
export interface Coordinates {
	readonly tensor: number;
	readonly context: number;
	readonly data: number;
	readonly stage: number;
}

export function rankAt(parallel: ParallelConfig, { tensor, context, data, stage }: Coordinates): number {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, dataParallelSize: dp } = parallel;
	return tensor + tp * (context + cp * (data + dp * stage));
}

export function ranksOfStage(parallel: ParallelConfig): number {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, dataParallelSize: dp } = parallel;
	return tp * cp * dp;
}

/** Of the ranks of one stage, neighbours first: all, or the first so many. */
export function stageCoordinates(
	parallel: ParallelConfig,
	stage: number,
	count: number = ranksOfStage(parallel),
): Coordinates[] {
	const { tensorModelParallelSize: tp, contextParallelSize: cp } = parallel;
	return Array.from({ length: count }, (_, i) => ({
		tensor: i % tp,
		context: Math.floor(i / tp) % cp,
		data: Math.floor(i / (tp * cp)),
		stage,
	}));
}

/** What the ranks of one group have in common: ranks with equal keys are in the same group of that role. */
export function groupKey(role: GroupRole, parallel: ParallelConfig, at: Coordinates): string | undefined {
	const { contextParallelSize: cp, expertModelParallelSize: ep } = parallel;
	const { tensor, context, data, stage } = at;
	// Experts are shared out over neighbours among the ranks that share a sequence and the replicas.
	const replica = context + cp * data;
	switch (role) {
		case "message":
			return undefined;
		case "tensor":
			return `${stage}/${replica}`;
		case "context":
			return `${stage}/${tensor}/${data}`;
		case "expert":
			return `${stage}/${tensor}/${Math.floor(replica / ep)}`;
		case "data":
			return `${stage}/${tensor}`;
		case "expertData":
			return `${stage}/${tensor}/${replica % ep}`;
		case "embedding": {
			const isEnd = stage === 0 || stage === parallel.pipelineModelParallelSize - 1;
			return isEnd ? `${tensor}/${replica}` : undefined;
		}
		case "model":
			return parallel.useDistributedOptimizer ? "all" : `${replica}`;
	}
}

/** Groups of at least two of the given ranks: of each rank its group by role, or -1, and the size of each group. */
export function groupRanks(
	parallel: ParallelConfig,
	ranks: readonly Coordinates[],
): { readonly groupsOf: Int32Array[]; readonly groupSize: Uint32Array } {
	const members = new Map<string, number[]>();
	const groupsOf = ranks.map(() => new Int32Array(GROUP_ROLES.length).fill(-1));
	ranks.forEach((at, r) => {
		for (const role of GROUP_ROLES) {
			const key = groupKey(role, parallel, at);
			if (key === undefined) continue;
			const group = members.get(`${role}/${key}`);
			if (group) group.push(r);
			else members.set(`${role}/${key}`, [r]);
		}
	});
	const sizes: number[] = [];
	for (const [key, group] of members) {
		if (group.length < 2) continue;
		const role = GROUP_ROLES.indexOf(key.slice(0, key.indexOf("/")) as GroupRole);
		for (const r of group) groupsOf[r]![role] = sizes.length;
		sizes.push(group.length);
	}
	return { groupsOf, groupSize: Uint32Array.from(sizes) };
}
