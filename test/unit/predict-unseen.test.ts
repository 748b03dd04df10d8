import { describe, expect, test } from "vitest";
import { parseModel } from "../../src/config/model.js";
import { parseParallel } from "../../src/config/parallel.js";
import { UserError } from "../../src/lib/errors.js";
import { refuseUnseen } from "../../src/predict/unseen.js";

const model = parseModel({
	name: "m",
	num_layers: 4,
	hidden_size: 512,
	num_attention_heads: 8,
	seq_length: 256,
	vocab_size: 1024,
});
const job = (parallel: object) => ({ model, parallel: parseParallel(parallel) });
const untouched = job({ tensor_model_parallel_size: 2, pipeline_model_parallel_size: 2 });

describe("what traces cannot show", () => {
	test("sizes and degrees may change", () => {
		const wider = { ...model, hiddenSize: 1024, ffnHiddenSize: 4096, numLayers: 8 };
		const { parallel } = job({ tensor_model_parallel_size: 4, data_parallel_size: 4 });
		expect(() => refuseUnseen(untouched, { model: wider, parallel })).not.toThrow();
	});

	test.each([
		["recomputation", { recompute: "full" }, "--recompute"],
		["context parallelism", { context_parallel_size: 2 }, "--context-parallel-size"],
		["interleaving", { virtual_pipeline_size: 2, schedule: "interleaved" }, "--schedule"],
	])("%s", (_, change, flag) => {
		const changed = job({ tensor_model_parallel_size: 2, pipeline_model_parallel_size: 2, ...change });
		expect(() => refuseUnseen(untouched, changed)).toThrow(UserError);
		expect(() => refuseUnseen(untouched, changed)).toThrow(flag);
	});

	test("tensor parallelism where there was none", () => {
		expect(() => refuseUnseen(job({}), job({ tensor_model_parallel_size: 2 }))).toThrow("--tensor-model-parallel-size");
		expect(() => refuseUnseen(untouched, job({}))).not.toThrow();
	});
});
