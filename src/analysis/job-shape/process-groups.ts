/** Parallel degrees from what frameworks call their process groups. */
import type { ProcessGroup } from "../../trace/columns.js";
import type { TraceFacts } from "./survey.js";

type Axis =
	| "tensor"
	| "pipeline"
	| "data"
	| "dataReplicate"
	| "dataShard"
	| "dataContext"
	| "tensorData"
	| "tensorPipeline"
	| "context"
	| "expert";

/** Descriptions without `mesh_`, `_group` and `_gloo`: Megatron-LM's, DeepSpeed's and those of torch's DeviceMesh. */
const axes: Readonly<Record<string, Axis>> = {
	tensor_model_parallel: "tensor",
	tensor_parallel: "tensor",
	tp: "tensor",
	pipeline_model_parallel: "pipeline",
	pipeline_parallel: "pipeline",
	pipe_parallel: "pipeline",
	pipeline: "pipeline",
	pipe: "pipeline",
	pp: "pipeline",
	data_parallel: "data",
	dp: "data",
	ddp: "data",
	dp_replicate: "dataReplicate",
	dp_shard: "dataShard",
	fsdp: "dataShard",
	data_parallel_with_cp: "dataContext",
	dp_cp: "dataContext",
	tensor_and_data_parallel: "tensorData",
	model_parallel: "tensorPipeline",
	context_parallel: "context",
	cp: "context",
	expert_model_parallel: "expert",
	expert_parallel: "expert",
	ep: "expert",
};

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
	const groups = new Map<Axis, ProcessGroup>();
	for (const group of trace.processGroups) {
		const axis = axisOf(group.desc);
		if (axis === undefined || group.size < 1 || groups.has(axis)) continue;
		// Some headers list all groups of the job, not only those of this rank.
		if (group.ranks.length === 0 || group.ranks.includes(trace.rank)) groups.set(axis, group);
	}
	const size = (axis: Axis): number | null => groups.get(axis)?.size ?? null;
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

function axisOf(description: string): Axis | undefined {
	const name = description
		.toLowerCase()
		.replace(/^mesh_/, "")
		.replace(/_group(?=_|$)/, "")
		.replace(/_gloo$/, "");
	return Object.hasOwn(axes, name) ? axes[name] : undefined;
}

function quotient(size: number | null, by: number | null): number | null {
	return size !== null && by !== null && size % by === 0 ? size / by : null;
}

function shards(replicas: number | null, shard: number | null): number | null {
	return replicas === null && shard === null ? null : (replicas ?? 1) * (shard ?? 1);
}
