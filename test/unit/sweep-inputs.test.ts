/** What a sweep is asked to search, and what is refused before anything is simulated. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseShard } from "../../src/cli/sweep-flags.js";
import { sweepInputs } from "../../src/cli/sweep-inputs.js";
import { tableOutput } from "../../src/cli/sweep-output.js";
import { chooseShard } from "../../src/cli/sweep-shard.js";
import { sweepWorkers } from "../../src/cli/sweep-workers.js";
import { MOST_TASKS } from "../../src/sweep/chunks.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("sweep-inputs");
const flags = { model: "gpt3-15b", hardware: "h100-sxm", attentionBackend: "flash" } as const;
const given = [
	["--gpus", "16"],
	["--global-batch-size", "64"],
] as const;

function gridOf(text: string): string {
	const path = join(folder, "grid.yaml");
	writeFileSync(path, text);
	return path;
}

type Asked = Parameters<typeof sweepInputs>[0];
const inputsOf = (more: Partial<Asked> = {}, flagsGiven: Parameters<typeof sweepInputs>[1] = given) =>
	sweepInputs({ ...flags, ...more } as Asked, flagsGiven);
const valuesOf = (name: string, ...args: Parameters<typeof inputsOf>) =>
	inputsOf(...args).axes.find((axis) => axis.name === name)?.values;

describe("axes", () => {
	test("are all that may be valid where nobody says otherwise", () => {
		expect(valuesOf("tensor_model_parallel_size")).toEqual([1, 2, 4, 8, 16]);
		expect(valuesOf("virtual_pipeline_size")).toEqual([1, 2, 3, 4, 6, 8, 12, 16, 24, 48]);
		expect(valuesOf("micro_batch_size")).toEqual([1, 2, 4, 8, 16, 32, 64]);
		expect(valuesOf("gpus")).toEqual([16]);
		expect(valuesOf("num_layers")).toBeUndefined();
	});

	test("are narrowed by flags, and narrowed or widened by a grid", () => {
		expect(valuesOf("recompute", {}, [...given, ["--recompute", "full"]])).toEqual(["full"]);
		const grid = gridOf("recompute: none\nschedule: [1f1b, zb-h1]\nnum_layers: [24, 48]\n");
		expect(valuesOf("recompute", { grid })).toEqual(["none"]);
		expect(valuesOf("schedule", { grid })).toEqual(["1f1b", "zb-h1"]);
		expect(valuesOf("virtual_pipeline_size", { grid })?.length).toBe(10);
	});

	test("of an empty grid are the default", () => {
		expect(inputsOf({ grid: gridOf("# nothing yet\n") })).toEqual(inputsOf());
	});
});

const numbers = Array.from({ length: 2000 }, (_, i) => i + 1);

describe("a grid is refused in one line for", () => {
	test.each([
		[
			"an unknown axis",
			"tensor_model_paralel_size: [1]",
			/grid\.yaml:1:1: unknown key tensor_model_paralel_size; did you mean tensor_model_parallel_size\?$/,
		],
		[
			"an empty axis",
			"micro_batch_size: []",
			/micro_batch_size: the list is empty; give a whole number above 0, or a list of them$/,
		],
		["a wrong value", "recompute: [none, some]", /recompute: give one of none, selective, full, or a list of them$/],
		["a wrong kind of value", "sequence_parallel: 1", /sequence_parallel: give true, false, or a list of both$/],
		["a value given twice", "micro_batch_size: [1, 1]", /micro_batch_size has 1 twice; leave one out$/],
		["an axis that is a flag, too", "gpus: [8]", /gpus is an axis of the grid and a flag, too; leave one of them out$/],
		[
			"more combinations than can be looked at",
			`vocab_size: [${numbers}]\nkv_channels: [${numbers}]`,
			/^[\d,]{14,} combinations are more than .* narrow an axis in a grid, first of all (vocab_size|kv_channels) \(2000 values\)/,
		],
	])("%s", (_, text, line) => {
		expect(() => inputsOf({ grid: gridOf(`${text}\n`) })).toThrow(line);
	});

	test("not being there", () => {
		expect(() => inputsOf({ grid: join(folder, "none.yaml") })).toThrow(/no such file/);
	});
});

test.each([
	["no GPUs", {}, [given[1]], /^--gpus is missing/],
	["no batch", {}, [given[0]], /^--global-batch-size is missing/],
	["no model", { model: undefined }, given, /^nothing to sweep; give traces, or --model, one of gpt/],
	["no hardware", { hardware: undefined }, given, /^--hardware is missing; give one of a100/],
	[
		"a number of micro-batches",
		{},
		[...given, ["--num-micro-batches", "4"]],
		/^--num-micro-batches follows .* give --global-batch-size/,
	],
] as const)("a sweep is refused for %s", (_, more, flagsGiven, line) => {
	expect(() => inputsOf(more as Partial<Asked>, flagsGiven)).toThrow(line);
});

test("a table of an unknown kind is refused", () => {
	expect(() => tableOutput(join(folder, "x.xlsx"))).toThrow(/end the name with \.parquet/);
});

describe("the shard", () => {
	test("is counted from 0 to one below their number", () => {
		expect(parseShard("1/2")).toEqual({ shard: 1, shards: 2 });
		expect(() => parseShard("2/2")).toThrow(/give i\/n with i from 0 to n - 1/);
	});

	test("is the one that is given, whatever the environment says", () => {
		const shard = { shard: 1, shards: 4 };
		expect(chooseShard({ shard }, { SLURM_ARRAY_TASK_ID: "3", JOB_COMPLETION_INDEX: "2" })).toEqual(shard);
		expect(chooseShard({}, {})).toBeUndefined();
	});

	test("is counted from the first task of a Slurm array, by its step", () => {
		const env = { SLURM_ARRAY_TASK_ID: "14", SLURM_ARRAY_TASK_MIN: "10", SLURM_ARRAY_TASK_COUNT: "5" };
		expect(chooseShard({}, { ...env, SLURM_ARRAY_TASK_STEP: "2" })).toEqual({ shard: 2, shards: 5 });
		expect(chooseShard({}, env)).toEqual({ shard: 4, shards: 5 });
		expect(() => chooseShard({}, { ...env, SLURM_ARRAY_TASK_ID: "15" })).toThrow(/give --shard i\/n/);
	});

	test("is the completion index of a Kubernetes Job of so many", () => {
		expect(chooseShard({ shards: 3 }, { JOB_COMPLETION_INDEX: "2" })).toEqual({ shard: 2, shards: 3 });
		expect(() => chooseShard({}, { JOB_COMPLETION_INDEX: "2" })).toThrow(/give --shards/);
		expect(() => chooseShard({ shards: 2 }, { JOB_COMPLETION_INDEX: "2" })).toThrow(/not below --shards 2/);
		expect(() => chooseShard({ shards: 2 }, {})).toThrow(/give --shard i\/n/);
	});
});

describe("workers", () => {
	const chunks = Array.from({ length: 8 }, () => ({ indices: [1], tasks: 1e6 }));

	test("are as many as there are cores, where nobody says otherwise", () => {
		expect(sweepWorkers(chunks, 64e9, 2, undefined).workers).toBe(2);
	});

	test("are as many as were asked for, but no more than there are chunks", () => {
		expect(sweepWorkers(chunks, 64e9, 2, 3).workers).toBe(3);
		expect(sweepWorkers(chunks, 64e9, 2, 100).workers).toBe(8);
	});

	test("are two in 2 GiB with chunks as large as they get", () => {
		expect(sweepWorkers([{ indices: [1], tasks: MOST_TASKS }, ...chunks], 2 ** 31, 2, 2).workers).toBe(2);
	});

	test("that do not fit in memory are fewer, or refused where they were asked for", () => {
		expect(sweepWorkers(chunks, 0.3e9, 2, undefined).workers).toBe(1);
		expect(() => sweepWorkers(chunks, 0.6e9, 2, 4)).toThrow(/4 workers of .* do not fit .* give --workers 2/);
		expect(() => sweepWorkers(chunks, 0.1e9, 2, undefined)).toThrow(/do not fit .* free some/);
		expect(sweepWorkers(chunks, 0.6e9, 2, undefined, 0).workers).toBe(2);
		expect(sweepWorkers(chunks, 0.6e9, 2, undefined, 1e6).workers).toBe(1);
	});
});
