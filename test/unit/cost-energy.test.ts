import { expect, test } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import { embodiedKgCo2, footprint, operationalKgCo2, trainingHours } from "../../src/cost/energy.js";

interface Published {
	readonly name: string;
	readonly kgCo2PerKwh: number;
	readonly pue: number;
	/** Mean power of one device, W. */
	readonly watts: number;
	readonly devices: number;
	readonly days: number;
	readonly tonnes: number;
	/** 6 x parameters x tokens: parameters that work on a token, tokens. */
	readonly flops?: number;
	readonly peakTflops?: number;
	readonly efficiency?: number;
}

/** LLMCarbon, table of validated trainings, with the tokens that their own papers name. */
const published: readonly Published[] = [
	{ name: "T5", kgCo2PerKwh: 0.545, pue: 1.12, watts: 310, devices: 512, days: 20, tonnes: 46.7 },
	{
		name: "GPT-3",
		kgCo2PerKwh: 0.429,
		pue: 1.1,
		watts: 330,
		devices: 10_000,
		days: 14.8,
		tonnes: 552.1,
		flops: 6 * 175e9 * 300e9,
		peakTflops: 125,
		efficiency: 0.197,
	},
	{
		name: "GShard",
		kgCo2PerKwh: 0.177,
		pue: 1.09,
		watts: 288,
		devices: 1000,
		days: 3.1,
		tonnes: 4.3,
		flops: 6 * 2.3e9 * 1e12,
		peakTflops: 123,
		efficiency: 0.39,
	},
	{
		name: "Switch",
		kgCo2PerKwh: 0.33,
		pue: 1.1,
		watts: 245,
		devices: 1000,
		days: 27,
		tonnes: 59.1,
		flops: 6 * 7.41e9 * 2e12,
		peakTflops: 123,
		efficiency: 0.28,
	},
	{
		name: "XLM",
		kgCo2PerKwh: 0.413,
		pue: 1.1,
		watts: 342,
		devices: 512,
		days: 20.4,
		tonnes: 39,
		flops: 6 * 0.55e9 * 7e12,
		peakTflops: 125,
		efficiency: 0.212,
	},
];

test.each(published)("$name: the carbon that was published, from its days", (training) => {
	const itKwh = (training.watts * training.devices * training.days * 24) / 1e3;
	const tonnes = operationalKgCo2(itKwh, { ...training, lifetimeYears: 5 }) / 1e3;
	expect(Math.abs(tonnes / training.tonnes - 1)).toBeLessThan(0.04);
});

test.each(published.filter(({ flops }) => flops))("$name: within 8.2 % of it, from its operations", (training) => {
	const { flops, devices, peakTflops, efficiency, watts } = training;
	const hours = trainingHours(flops!, devices, peakTflops!, efficiency!);
	const tonnes = operationalKgCo2((watts * devices * hours) / 1e3, { ...training, lifetimeYears: 5 }) / 1e3;
	expect(Math.abs(tonnes / training.tonnes - 1)).toBeLessThan(0.082);
	expect(Math.abs(hours / 24 / training.days - 1)).toBeLessThan(0.11);
});

test("GPT-3 took 1287 MWh", () => {
	const hours = trainingHours(6 * 175e9 * 300e9, 10_000, 125, 0.197);
	expect(Math.abs((330 * 10_000 * hours * 1.1) / 1e6 / 1287 - 1)).toBeLessThan(0.005);
});

test("XLM: embodied carbon of 512 V100 in 64 servers over 20.4 days, 0.66 t published", () => {
	const hours = 20.4 * 24;
	const lifetime = 5;
	const server =
		embodiedKgCo2(1.47, 1, hours, lifetime) * 2 +
		embodiedKgCo2(256, 0.4, hours, lifetime) +
		embodiedKgCo2(32_768, 0.018, hours, lifetime) +
		embodiedKgCo2(111.6, 1.2, hours, lifetime);
	const tonnes = (512 * embodiedKgCo2(8.15, 1.2, hours, lifetime) + 64 * server) / 1e3;
	expect(Math.abs(tonnes / 0.66 - 1)).toBeLessThan(0.08);
});

test("the footprint of a step follows the states of its GPUs", () => {
	const hardware = loadHardware("h100-sxm");
	const site = { pue: 1.2, kgCo2PerKwh: 0.4, lifetimeYears: 5 };
	const hour = 3.6e12;
	const computing = footprint(hardware, 16, { computeNs: hour, communicationNs: 0, idleNs: 0 }, site);
	expect(computing.itKwh).toBeCloseTo(16 * 0.7 + 2 * 3.68, 9);
	expect(computing.kwh).toBeCloseTo(1.2 * computing.itKwh, 9);
	expect(computing.operationalKgCo2).toBeCloseTo(0.4 * computing.kwh, 9);
	// 14.65 kg a chip (LLMCarbon), of which an hour of five years.
	expect(computing.embodiedKgCo2).toBeCloseTo((16 * 14.652) / (5 * 365 * 24), 9);
	const waiting = footprint(hardware, 16, { computeNs: 0, communicationNs: 0, idleNs: hour }, site);
	const both = footprint(hardware, 16, { computeNs: 0, communicationNs: hour, idleNs: 0 }, site);
	expect(waiting.itKwh).toBeCloseTo(16 * 0.1 + 2 * 3.68, 9);
	expect(both.itKwh).toBeCloseTo((waiting.itKwh + computing.itKwh) / 2, 9);
});
