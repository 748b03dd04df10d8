import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { checkParallel } from "../../src/config/check-parallel.js";
import { loadHardware, loadModel, loadParallel } from "../../src/config/load.js";
import { editDistance, nearestWord } from "../../src/config/nearest-word.js";
import { parseParallel } from "../../src/config/parallel.js";
import { readDescription } from "../../src/config/read-description.js";
import { UserError } from "../../src/lib/errors.js";
import { temporaryFolder } from "../support/temporary-folder.js";

function messageOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		expect(error).toBeInstanceOf(UserError);
		return (error as Error).message;
	}
	throw new Error("nothing was thrown");
}

const schema = z.strictObject({
	num_layers: z.number().int().positive(),
	kind: z.enum(["a", "b"]).optional(),
	gpu: z.strictObject({ memory_gb: z.number().positive() }).optional(),
	list: z.array(z.number().int()).optional(),
});

test.each<[string, string, string]>([
	["broken YAML", "num_layers: [1\nkind: a\n", "f.yaml:2:1: "],
	["a key given twice", "num_layers: 1\nnum_layers: 2\n", "f.yaml:2:1: Map keys must be unique"],
	["a typo", "num_layer: 1\n", "f.yaml:1:1: unknown key num_layer; did you mean num_layers? (and 1 more)"],
	["a typo beside the right key", "num_layers: 1\nkid: a\n", "f.yaml:2:1: unknown key kid; did you mean kind?"],
	[
		"a key like none",
		"num_layers: 1\nsomething_else: 2\n",
		"f.yaml:2:1: unknown key something_else; known are num_layers, kind, gpu, list",
	],
	[
		"a typo inside",
		"num_layers: 1\ngpu:\n  memory_gb: 80\n  memory_bg: 3\n",
		"f.yaml:4:3: unknown key gpu.memory_bg; did you mean memory_gb?",
	],
	["a negative size", "num_layers: -4\n", "f.yaml:1:13: num_layers: expected number to be >0"],
	["a fraction", "num_layers: 2.5\n", "f.yaml:1:13: num_layers: expected int, received number"],
	["words for a number", "num_layers: many\n", "f.yaml:1:13: num_layers: expected number, received string"],
	["no finite number", "num_layers: .inf\n", "f.yaml:1:13: num_layers: expected number, received Infinity"],
	["an unknown choice", "num_layers: 1\nkind: c\n", 'f.yaml:2:7: kind: expected one of "a"|"b"'],
	["a missing key inside", "num_layers: 1\ngpu: {}\n", "f.yaml:2:6: gpu.memory_gb is missing; give a number"],
	["a wrong entry", "num_layers: 1\nlist: [1, x]\n", "f.yaml:2:11: list.1: expected number, received string"],
	["an empty file", "", "f.yaml:1:1: the description: expected object, received null"],
	["a list", "- 1\n", "f.yaml:1:1: the description: expected object, received array"],
])("%s is refused with its place", (_, text, message) => {
	expect(messageOf(() => readDescription("f.yaml", text, schema)).startsWith(message)).toBe(true);
});

test("aliases that grow without bounds are refused", () => {
	const bomb = ["a: &a [1,1,1,1,1,1,1,1,1]"];
	for (const [i, letter] of ["b", "c", "d", "e"].entries())
		bomb.push(`${letter}: &${letter} [${Array(9).fill(`*${"abcd"[i]}`).join(",")}]`);
	expect(messageOf(() => readDescription("f.yaml", bomb.join("\n"), z.any()))).toContain("f.yaml: ");
});

test("a name that is no preset, and a path that is no file", () => {
	expect(messageOf(() => loadModel("gpt3-175"))).toBe("no model preset is named gpt3-175; did you mean gpt3-175b?");
	expect(messageOf(() => loadHardware("tpu"))).toMatch(/^no hardware preset is named tpu; choose one of a100-40g, /);
	expect(messageOf(() => loadHardware("a100-80g", "ndr-400g"))).toContain("did you mean ndr-400g-x");
	const folder = temporaryFolder("descriptions");
	expect(messageOf(() => loadParallel(join(folder, "none.yaml")))).toContain("none.yaml: no such file; ");
	expect(messageOf(() => loadParallel(`${folder}/`))).toContain("a folder, not a file");
	const path = join(folder, "job.yaml");
	writeFileSync(path, "tensor_parallel_size: 2\n");
	expect(messageOf(() => loadParallel(path))).toBe(
		`${path}:1:1: unknown key tensor_parallel_size; did you mean tensor_model_parallel_size?`,
	);
});

test("words are compared by the edits between them", () => {
	expect(editDistance("", "abc")).toBe(3);
	expect(editDistance("memory_bg", "memory_gb")).toBe(1);
	expect(editDistance("kitten", "sitting")).toBe(3);
	expect(nearestWord("xyzzy", ["gpu", "node"])).toBeUndefined();
});

const gpt = { ...loadModel("gpt3-175b") };
const llama = loadModel("llama3-70b");
const mixtral = loadModel("mixtral-8x7b");

