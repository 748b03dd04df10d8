/** Along which axis of parallelism a process group runs, by what frameworks call it. */
export type GroupAxis =
	| "tensor"
	| "pipeline"
	| "data"
	| "dataReplicate"
	| "dataShard"
	| "dataContext"
	| "tensorData"
	| "tensorPipeline"
	| "context"
	| "expert"
	| "expertData";

/** Descriptions without `mesh_`, `_group` and `_gloo`: Megatron-LM's, DeepSpeed's and those of torch's DeviceMesh. */
const axes: Readonly<Record<string, GroupAxis>> = {
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
	expert_data_parallel: "expertData",
};

/** Undefined for descriptions of no axis (`default_pg`, `undefined`, embedding groups, …). */
export function axisOf(description: string): GroupAxis | undefined {
	const name = description
		.toLowerCase()
		.replace(/^mesh_/, "")
		.replace(/_group(?=_|$)/, "")
		.replace(/_gloo$/, "");
	return Object.hasOwn(axes, name) ? axes[name] : undefined;
}
