/**
 * The command-line flags of models, jobs and clusters as a table. A field `num_layers` of a description is the flag
 * `--num-layers`, as in Megatron-LM; what Megatron-LM calls otherwise, and the short forms, are listed here.
 */
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { networkSchema, nodeSchema } from "./hardware.js";
import { camelKey } from "./key-case.js";
import { modelSchema } from "./model.js";
import { parallelSchema } from "./parallel.js";
import { plainMessage, unwrap } from "./read-description.js";

export type FlagSection = "model" | "parallel" | "node" | "network" | "job";

export interface Flag {
	/** With its dashes. */
	readonly flag: string;
	readonly section: FlagSection;
	/** Field of the section's config. */
	readonly key: string;
	/** A boolean takes no argument; its `--no-` form sets it to false. */
	readonly kind: "number" | "boolean" | "choice" | "list" | "text";
	readonly choices?: readonly string[];
	readonly description: string;
	/** Turns the argument into the field's value; throws a UserError that names the flag. */
	readonly parse: (argument: string | boolean) => unknown;
}

const sections = {
	model: modelSchema.shape,
	parallel: parallelSchema.shape,
	node: nodeSchema.shape,
	network: networkSchema.shape,
	job: {
		gpus: z.number().int().positive().describe("GPUs of the job; data parallelism follows from it"),
		num_micro_batches: z
			.number()
			.int()
			.positive()
			.describe("micro-batches of a step and replica; the global batch follows from it"),
		num_layers_per_virtual_pipeline_stage: z
			.number()
			.int()
			.positive()
			.describe("transformer layers of a model chunk; the chunks of a stage follow from it"),
	},
} as const satisfies Record<FlagSection, Readonly<Record<string, z.ZodType>>>;

/** Fields that are no flag: names of a description, constants, and what another flag stands for. */
const withoutFlag = new Set(["name", "source", "rank_order", "link", "link_latency_us", "latency_us", "host_w"]);

/** Other names of a field's flag: Megatron-LM's where it differs, and the short forms. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
	tensor_model_parallel_size: ["--tp"],
	pipeline_model_parallel_size: ["--pp"],
	data_parallel_size: ["--dp"],
	context_parallel_size: ["--cp"],
	expert_model_parallel_size: ["--ep"],
	virtual_pipeline_size: ["--vpp", "--num-virtual-stages-per-pipeline-rank"],
	recompute: ["--recompute-granularity"],
	position_embedding: ["--position-embedding-type"],
	gbit_per_s: ["--nic-gbit-per-s"],
};

/** Megatron-LM's flags without an argument that set a field to a value. */
const constants: readonly [flag: string, section: FlagSection, key: string, value: unknown][] = [
	["--bf16", "parallel", "dtype", "bf16"],
	["--fp16", "parallel", "dtype", "fp16"],
	["--recompute-activations", "parallel", "recompute", "selective"],
	["--accumulate-allreduce-grads-in-fp32", "parallel", "grad_reduce_in_fp32", true],
	["--disable-bias-linear", "model", "add_bias_linear", false],
];

/** Values that Megatron-LM names otherwise. */
const otherValues: Readonly<Record<string, string>> = { learned_absolute: "learned" };

function kebab(key: string): string {
	return `--${key.replaceAll("_", "-")}`;
}

function kindOf(field: z.ZodType): Flag["kind"] {
	switch (unwrap(field).def.type) {
		case "boolean":
			return "boolean";
		case "enum":
			return "choice";
		case "array":
			return "list";
		case "number":
			return "number";
		default:
			return "text";
	}
}

function parseArgument(flag: string, kind: Flag["kind"], field: z.ZodType, argument: string | boolean): unknown {
	const text = String(argument).trim();
	const number = (part: string): number => (part.trim() === "" ? Number.NaN : Number(part));
	const value =
		typeof argument === "boolean"
			? argument
			: kind === "number"
				? number(text.replaceAll("_", ""))
				: kind === "list"
					? text.split(/[,\s]+/).map(number)
					: kind === "boolean" && (text === "true" || text === "false")
						? text === "true"
						: (otherValues[text] ?? text);
	const result = unwrap(field).safeParse(value);
	if (result.success) return result.data;
	throw new UserError(`${flag} ${text}: ${plainMessage(result.error.issues[0]!)}`);
}

function flagsOf(section: FlagSection): Flag[] {
	const fields = Object.entries(sections[section]) as [string, z.ZodType][];
	return fields
		.filter(([key]) => !withoutFlag.has(key))
		.flatMap(([key, field]) => {
			const kind = kindOf(field);
			const main = kebab(key);
			const about = field.description ?? key.replaceAll("_", " ");
			return [main, ...(otherNames[key] ?? [])].map((flag) => ({
				flag,
				section,
				key: camelKey(key),
				kind,
				...(kind === "choice" ? { choices: (unwrap(field) as z.ZodEnum).options as string[] } : {}),
				description: flag === main ? about : `same as ${main}`,
				parse: (argument: string | boolean) => parseArgument(flag, kind, field, argument),
			}));
		});
}

/** Every flag, section by section. */
export const FLAGS: readonly Flag[] = [
	...(Object.keys(sections) as FlagSection[]).flatMap(flagsOf),
	...constants.map(
		([flag, section, key, value]): Flag => ({
			flag,
			section,
			key: camelKey(key),
			kind: "boolean",
			description: `same as ${kebab(key)} ${value}`,
			parse: () => value,
		}),
	),
];
