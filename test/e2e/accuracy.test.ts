/** How far replays are from what was measured, held to what the project promises: `npm run accuracy` shows the same. */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { measureAccuracy, realTraces, type StepAccuracy, tracesBelow, typicalErrorPct } from "../../bench/accuracy.js";
import { fixture } from "../support/run-cli.js";

/** Percent of the measured step. */
const WORST_ERROR_PCT = 3;
const MEAN_ERROR_PCT = 1;
const START_P95_PCT = 1;
const TYPICAL_ERROR_PCT = 3;

function hold(steps: readonly StepAccuracy[]): void {
	const onDevice = steps.filter((step) => step.onDevice);
	for (const { step, errorPct, startP95Pct } of onDevice) {
		expect(Math.abs(errorPct), `step ${step}: error`).toBeLessThanOrEqual(WORST_ERROR_PCT);
		expect(startP95Pct, `step ${step}: starts on the device, p95`).toBeLessThanOrEqual(START_P95_PCT);
	}
	if (onDevice.length > 1) {
		expect(Math.abs(typicalErrorPct(steps)), "mean of the typical steps").toBeLessThanOrEqual(TYPICAL_ERROR_PCT);
	}
}

function meanError(steps: readonly StepAccuracy[]): number {
	const errors = steps.filter((step) => step.onDevice).map(({ errorPct }) => Math.abs(errorPct));
	return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

const fixtures = await tracesBelow(fixture("tp2pp2"));

describe("the fixture", () => {
	const all: StepAccuracy[] = [];

	test.each(fixtures)("%s", async (path) => {
		const steps = await measureAccuracy(path);
		expect(steps.filter((step) => step.onDevice)).toHaveLength(2);
		hold(steps);
		all.push(...steps);
	});

	test("on average", () => {
		expect(all).toHaveLength(8);
		expect(meanError(all)).toBeLessThanOrEqual(MEAN_ERROR_PCT);
	});
});

const real = existsSync(realTraces) ? await tracesBelow(realTraces) : [];

describe("traces of real GPUs", () => {
	if (real.length === 0) {
		test("none are beside the repository", ({ skip }) => skip("no ../shared/traces here"));
		return;
	}
	const all: StepAccuracy[] = [];

	test.each(real.map((path) => [relative(realTraces, path), path] as const))("%s", async (_, path) => {
		const steps = await measureAccuracy(path);
		expect(steps.length).toBeGreaterThan(0);
		all.push(...steps);
		hold(steps);
	});

	test("on average", () => {
		expect(meanError(all)).toBeLessThanOrEqual(MEAN_ERROR_PCT);
	});
});
