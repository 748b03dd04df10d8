/** Memory against published figures: Megatron-LM's documentation, and Korthikanti et al. 2022 (arXiv 2205.05198). */
import { expect, test } from "vitest";
import { loadModel } from "../../src/config/load.js";
import { parameterCount } from "../../src/config/model-size.js";
import { type ParallelConfig, parseParallel } from "../../src/config/parallel.js";
import { ActivationSizes } from "../../src/plan/memory/activations.js";
import { modelStates } from "../../src/plan/memory/model-states.js";
import { stageMemory } from "../../src/plan/memory/stage-memory.js";
import { mostKept, peaksInFlight, scheduleStage } from "../../src/plan/schedule/index.js";

type Changes = { readonly [K in keyof ParallelConfig]?: ParallelConfig[K] };

const job = (changes: Changes): ParallelConfig => ({ ...parseParallel({}), ...changes });

/** Megatron-LM, docs on the distributed optimizer: theoretical bytes a parameter, alone and sharded over d replicas. */
test.each<[Changes, number, number]>([
	[{ dtype: "fp16" }, 20, 4 + 16 / 8],
	[{ dtype: "bf16", gradReduceInFp32: true }, 18, 6 + 12 / 8],
	[{ dtype: "fp32" }, 16, 8 + 8 / 8],
])("%j: %d bytes a parameter, %d over 8 replicas", (changes, alone, sharded) => {
	const bytes = (parallel: ParallelConfig): number => {
		const { parametersBytes, gradientsBytes, optimizerBytes } = modelStates(parallel, { dense: 8e6, expert: 0 });
		return (parametersBytes + gradientsBytes + optimizerBytes) / 8e6;
	};
	expect(bytes(job({ ...changes, dataParallelSize: 8 }))).toBe(alone);
	expect(bytes(job({ ...changes, dataParallelSize: 8, useDistributedOptimizer: true }))).toBe(sharded);
});

test("the stages of GPT-3 175B hold all of its parameters", () => {
	const model = { ...loadModel("gpt3-175b"), makeVocabSizeDivisibleBy: 1, vocabSize: 51_200 };
	const parallel = job({ tensorModelParallelSize: 8, pipelineModelParallelSize: 8, globalBatchSize: 8 });
	const stages = stageMemory(model, parallel, { attention: "flash" });
	const held = 8 * stages.reduce((sum, { parameters }) => sum + parameters, 0);
	// The table is on both ends; norms and positions are on every rank of a tensor group.
	expect(held).toBeGreaterThan(parameterCount(model) + 51_200 * model.hiddenSize);
	expect(held / (parameterCount(model) + 51_200 * model.hiddenSize)).toBeLessThan(1.002);
	// 175 x 10^9 parameters on 64 GPUs at 20 bytes each are 54.7 GB.
	const mean = stages.reduce((sum, s) => sum + s.parametersBytes + s.gradientsBytes + s.optimizerBytes, 0) / 8;
	expect(Math.abs(mean / (20 * (175e9 / 64)) - 1)).toBeLessThan(0.01);
});

const MODELS = ["gpt-22b", "gpt3-175b", "gpt-530b", "gpt-1t"] as const;

test.each(MODELS)("%s: a layer keeps what Korthikanti's table 2 gives", (name) => {
	const model = loadModel(name);
	const { seqLength: s, hiddenSize: h, numAttentionHeads: a } = model;
	const t = 8;
	const kept = (changes: Changes, attention: "unfused" | "flash" = "unfused"): number =>
		new ActivationSizes(model, job({ tensorModelParallelSize: t, microBatchSize: 2, ...changes }), {
			attention,
		}).layer();
	const sbh = s * 2 * h;
	const quadratic = (5 * a * s) / h;
	expect(kept({})).toBeCloseTo(sbh * (10 + 24 / t + quadratic / t), 0);
	expect(kept({ sequenceParallel: true })).toBeCloseTo((sbh / t) * (34 + quadratic), 0);
	expect(kept({ recompute: "selective" })).toBeCloseTo(sbh * (10 + 24 / t), 0);
	expect(kept({ sequenceParallel: true, recompute: "selective" })).toBeCloseTo((sbh / t) * 34, 0);
	expect(kept({ recompute: "full" })).toBeCloseTo(2 * sbh, 0);
	expect(kept({ recompute: "full", sequenceParallel: true })).toBeCloseTo((2 * sbh) / t, 0);
	// A flash kernel keeps 4 bytes a row and head instead.
	expect(kept({ sequenceParallel: true }, "flash")).toBeCloseTo((sbh / t) * 34 + (4 * s * 2 * a) / t, 0);
	// Section 6: both together need about a fifth of the memory, "5x".
	const both = kept({ sequenceParallel: true, recompute: "selective" }) / kept({});
	expect(both).toBeGreaterThan(0.15);
	expect(both).toBeLessThan(0.21);
});

/** Section 5: selective recomputation saves 70 % for GPT-3 and 65 % for MT-NLG. */
test.each([
	["gpt3-175b", 0.7],
	["gpt-530b", 0.65],
])("%s: selective recomputation saves %d of the activations", (name, saved) => {
	const model = loadModel(name);
	const kept = (recompute: ParallelConfig["recompute"]): number =>
		new ActivationSizes(model, job({ tensorModelParallelSize: 8, sequenceParallel: true, recompute }), {
			attention: "unfused",
		}).layer();
	expect(Math.abs(1 - kept("selective") / kept("none") - saved)).toBeLessThan(0.01);
});

test("grouped queries and gated MLPs keep what their widths say", () => {
	const model = loadModel("llama3-70b");
	const { seqLength: s, hiddenSize: h, ffnHiddenSize: ffn } = model;
	// 64 query heads, 8 key and value heads: keys and values take an eighth of the queries each.
	const expected = s * (h * 10 + 2 * h * (2 + 2 / 8) + 2 * 3 * ffn + 4 * 64);
	expect(new ActivationSizes(model, job({}), { attention: "flash" }).layer()).toBe(expected);
});

test.each([
	// Korthikanti, section 4.2.3: the first stage keeps p micro-batches, interleaved L (1 + (p - 1) / (p m)) layers.
	[{ pipelineModelParallelSize: 4 }, "1f1b" as const, 4 * 2],
	[{ pipelineModelParallelSize: 4, virtualPipelineSize: 2 }, "interleaved" as const, 8 * (1 + 3 / 8)],
	[{ pipelineModelParallelSize: 4 }, "gpipe" as const, 16 * 2],
])("%j: the first stage keeps as many layers as published", (changes, schedule, layers) => {
	const parallel = job({ ...changes, schedule, globalBatchSize: 16 });
	const { pipelineModelParallelSize: stages, virtualPipelineSize: chunks } = parallel;
	const each = 8 / (stages * chunks);
	const passes = scheduleStage(schedule, { stages, chunks, microBatches: 16 }, 0);
	expect(mostKept(peaksInFlight(passes), new Array<number>(chunks).fill(each))).toBe(layers);
});

test("the parts add up to the peak, and only the last stage has logits", () => {
	const model = loadModel("gpt3-15b");
	const stages = stageMemory(model, job({ pipelineModelParallelSize: 2, globalBatchSize: 4 }), { attention: "flash" });
	for (const { stage: _, parameters: __, peakBytes, ...parts } of stages)
		expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBeCloseTo(peakBytes, 0);
	expect(stages[0]!.workingBytes).toBe(0);
	expect(stages[1]!.workingBytes).toBeGreaterThanOrEqual(model.seqLength * model.vocabSize * 6);
});