test.each<[string, typeof gpt, Record<string, unknown>, number | undefined, string]>([
	[
		"TP that does not divide the heads",
		gpt,
		{ tensor_model_parallel_size: 5 },
		undefined,
		"tensor_model_parallel_size 5 does not divide the 96 attention heads of gpt3-175b; the nearest that works is 4",
	],
	[
		"TP that does not fit the query groups",
		llama,
		{ tensor_model_parallel_size: 6 },
		undefined,
		"tensor_model_parallel_size 6 does not divide the 64 attention heads of llama3-70b; the nearest that works is 4",
	],
	[
		"query groups that do not divide the heads",
		{ ...llama, numQueryGroups: 6 },
		{},
		undefined,
		"llama3-70b cannot share 6 query groups among 64 attention heads; the nearest num_query_groups that can be shared is 4",
	],
	[
		"an FFN that does not divide",
		{ ...gpt, ffnHiddenSize: 1000 },
		{ tensor_model_parallel_size: 16 },
		undefined,
		"tensor_model_parallel_size 16 does not divide the FFN of 1000 of gpt3-175b; the nearest that works is 8",
	],
	[
		"layers that do not divide",
		gpt,
		{ pipeline_model_parallel_size: 10 },
		undefined,
		"96 layers of gpt3-175b do not divide into 10 equal stages; the nearest pipeline_model_parallel_size is 8; or give layers_per_stage",
	],
	[
		"unequal stages of the wrong number",
		gpt,
		{ pipeline_model_parallel_size: 2, layers_per_stage: [32, 32, 32] },
		undefined,
		"layers_per_stage has 3 entries; give 2, one a stage and chunk",
	],
	[
		"unequal stages of the wrong sum",
		gpt,
		{ pipeline_model_parallel_size: 2, layers_per_stage: [48, 47] },
		undefined,
		"layers_per_stage adds up to 95 layers; gpt3-175b has 96",
	],
	[
		"a batch that does not divide",
		gpt,
		{ data_parallel_size: 8, micro_batch_size: 2, global_batch_size: 100 },
		undefined,
		"global_batch_size 100 is no multiple of micro_batch_size 2 x data_parallel_size 8 = 16; the nearest that is is 96",
	],
	[
		"an interleaved batch that does not divide",
		gpt,
		{ pipeline_model_parallel_size: 4, virtual_pipeline_size: 2, schedule: "interleaved", global_batch_size: 6 },
		undefined,
		"global_batch_size 6 is no multiple of micro_batch_size 1 x data_parallel_size 1 x 4 stages (interleaved) = 4; the nearest that is is 8",
	],
	[
		"chunks without the schedule that has them",
		gpt,
		{ pipeline_model_parallel_size: 4, virtual_pipeline_size: 2 },
		undefined,
		"schedule 1f1b contradicts virtual_pipeline_size 2; only schedule interleaved has more than one chunk a stage",
	],
	[
		"chunks without a pipeline",
		gpt,
		{ virtual_pipeline_size: 2, schedule: "interleaved" },
		undefined,
		"virtual_pipeline_size needs a pipeline; give pipeline_model_parallel_size 2 or more",
	],
	[
		"degrees that do not fill the GPUs",
		gpt,
		{ tensor_model_parallel_size: 8, pipeline_model_parallel_size: 4 },
		64,
		"tp 8 x cp 1 x pp 4 x dp 1 = 32 GPUs, not 64; data_parallel_size 2 would fill them",
	],
	[
		"degrees that cannot fill the GPUs",
		gpt,
		{ tensor_model_parallel_size: 8, pipeline_model_parallel_size: 4 },
		100,
		"tp 8 x cp 1 x pp 4 x dp 1 = 32 GPUs, not 100; tp x cp x pp = 32 does not divide 100; the nearest number of GPUs is 96",
	],
	[
		"a sequence that cannot be shared",
		{ ...gpt, seqLength: 2046 },
		{ context_parallel_size: 2, data_parallel_size: 1 },
		undefined,
		"seq_length 2046 cannot be shared by context_parallel_size 2 (times 2); the nearest that can is 2044",
	],
	[
		"experts of a dense model",
		gpt,
		{ expert_model_parallel_size: 2, data_parallel_size: 2 },
		undefined,
		"gpt3-175b has no experts; expert_model_parallel_size 2 must be 1 for a dense model",
	],
	[
		"experts that do not divide",
		mixtral,
		{ expert_model_parallel_size: 3, data_parallel_size: 12 },
		undefined,
		"expert_model_parallel_size 3 does not divide the 8 experts of mixtral-8x7b; the nearest that works is 2",
	],
	[
		"experts outside data parallelism",
		mixtral,
		{ expert_model_parallel_size: 8, data_parallel_size: 4, global_batch_size: 4 },
		undefined,
		"expert_model_parallel_size 8 does not divide data x context parallelism 4; the nearest that works is 4",
	],
	[
		"a gather of what is not sharded",
		gpt,
		{ overlap_param_gather: true },
		undefined,
		"overlap_param_gather has nothing to gather; give use_distributed_optimizer as well",
	],
])("%s: one line with the nearest valid choice", (_, model, parallel, world, message) => {
	expect(messageOf(() => checkParallel(model, parseParallel(parallel), world))).toBe(message);
});

test("what runs is not refused", () => {
	checkParallel(
		gpt,
		parseParallel({
			tensor_model_parallel_size: 8,
			pipeline_model_parallel_size: 8,
			virtual_pipeline_size: 3,
			schedule: "interleaved",
			sequence_parallel: true,
			global_batch_size: 64,
		}),
		64,
	);
	checkParallel(llama, parseParallel({ tensor_model_parallel_size: 16 }));
	checkParallel(gpt, parseParallel({ pipeline_model_parallel_size: 2, layers_per_stage: [47, 49] }));
	checkParallel(
		mixtral,
		parseParallel({
			expert_model_parallel_size: 8,
			data_parallel_size: 8,
			global_batch_size: 8,
			context_parallel_size: 2,
		}),
		16,
	);
});
