import { expect, test } from "vitest";
import { readMeasuredRows } from "../../src/config/measured-rows.js";
import { overridesOf } from "../../src/config/overrides.js";
import { UserError } from "../../src/lib/errors.js";

const header = "gpus,global_batch,micro_batch,hidden_size,heads,layers,seq,tp,dp,pp,iteration_ms";
const none = overridesOf([]);

test("a row is a model and a job with its time", () => {
	const [row, second] = readMeasuredRows(
		`${header}\r\n8,16,2,1024,16,24,1024,2,2,2,372.16\r\n\r\n# note\r\n8,16,2,2048,16,24,1024,2,2,2,400\r\n`,
		"f.csv",
		none,
	);
	expect(row!.line).toBe(2);
	expect(row!.measuredMs).toBe(372.16);
	expect(row!.model).toMatchObject({ numLayers: 24, hiddenSize: 1024, ffnHiddenSize: 4096, vocabSize: 50_257 });
	expect(row!.parallel).toMatchObject({
		tensorModelParallelSize: 2,
		dataParallelSize: 2,
		pipelineModelParallelSize: 2,
		globalBatchSize: 16,
		microBatchSize: 2,
		schedule: "1f1b",
		dtype: "bf16",
	});
	expect(second).toMatchObject({ line: 5, model: { hiddenSize: 2048 } });
});

test("defaults say what the columns do not; columns win", () => {
	const defaults = overridesOf([
		["--recompute", "full"],
		["--fp16", true],
		["--vocab-size", "51200"],
		["--micro-batch-size", "4"],
	]);
	const [row] = readMeasuredRows(
		`params_b,${header},sequence_parallel,ffn,vpp\n3.6,8,16,2,1024,16,24,1024,2,2,2,372.16,1,3072,3\n`,
		"f.csv",
		defaults,
	);
	expect(row!.model).toMatchObject({ vocabSize: 51_200, ffnHiddenSize: 3072 });
	expect(row!.parallel).toMatchObject({
		recompute: "full",
		dtype: "fp16",
		microBatchSize: 2,
		sequenceParallel: true,
		virtualPipelineSize: 3,
		schedule: "interleaved",
	});
});

test("replicas follow from the GPUs where no column has them", () => {
	const text = "gpus,global_batch,hidden_size,heads,layers,seq,tp,iteration_ms\n8,16,1024,16,24,1024,2,9\n";
	expect(readMeasuredRows(text, "f.csv", none)[0]!.parallel.dataParallelSize).toBe(4);
});

test.each<[string, string, string]>([
	["an empty file", "", "f.csv: empty; the first line names the columns"],
	["no rows", header, "f.csv: no rows under the names of the columns"],
	[
		"a missing column",
		"gpus,layer,hidden_size,heads,seq,global_batch,iteration_ms\n",
		"f.csv:1: column layers is missing; layer is not known; the first line names the columns",
	],
	["a short row", `${header}\n8,16,2\n`, "f.csv:2: 3 cells under 11 columns"],
	[
		"words for a number",
		`${header}\n8,16,2,big,16,24,1024,2,2,2,9\n`,
		"f.csv:2: --hidden-size big: expected number, received NaN",
	],
	[
		"degrees that do not fill the GPUs",
		`${header}\n\n16,16,2,1024,16,24,1024,2,2,2,9\n`,
		"f.csv:3: tp 2 x cp 1 x pp 2 x dp 2 = 8 GPUs, not 16; data_parallel_size 4 would fill them",
	],
	[
		"a time of zero",
		`${header}\n8,16,2,1024,16,24,1024,2,2,2,0\n`,
		"f.csv:2: iteration_ms 0: give milliseconds above 0",
	],
	["no time", `${header}\n8,16,2,1024,16,24,1024,2,2,2,n/a\n`, "f.csv:2: iteration_ms n/a: give milliseconds above 0"],
])("%s is refused with its line", (_, text, message) => {
	expect(() => readMeasuredRows(text, "f.csv", none)).toThrow(new UserError(message));
});
