/**
 * The axes that a sweep may vary: fields of models, jobs and parallelism under their own names. From the slowest to the
 * fastest: models first, so that one is made for all of its jobs; then what decides which blocks run in which order.
 */
import type { z } from "zod";
import { camelKey } from "../config/key-case.js";
import { modelSchema } from "../config/model.js";
import { parallelSchema } from "../config/parallel.js";
import { unwrap } from "../config/read-description.js";
import { positiveInt } from "../config/schema-fields.js";

export type AxisSection = "model" | "job" | "parallel";
export type AxisValue = number | boolean | string;

export interface AxisField {
	/** As in descriptions and grids. */
	readonly name: string;
	/** As in configs. */
	readonly key: string;
	readonly section: AxisSection;
	/** Of one value. */
	readonly schema: z.ZodType;
}

/** One axis of a sweep, with its values in order. */
export interface Axis {
	readonly name: string;
	readonly values: readonly AxisValue[];
}

const MODEL_AXES = [
	"num_layers",
	"hidden_size",
	"ffn_hidden_size",
	"num_attention_heads",
	"num_query_groups",
	"kv_channels",
	"seq_length",
	"vocab_size",
	"num_experts",
	"moe_router_topk",
	"moe_ffn_hidden_size",
] as const;

const PARALLEL_AXES = [
	"global_batch_size",
	"dtype",
	"grad_reduce_in_fp32",
	"overlap_grad_reduce",
	"overlap_param_gather",
	"context_parallel_size",
	"expert_model_parallel_size",
	"pipeline_model_parallel_size",
	"virtual_pipeline_size",
	"schedule",
	"tensor_model_parallel_size",
	"data_parallel_size",
	"micro_batch_size",
	"recompute",
	"sequence_parallel",
	"use_distributed_optimizer",
] as const;

export type AxisName = (typeof MODEL_AXES)[number] | "gpus" | (typeof PARALLEL_AXES)[number];

const field = (section: AxisSection, name: string, schema: z.ZodType): AxisField => ({
	name,
	key: camelKey(name),
	section,
	schema: unwrap(schema),
});

export const AXIS_FIELDS: readonly AxisField[] = [
	...MODEL_AXES.map((name) => field("model", name, modelSchema.shape[name])),
	field("job", "gpus", positiveInt),
	...PARALLEL_AXES.map((name) => field("parallel", name, parallelSchema.shape[name])),
];

const BY_NAME = new Map(AXIS_FIELDS.map((axis) => [axis.name, axis]));

export function axisField(name: string): AxisField {
	const found = BY_NAME.get(name);
	if (!found) throw new Error(`no axis is named ${name}`);
	return found;
}
