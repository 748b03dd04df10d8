import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { MeasuredCollective } from "../../src/config/hardware.js";
import { loadHardware } from "../../src/config/load.js";
import { fitHardware } from "../../src/cost/calibrate/fit.js";
import * as observe from "../../src/cost/calibrate/observations.js";
import { PARAMETERS, type ParameterName, parameterValue, withParameters } from "../../src/cost/calibrate/parameters.js";
import { suggestMeasurements } from "../../src/cost/calibrate/suggest.js";
import { collectiveNs } from "../../src/cost/collectives/collective-time.js";
import { costModel } from "../../src/cost/cost-model.js";
import { SeededRandom } from "../support/seeded-random.js";

const preset = loadHardware("a100-80g");

const truth = withParameters(
	preset,
	new Map<ParameterName, number>([
		["efficiency.gemm", 0.71],
		["efficiency.attention", 0.5],
		["efficiency.attentionBackward", 0.44],
		["efficiency.memory", 0.66],
		["efficiency.kernelNs", 3600],
		["efficiency.link", 0.62],
		["efficiency.network", 0.71],
		["efficiency.latency", 1.7],
		["efficiency.overlapCompute", 1.15],
		["cpu.opNs", 21_000],
	]),
);

const gemms = [256, 768, 1024, 2048, 4096].flatMap((m) =>
	[1024, 3072, 8192].flatMap((n) => [512, 4096].map((k) => observe.gemm({ m, n, k, dtype: "bf16" }))),
);
const copies = [1e5, 1e6, 1e7, 1e8, 1e9].map((bytes) => observe.memoryBound({ bytes }));
const attentions = [1024, 4096].flatMap((seq) =>
	(["forward", "backward"] as const).map((direction) =>
		observe.attention({
			direction,
			dtype: "bf16",
			shape: { batch: 2, heads: 16, queryGroups: 16, seq, kvSeq: seq, headDim: 128, causal: true, flash: true },
		}),
	),
);
const collectives = [
	{ op: "allReduce", size: 8, nodes: 1 },
	{ op: "allReduce", size: 32, nodes: 4 },
] as const;
const reductions = collectives.flatMap((group) =>
	[1e4, 1e6, 1e7, 1e8, 1e9].map((bytes) => observe.collective(group, bytes)),
);
const everything = [...gemms, ...copies, ...attentions, ...reductions];

/** Measurements of the true hardware with an error of some percent each. */
function measured(measurables: readonly observe.Measurable[], noise: number, seed = 1): observe.Observation[] {
	const random = new SeededRandom(seed);
	return measurables.map((measurable) =>
		observe.observed(measurable, measurable.predictNs(truth) * Math.exp(noise * (2 * random.next() - 1))),
	);
}

const kernelsAndLinks: readonly ParameterName[] = [
	"efficiency.gemm",
	"efficiency.attention",
	"efficiency.attentionBackward",
	"efficiency.memory",
	"efficiency.kernelNs",
	"efficiency.link",
	"efficiency.network",
	"efficiency.latency",
];

test("exact measurements give the true parameters back", () => {
	const fit = fitHardware(preset, measured(everything, 0));
	expect(fit.fitted.map(({ name }) => name)).toEqual(kernelsAndLinks);
	for (const { name, value } of fit.fitted) expect(value / parameterValue(truth, name), name).toBeCloseTo(1, 2);
	for (const { afterPct } of fit.kinds) expect(afterPct).toBeLessThan(0.5);
	expect(fit.hardware.gpu).toEqual(preset.gpu);
});

test("noisy measurements give intervals that hold the truth", () => {
	let inside = 0;
	let all = 0;
	for (let seed = 1; seed <= 8; seed++) {
		const { fitted } = fitHardware(preset, measured(everything, 0.06, seed));
		for (const { name, value, low, high } of fitted) {
			const true_ = parameterValue(truth, name);
			expect(Math.abs(value / true_ - 1), name).toBeLessThan(0.15);
			expect(low).toBeLessThan(value);
			expect(high).toBeGreaterThan(value);
			all++;
			if (low <= true_ && true_ <= high) inside++;
		}
	}
	expect(all).toBe(8 * kernelsAndLinks.length);
	expect(inside / all).toBeGreaterThan(0.8);
});

test("single wild measurements do not steer the fit", () => {
	const good = measured(everything, 0.02);
	const bad = good.map((observation, i) =>
		i % 12 === 5 ? { ...observation, measuredNs: 4 * observation.measuredNs } : observation,
	);
	for (const { name, value } of fitHardware(preset, bad).fitted)
		expect(Math.abs(value / parameterValue(truth, name) - 1), name).toBeLessThan(0.2);
});

test("what the measurements cannot show is refused and keeps its value", () => {
	const { fitted, refused, hardware } = fitHardware(preset, measured([...gemms, ...copies], 0.02));
	expect(fitted.map(({ name }) => name)).toEqual(["efficiency.gemm", "efficiency.memory", "efficiency.kernelNs"]);
	expect(new Set(refused.map(({ name }) => name)).size).toBe(PARAMETERS.length - 3);
	expect(refused.find(({ name }) => name === "efficiency.link")!.reason).toBe("no measurement depends on it");
	for (const { name } of refused) expect(parameterValue(hardware, name)).toBe(parameterValue(preset, name));
});

