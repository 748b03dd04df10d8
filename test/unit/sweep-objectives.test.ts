import { expect, test } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import { footprint } from "../../src/cost/energy.js";
import { OBJECTIVES, parseObjectives } from "../../src/sweep/objectives/objectives.js";
import type { Outcome, Training } from "../../src/sweep/objectives/outcome.js";

const hardware = loadHardware("a100-80g");
const site = { pue: 1.2, kgCo2PerKwh: 0.4, lifetimeYears: 5 };
/** 1,000 iterations, which take an hour. */
const training: Training = { hardware, site, tokenBudget: 4e6, gpuHourCost: 2.5 };
const outcome: Outcome = {
	iterationMs: 3600,
	tokensPerIteration: 4000,
	gpus: 64,
	computeMs: 2000,
	exposedCommMs: 600,
	idleMs: 1000,
	memoryGb: 61.5,
	memoryCapacityGb: 80,
	mfu: 0.41,
};

function objective(name: string, of: Outcome = outcome): number {
	return OBJECTIVES.find((known) => known.name === name)!.value(of, training);
}

test("objectives of an hour of training", () => {
	expect(objective("iteration-time")).toBe(3600);
	expect(objective("throughput")).toBeCloseTo(4000 / 3.6, 9);
	expect(objective("mfu")).toBe(0.41);
	expect(objective("memory-headroom")).toBe(18.5);
	expect(objective("training-time")).toBeCloseTo(1, 12);
	expect(objective("gpu-hours")).toBeCloseTo(64, 12);
	expect(objective("cost")).toBeCloseTo(160, 12);
});

test("energy and carbon follow what the mean GPU does", () => {
	const { tdpW, idleW } = hardware.gpu;
	const wattHours = (64 * (2000 * tdpW + 600 * ((tdpW + idleW) / 2) + 1000 * idleW)) / 3600;
	const hosts = (64 / hardware.node.gpusPerNode) * hardware.node.hostW;
	const kwh = ((wattHours + hosts) / 1000) * 1.2;
	expect(objective("energy")).toBeCloseTo(kwh, 6);
	const hour = { computeNs: 2e12, communicationNs: 6e11, idleNs: 1e12 };
	const { embodiedKgCo2 } = footprint(hardware, 64, hour, site);
	expect(embodiedKgCo2).toBeGreaterThan(0);
	expect(objective("carbon")).toBeCloseTo(kwh * 0.4 + embodiedKgCo2, 6);
	// Idling instead of computing takes less, and waiting longer takes more.
	expect(objective("energy", { ...outcome, computeMs: 1000, idleMs: 2000 })).toBeLessThan(kwh);
	expect(objective("energy", { ...outcome, iterationMs: 4600, idleMs: 2000 })).toBeGreaterThan(kwh);
});

test("objectives by name, and what is wrong with a list of them", () => {
	const names = (text: string, gpuHourCost?: number) =>
		parseObjectives(text, gpuHourCost === undefined ? {} : { gpuHourCost }).map(({ name }) => name);
	expect(names("iteration-time")).toEqual(["iteration-time"]);
	expect(names("carbon, cost", 1)).toEqual(["carbon", "cost"]);
	expect(names("tokens-per-second")).toEqual(["throughput"]);
	expect(() => names("throughput,tokens-per-second")).toThrow("throughput stands there twice");
	expect(() => names("iteration-tme")).toThrow("did you mean iteration-time?");
	expect(() => names("speed-of-light")).toThrow(/choose of iteration-time, throughput/);
	expect(() => names("")).toThrow("there is no objective ''");
	expect(() => names("mfu,mfu")).toThrow("mfu stands there twice");
	expect(() => names("mfu,cost")).toThrow("give --gpu-hour-cost");
});

test("every objective has a name and a column of its own", () => {
	for (const field of ["name", "column"] as const)
		expect(new Set(OBJECTIVES.map((objective) => objective[field])).size).toBe(OBJECTIVES.length);
});
