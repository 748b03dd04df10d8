/** Predictions by the built command, from traces and from descriptions alone. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { predictResult } from "../../src/report/predict-result.js";
import { expectRefusal, fixture, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-predict");
const described = ["predict", "--model", "gpt3-15b", "--hardware", "h100-sxm"];

describe("from descriptions", () => {
	test("a document that its schema describes, and a table", async () => {
		const flags = ["--tp", "2", "--pp", "2", "--dp", "4", "--global-batch-size", "16", "--micro-batch-size", "1"];
		const result = predictResult.parse(await lumosJson(...described, ...flags));
		expect(result.iterationMs).toBeGreaterThan(0);
		expect(result.interval.lowMs).toBeLessThan(result.iterationMs);
		expect(result.interval.highMs).toBeGreaterThan(result.iterationMs);
		expect(result.perStage.map(({ stage }) => stage)).toEqual([0, 1]);
		expect(result.provenance.reduce((sum, { shareOfTime }) => sum + shareOfTime, 0)).toBeCloseTo(1, 6);
		expect(result.throughput.mfu).toBeLessThan(1);
		const { stdout, code } = await lumos([...described, ...flags]);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^Predict {2}gpt3-15b: 48 layers of 6,144/);
	});

	test("more replicas of the same batch take less time, more layers more", async () => {
		const at = async (...flags: string[]): Promise<number> =>
			predictResult.parse(await lumosJson(...described, "--tp", "2", "--global-batch-size", "16", ...flags))
				.iterationMs;
		const [two, four, deeper] = await Promise.all([
			at("--dp", "2"),
			at("--dp", "4"),
			at("--dp", "2", "--num-layers", "96"),
		]);
		expect(four).toBeLessThan(two);
		expect(deeper).toBeGreaterThan(1.7 * two);
	});
});

describe("from traces", () => {
	test("the traced run's own plan comes back to its replay, and changes change it", async () => {
		const same = predictResult.parse(await lumosJson("predict", fixture("tp2pp2")));
		const { stdout, code } = await lumos(["predict", fixture("tp2pp2"), "--num-layers", "8"]);
		expect(code).toBe(0);
		const off = /its own plan .*, ([+-][\d.]+) %/.exec(stdout);
		expect(Math.abs(Number(off![1]))).toBeLessThan(0.5);
		const deeper = predictResult.parse(await lumosJson("predict", fixture("tp2pp2"), "--num-layers", "8"));
		expect(deeper.iterationMs).toBeGreaterThan(1.3 * same.iterationMs);
	});
});

test("a packed graph predicts what its traces do, to the bit", async () => {
	const packed = join(folder, "tp2pp2.lumos");
	expect((await lumos(["pack", fixture("tp2pp2"), "--out", packed])).code).toBe(0);
	const flags = ["--dp", "2", "--num-layers", "8", "--seq-length", "4096"];
	const [fromTraces, fromPacked] = await Promise.all(
		[fixture("tp2pp2"), packed].map(async (path) => {
			const { timing: _, ...rest } = predictResult.parse(await lumosJson("predict", path, ...flags));
			return rest;
		}),
	);
	expect(fromPacked).toEqual(fromTraces);
});

/** What the emulator says the run took, ms. */
async function emulate(out: string, flags: string): Promise<number> {
	const { code } = await lumos(["synth", "--out", out, "--steps", "1", ...flags.split(" ")]);
	expect(code).toBe(0);
	const { steps } = JSON.parse(readFileSync(join(out, "truth.json"), "utf8"));
	return steps[0].iterationNs / 1e6;
}

describe("from traces of an emulated run to another one", () => {
	const model = "--num-layers 4 --hidden-size 2048 --num-attention-heads 16";
	const traces = join(folder, "base");
	const target = join(folder, "target");

	test("more micro-batches and layers are measured work; another sequence length is scaled", async () => {
		await emulate(traces, `${model} --tp 2 --pp 2 --num-micro-batches 4`);
		const truth = await emulate(
			target,
			`${model.replace("4", "8")} --tp 2 --pp 2 --num-micro-batches 8 --seed 9 --ranks 0`,
		);
		const change = ["--num-layers", "8", "--num-micro-batches", "8"];
		const more = predictResult.parse(await lumosJson("predict", traces, ...change));
		expect(Math.abs(more.iterationMs / truth - 1)).toBeLessThan(0.02);
		const measured = more.provenance.filter(({ source }) => source === "measured");
		expect(measured.reduce((sum, { shareOfTime }) => sum + shareOfTime, 0)).toBeGreaterThan(0.8);

		const longer = predictResult.parse(await lumosJson("predict", traces, "--seq-length", "4096"));
		expect(longer.provenance.find(({ what, source }) => what === "kernels" && source === "scaled")).toBeDefined();
	});
});

describe("from traces to a run of another structure", () => {
	const model = "--num-layers 4 --hidden-size 4096 --num-attention-heads 32 --num-micro-batches 4";
	const traces = join(folder, "structure");
	const run = async (...flags: string[]) => predictResult.parse(await lumosJson("predict", traces, ...flags));

	test("splitting layers and sequences, recomputing less, weight gradients apart", async () => {
		await emulate(traces, `${model} --pp 2 --recompute full`);
		const change = "--tp 2 --sequence-parallel --recompute selective --schedule zb-h1";
		const truth = await emulate(join(folder, "other"), `${model} --pp 2 ${change} --seed 5 --ranks 0`);
		const same = await run();
		expect(same.base.parallel.recompute).toBe("full");
		expect(Math.abs(same.identity!.errorPct)).toBeLessThan(0.5);
		const { iterationMs, interval } = await run(...change.split(" "));
		// Collectives that the run does not have are the preset's, which the emulated network is not.
		expect(Math.abs(iterationMs / truth - 1)).toBeLessThan(0.1);
		expect(iterationMs).toBeLessThan(0.6 * same.iterationMs);
		expect(interval.lowMs).toBeLessThan(truth);
		expect(interval.highMs).toBeGreaterThan(truth);
	});

	test("products in fp8 are faster, those in fp16 are not", async () => {
		const [bf16, fp16, fp8] = await Promise.all([run(), run("--fp16"), run("--dtype", "fp8")]);
		expect(fp16.iterationMs).toBeCloseTo(bf16.iterationMs, 6);
		expect(fp8.iterationMs).toBeLessThan(0.9 * bf16.iterationMs);
	});
});

describe.concurrent("nonsense", () => {
	const bad = join(folder, "bad.yaml");
	writeFileSync(bad, "name: mine\nnum_layerz: 4\n");
	test.each([
		["nothing to predict from", ["predict"], /nothing to predict from; give traces, or --model/],
		["no cluster", ["predict", "--model", "gpt3-15b"], /--hardware is missing; give one of .*a100-80g/],
		["an unknown model", ["predict", "--model", "gpt3-15", "--hardware", "h100-sxm"], /gpt3-15.*gpt3-15b/],
		["heads that do not divide", [...described, "--tp", "5"], /tensor/i],
		["layers that do not divide", [...described, "--pp", "5"], /layers|pipeline/i],
		[
			"a typo in YAML",
			["predict", "--model", bad, "--hardware", "h100-sxm"],
			/bad\.yaml:2:\d+.*num_layerz.*num_layers/,
		],
		["a negative size", [...described, "--hidden-size", "-4"], /hidden/],
	])("%s", async (_, args, message) => {
		expectRefusal(await lumos(args), 2, message);
	});
});
