import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { FLAGS } from "../../src/config/flags.js";
import { loadHardware, loadModel } from "../../src/config/load.js";
import { overrideHardware, overrideParallel, overridesOf } from "../../src/config/overrides.js";
import { parseParallel } from "../../src/config/parallel.js";
import { UserError } from "../../src/lib/errors.js";

const gpt = loadModel("gpt3-15b");
const base = parseParallel({
	tensor_model_parallel_size: 2,
	pipeline_model_parallel_size: 2,
	data_parallel_size: 4,
	global_batch_size: 16,
});

test("no flag stands twice, and every description is one line that says more than its name", () => {
	expect(new Set(FLAGS.map(({ flag }) => flag)).size).toBe(FLAGS.length);
	for (const { flag, description, kind, choices } of FLAGS) {
		expect(flag).toMatch(/^--[a-z0-9-]+$/);
		expect(description).toMatch(/^[^\n]+$/);
		expect(description, flag).not.toBe(flag.slice(2).replaceAll("-", " "));
		expect(choices !== undefined, flag).toBe(kind === "choice");
	}
});

test.each(["predict", "sweep"])("help of %s has its own flags first, and those of models last", (name) => {
	const help = createProgram()
		.commands.find((command) => command.name() === name)!
		.helpInformation();
	const order = ["--hardware", "--tensor-model-parallel-size", "--gpus", "--num-layers"];
	const places = order.map((flag) => help.indexOf(`  ${flag} `));
	expect(places).toEqual(places.toSorted((a, b) => a - b));
	expect(places[0]).toBeGreaterThan(0);
});

test("flags are Megatron-LM's, with short forms", () => {
	const overrides = overridesOf([
		["--tp", "4"],
		["--pipeline-model-parallel-size", "2"],
		["--num-virtual-stages-per-pipeline-rank", "3"],
		["--sequence-parallel", true],
		["--overlap-grad-reduce", false],
		["--recompute-granularity", "selective"],
		["--fp16", true],
		["--layers-per-stage", "10,12 ,26"],
		["--num-layers", "48"],
		["--disable-bias-linear", true],
		["--position-embedding-type", "learned_absolute"],
		["--moe-load-balance", "1.25"],
		["--nic-gbit-per-s", "400"],
		["--gpus-per-node", "16"],
		["--gpus", "64"],
	]);
	expect(overrides).toEqual({
		model: { numLayers: 48, addBiasLinear: false, positionEmbedding: "learned", moeLoadBalance: 1.25 },
		parallel: {
			tensorModelParallelSize: 4,
			pipelineModelParallelSize: 2,
			virtualPipelineSize: 3,
			sequenceParallel: true,
			overlapGradReduce: false,
			recompute: "selective",
			dtype: "fp16",
			layersPerStage: [10, 12, 26],
		},
		node: { gpusPerNode: 16 },
		network: { gbitPerS: 400 },
		job: { gpus: 64 },
	});
	const hardware = overrideHardware(loadHardware("a100-80g"), overrides);
	expect(hardware.node.gpusPerNode).toBe(16);
	expect(hardware.network).toMatchObject({ gbitPerS: 400, nicsPerNode: 8 });
});

test.each<[string, string, string]>([
	["--tp", "0", "--tp 0: expected number to be >0"],
	["--tp", "two", "--tp two: expected number, received NaN"],
	["--tp", "", "--tp : expected number, received NaN"],
	["--num-layers", "-3", "--num-layers -3: expected number to be >0"],
	["--seq-length", "1e99", "--seq-length 1e99: expected int to be <=9007199254740991"],
	["--schedule", "2f2b", '--schedule 2f2b: expected one of "1f1b"|"interleaved"|"gpipe"|"zb-h1"'],
	["--layers-per-stage", "4,x", "--layers-per-stage 4,x: expected number, received NaN"],
	["--sequence-parallel", "maybe", "--sequence-parallel maybe: expected boolean, received string"],
	["--nonsense", "1", "unknown flag --nonsense"],
])("%s %s is refused", (flag, text, message) => {
	expect(() => overridesOf([[flag, text]])).toThrow(new UserError(message));
});

test("two names of one field must agree", () => {
	expect(() =>
		overridesOf([
			["--tp", "2"],
			["--tensor-model-parallel-size", "4"],
		]),
	).toThrow(new UserError("--tp and --tensor-model-parallel-size contradict each other; give one of them"));
	expect(
		overridesOf([
			["--tp", "4"],
			["--tensor-model-parallel-size", "4"],
		]).parallel,
	).toEqual({ tensorModelParallelSize: 4 });
});

function target(...given: [string, string | boolean][]) {
	return overrideParallel(base, gpt, overridesOf(given));
}

test("what is not named stays", () => {
	expect(target()).toEqual(base);
	expect(target(["--dp", "8"])).toEqual({ ...base, dataParallelSize: 8 });
});

test("the global batch follows from micro-batches, the replicas from the GPUs", () => {
	expect(target(["--dp", "8"], ["--num-micro-batches", "4"]).globalBatchSize).toBe(32);
	expect(target(["--gpus", "64"]).dataParallelSize).toBe(16);
	expect(target(["--gpus", "64"], ["--tp", "8"], ["--num-micro-batches", "4"])).toMatchObject({
		dataParallelSize: 4,
		globalBatchSize: 16,
	});
	expect(() => target(["--gpus", "30"])).toThrow(
		new UserError("tp 2 x cp 1 x pp 2 = 4 does not divide 30 GPUs; the nearest number of GPUs is 32"),
	);
	expect(() => target(["--num-micro-batches", "4"], ["--global-batch-size", "100"])).toThrow(/contradicts/);
});

test("the schedule follows the chunks, and the chunks their layers", () => {
	expect(target(["--vpp", "2"]).schedule).toBe("interleaved");
	expect(target(["--vpp", "2"], ["--schedule", "gpipe"]).schedule).toBe("gpipe");
	expect(target(["--num-layers-per-virtual-pipeline-stage", "6"])).toMatchObject({
		virtualPipelineSize: 4,
		schedule: "interleaved",
	});
	expect(() => target(["--num-layers-per-virtual-pipeline-stage", "5"])).toThrow(/does not divide the 24 layers/);
	const interleaved = { ...base, virtualPipelineSize: 2, schedule: "interleaved" } as const;
	expect(overrideParallel(interleaved, gpt, overridesOf([["--vpp", "1"]])).schedule).toBe("1f1b");
});

test("unequal stages are kept only while they fit", () => {
	const unequal = { ...base, layersPerStage: [23, 25] };
	expect(overrideParallel(unequal, gpt, overridesOf([["--tp", "4"]])).layersPerStage).toEqual([23, 25]);
	expect(overrideParallel(unequal, gpt, overridesOf([["--pp", "4"]])).layersPerStage).toBeUndefined();
});
