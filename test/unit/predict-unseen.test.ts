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
		["context parallelism", { context_parallel_size: 2 }, "--context-parallel-size"],
		["expert parallelism", { expert_model_parallel_size: 2, data_parallel_size: 2 }, "--expert-model-parallel-size"],
	])("%s", (_, change, flag) => {
		const changed = job({ tensor_model_parallel_size: 2, pipeline_model_parallel_size: 2, ...change });
		expect(() => refuseUnseen(untouched, changed)).toThrow(UserError);
		expect(() => refuseUnseen(untouched, changed)).toThrow(flag);
	});

	test("another schedule than that of split backward passes", () => {
		const split = job({ pipeline_model_parallel_size: 2, schedule: "zb-h1" });
		expect(() => refuseUnseen(split, job({ pipeline_model_parallel_size: 2 }))).toThrow("--schedule");
		expect(() => refuseUnseen(job({ pipeline_model_parallel_size: 2 }), split)).not.toThrow();
	});
});
