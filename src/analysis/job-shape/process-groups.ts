/** Parallel degrees from what frameworks call their process groups. */
import type { ProcessGroup } from "../../trace/columns.js";
import { axisOf, type GroupAxis } from "../../trace/group-axis.js";
import type { TraceFacts } from "./survey.js";

export interface Degrees {
	readonly tensor: number | null;
	readonly pipeline: number | null;
	readonly data: number | null;
	readonly context: number | null;
	readonly expert: number | null;
	/** Ranks of the pipeline that the rank is in, first stage first; null where not known. */
	readonly pipelineRanks: readonly number[] | null;
}

export function degreesByDescription(trace: TraceFacts): Degrees {
	const groups = new Map<GroupAxis, ProcessGroup>();
	for (const group of trace.processGroups) {
		const axis = axisOf(group.desc);
		if (axis === undefined || group.size < 1 || groups.has(axis)) continue;
		// Some headers list all groups of the job, not only those of this rank.
		if (group.ranks.length === 0 || group.ranks.includes(trace.rank)) groups.set(axis, group);
	}
	const size = (axis: GroupAxis): number | null => groups.get(axis)?.size ?? null;
	const tensor = size("tensor");
	const context = size("context");
	return {
		tensor,
		context,
		expert: size("expert"),
		pipeline: size("pipeline") ?? quotient(size("tensorPipeline"), tensor),
		data:
			size("data") ??
			quotient(size("dataContext"), context) ??
			quotient(size("tensorData"), tensor) ??
			shards(size("dataReplicate"), size("dataShard")),
		pipelineRanks: groups.get("pipeline")?.ranks ?? null,
	};
}

function quotient(size: number | null, by: number | null): number | null {
	return size !== null && by !== null && size % by === 0 ? size / by : null;
}

function shards(replicas: number | null, shard: number | null): number | null {
	return replicas === null && shard === null ? null : (replicas ?? 1) * (shard ?? 1);
}