test("two parameters that only act together are not both fitted", () => {
	// Small copies alone: all of it fixed time, so the bandwidth is open.
	const tiny = [1e3, 2e3, 4e3, 5e4].map((bytes) => observe.memoryBound({ bytes }));
	const { fitted, refused } = fitHardware(preset, measured(tiny, 0.05));
	expect(fitted.map(({ name }) => name)).toEqual(["efficiency.kernelNs"]);
	expect(refused.find(({ name }) => name === "efficiency.memory")!.reason).toMatch(/no measurement|within a factor/);
});

test("no measurement at all refuses every parameter", () => {
	const { fitted, refused, hardware } = fitHardware(preset, []);
	expect(fitted).toEqual([]);
	expect(refused.length).toBe(PARAMETERS.length);
	expect(hardware).toEqual(preset);
});

test("whole iterations fit what they are made of", () => {
	const steps = [1, 2, 4, 8].flatMap((layers) =>
		[512, 1024, 4096].map((hidden) =>
			observe.iteration(`${layers} x ${hidden}`, (hardware) => {
				const cost = costModel(hardware);
				const layer = Math.max(
					cost.gemm(4096, 4 * hidden, hidden, "bf16") + cost.memoryBound(4096 * hidden * 8),
					3 * cost.cpuOpNs,
				);
				const group = { size: 8, perNode: 8, nodes: 1, sharing: 1 };
				return (layers * (layer + cost.collective("allReduce", 4096 * hidden * 2, group))) / 1e6;
			}),
		),
	);
	const { kinds, fitted, refused } = fitHardware(preset, measured(steps, 0));
	expect(kinds).toEqual([
		{ kind: "iteration", count: 12, beforePct: expect.any(Number), afterPct: expect.any(Number) },
	]);
	expect(kinds[0]!.beforePct).toBeGreaterThan(10);
	expect(kinds[0]!.afterPct).toBeLessThan(1.5);
	expect(fitted.length + refused.length).toBe(PARAMETERS.length);
});

test("the same measurements give the same fit, in any order", () => {
	const observations = measured(everything, 0.03);
	const forwards = fitHardware(preset, observations);
	expect(fitHardware(preset, observations)).toEqual(forwards);
	const backwards = fitHardware(preset, observations.toReversed());
	for (const [i, { value }] of backwards.fitted.entries()) expect(value).toBeCloseTo(forwards.fitted[i]!.value, 2);
});

test("the measurement that tells most is what is missing, and once is enough", () => {
	const fit = fitHardware(preset, measured([...gemms, ...copies], 0.03));
	const candidates = [...gemms, ...copies, ...reductions, ...attentions];
	const suggestions = suggestMeasurements(fit, candidates, 12);
	expect(suggestions[0]!.afterPct).toBeLessThan(suggestions[0]!.beforePct);
	const about = new Set(suggestions.flatMap((suggestion) => suggestion.about));
	for (const name of ["link", "network", "latency", "attention", "attentionBackward"])
		expect(about, name).toContain(`efficiency.${name}`);
	// Copies and matrix products are known already.
	for (const { what } of suggestions) expect(what).toMatch(/allReduce|attention/);
	for (const [i, { beforePct }] of suggestions.slice(1).entries())
		expect(beforePct).toBeCloseTo(suggestions[i]!.afterPct, 9);
});

test("what has to be predicted decides what to measure", () => {
	const fit = fitHardware(preset, []);
	const candidates = [...gemms, ...copies, ...reductions];
	const [network] = suggestMeasurements(fit, candidates, 1, [observe.collective(collectives[1], 2e9)]);
	expect(network!.what).toBe("allReduce of 1000000000 bytes on 32 GPUs of 4 nodes");
	expect(network!.about).toContain("efficiency.network");
	const [memory] = suggestMeasurements(fit, candidates, 1, [observe.memoryBound({ bytes: 5e8 })]);
	expect(memory!.about).toEqual(["efficiency.memory"]);
	expect(suggestMeasurements(fit, copies, 3, [observe.collective(collectives[1], 2e9)])).toEqual([]);
});

/** Measured on 2 to 8 A100 of one node; not part of the repository. */
const folder = join(import.meta.dirname, "../../../shared/measured/allreduce-a100");

function allReduce(ranks: number): MeasuredCollective {
	const lines = readFileSync(join(folder, `gpus${ranks}.csv`), "utf8")
		.trim()
		.split("\n")
		.slice(1);
	const rows = lines.map((line) => line.split(",").map(Number));
	return { op: "allReduce", size: ranks, nodes: 1, bytes: rows.map((row) => row[0]!), ns: rows.map((row) => row[3]!) };
}

test.skipIf(!existsSync(folder))("all-reduces of 4 A100 predict those of 2 to 8 within 2 %", () => {
	const { hardware, fitted } = fitHardware(preset, observe.observedCollectives([allReduce(4)]));
	expect(fitted.map(({ name }) => name)).toEqual(["efficiency.link", "efficiency.latency"]);
	for (const ranks of [2, 3, 5, 6, 7, 8]) {
		const { bytes, ns } = allReduce(ranks);
		const group = { size: ranks, perNode: ranks, nodes: 1, sharing: 1 };
		const errors = bytes.map((size, i) => Math.abs(collectiveNs(hardware, "allReduce", size, group) / ns[i]! - 1));
		expect(errors.reduce((sum, error) => sum + error, 0) / errors.length, `${ranks} GPUs`).toBeLessThan(0.02);
	}
});
