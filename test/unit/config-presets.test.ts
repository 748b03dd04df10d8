import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkParallel } from "../../src/config/check-parallel.js";
import { loadHardware, loadModel, loadParallel, presetNames } from "../../src/config/load.js";
import { paddedVocabSize } from "../../src/config/model.js";
import { activeParameterCount, parameterCount } from "../../src/config/model-size.js";
import { parseParallel } from "../../src/config/parallel.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("config");

/** Billions, as published: for GPT-3 in the Lumos paper, for the rest in the model's own. */
const published: Readonly<Record<string, number>> = {
	"gpt-1t": 1008,
	"gpt-18.4b": 18.4,
	"gpt-22b": 22,
	"gpt-3.6b": 3.6,
	"gpt-530b": 529.6,
	"gpt3-117b": 117,
	"gpt3-15b": 15,
	"gpt3-175b": 175,
	"gpt3-20b-v1": 20,
	"gpt3-28b-v3": 28,
	"gpt3-30b-v2": 30,
	"gpt3-44b": 44,
	"gpt3-44b-v4": 44,
	"llama2-13b": 13.02,
	"llama2-70b": 68.98,
	"llama2-7b": 6.74,
	"llama3-405b": 405.9,
	"llama3-70b": 70.55,
	"llama3-8b": 8.03,
	"mixtral-8x7b": 46.7,
};

test("every model preset has the parameters that were published", () => {
	expect(presetNames("models")).toEqual(Object.keys(published).sort());
	for (const [name, billions] of Object.entries(published)) {
		const model = loadModel(name);
		expect(model.name).toBe(name);
		// Exact sizes to half of their last digit; whole billions are names, rounded more freely.
		const decimals = String(billions).split(".")[1]?.length ?? 0;
		const tolerance = decimals > 0 ? 0.5 * 10 ** -decimals : Math.max(0.5, 0.025 * billions);
		expect(Math.abs(parameterCount(model) / 1e9 - billions), name).toBeLessThanOrEqual(tolerance);
		expect(model.source, name).toBeTruthy();
		checkParallel(model, parseParallel({}));
	}
});

test("a token of Mixtral passes two experts of eight: 12.9 billion parameters", () => {
	const model = loadModel("mixtral-8x7b");
	expect(activeParameterCount(model) / 1e9).toBeCloseTo(12.88, 2);
	expect(activeParameterCount(loadModel("llama3-8b"))).toBe(parameterCount(loadModel("llama3-8b")));
});

test("every hardware and network preset loads and says where its numbers come from", () => {
	const names = presetNames("hardware");
	expect(names).toEqual(
		expect.arrayContaining(["a100-40g", "a100-80g", "b200", "h100-pcie", "h100-sxm", "h200", "mi300x"]),
	);
	for (const name of names) {
		const hardware = loadHardware(name);
		expect(hardware.name).toBe(name);
		for (const part of [hardware.gpu, hardware.node, hardware.network]) expect(part.source, name).toBeTruthy();
		// A preset that sets a parameter of its own says why.
		if (hardware.efficiency.gemm !== loadHardware("a100-80g").efficiency.gemm)
			expect(hardware.efficiency.source, name).toBeTruthy();
	}
	for (const name of presetNames("networks")) {
		const { network, gpu } = loadHardware("a100-80g", name);
		expect(network.source, name).toBeTruthy();
		expect(gpu).toEqual(loadHardware("a100-80g").gpu);
	}
	expect(loadHardware("a100-80g", "hdr-200g-x4").network).toMatchObject({ nicsPerNode: 4, gbitPerS: 200 });
});

test("what a description leaves out follows from the rest, also from what is overridden", () => {
	const gpt = loadModel("gpt-22b");
	expect(gpt).toMatchObject({ ffnHiddenSize: 24576, kvChannels: 96, numQueryGroups: 64, numExperts: 0 });
	expect(loadModel("gpt-22b", { hiddenSize: 8192 })).toMatchObject({ ffnHiddenSize: 32768, kvChannels: 128 });
	expect(loadModel("llama3-8b", { hiddenSize: 8192 }).ffnHiddenSize).toBe(14336);
	expect(paddedVocabSize({ ...gpt, vocabSize: 50257 }, 8)).toBe(51200);
	expect(paddedVocabSize({ ...gpt, vocabSize: 50257 }, 1)).toBe(50304);
});

test("swiglu without a width of the FFN takes two thirds of four hidden sizes, in steps of 64", () => {
	const path = join(folder, "model.yaml");
	writeFileSync(
		path,
		"name: x\nnum_layers: 2\nhidden_size: 4096\nnum_attention_heads: 32\nseq_length: 8\nvocab_size: 99\nswiglu: true\n",
	);
	expect(loadModel(path).ffnHiddenSize).toBe(10880);
});

test("a parallel description has Megatron's defaults", () => {
	const path = join(folder, "job.yaml");
	writeFileSync(path, "tensor_model_parallel_size: 4\nlayers_per_stage: [3, 5]\npipeline_model_parallel_size: 2\n");
	expect(loadParallel(path)).toEqual(
		parseParallel({ tensor_model_parallel_size: 4, layers_per_stage: [3, 5], pipeline_model_parallel_size: 2 }),
	);
	expect(loadParallel(path)).toMatchObject({ dataParallelSize: 1, schedule: "1f1b", recompute: "none", dtype: "bf16" });
});
