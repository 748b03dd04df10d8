import { expect, test } from "vitest";
import { loadHardware, loadModel } from "../../src/config/load.js";
import { parameterCount } from "../../src/config/model-size.js";
import { parseParallel } from "../../src/config/parallel.js";
import { modelFlops, throughput } from "../../src/cost/flops.js";

test("a GPT has the operations of the closed formula", () => {
	const { hiddenSize: h, numLayers: l, seqLength: s, vocabSize: v, ...rest } = loadModel("gpt-22b");
	const model = { hiddenSize: h, numLayers: l, seqLength: s, vocabSize: v, ...rest };
	const batch = 4;
	const closed = 72 * batch * s * l * h * h * (1 + s / (6 * h) + v / (12 * l * h));
	expect(modelFlops(model, batch) / closed).toBeCloseTo(1, 12);
});

/** Korthikanti et al., table 5: seconds a step with sequence parallelism and selective recomputation. */
test.each([
	["gpt-22b", 8, 4, 1.1, 0.415],
	["gpt3-175b", 64, 64, 13.75, 0.514],
	["gpt-530b", 280, 280, 37.83, 0.56],
	["gpt-1t", 512, 512, 71.49, 0.563],
])("%s on %i A100: the MFU that was published", (name, gpus, globalBatchSize, seconds, mfu) => {
	const model = loadModel(name);
	const parallel = { ...parseParallel({ dtype: "fp16" }), tensorModelParallelSize: gpus, globalBatchSize };
	const hardware = loadHardware("a100-80g");
	const result = throughput(model, parallel, hardware, seconds * 1e9);
	expect(Math.abs(result.mfu - mfu)).toBeLessThan(0.002);
	expect(result.tflopsPerGpu).toBeCloseTo(result.mfu * 312, 9);
	expect(result.tokensPerSecond).toBeCloseTo((globalBatchSize * 2048) / seconds, 6);
});

test("six operations a parameter and token, where attention and vocabulary are small", () => {
	const model = { ...loadModel("llama3-405b"), seqLength: 1024 };
	expect(modelFlops(model, 1) / (6 * parameterCount(model) * 1024)).toBeCloseTo(1, 1);
});

test("of the experts only those that a token goes to count", () => {
	const mixtral = loadModel("mixtral-8x7b");
	const dense = { ...mixtral, numExperts: 0, ffnHiddenSize: 2 * mixtral.ffnHiddenSize };
	const router = 6 * mixtral.seqLength * mixtral.numLayers * mixtral.hiddenSize * mixtral.numExperts;
	expect(modelFlops(mixtral, 1)).toBe(modelFlops(dense, 1) + router);
});
