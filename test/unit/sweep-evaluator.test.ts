import { describe, expect, test } from "vitest";
import { predictFromDescriptions } from "../../src/predict/from-descriptions.js";
import { DEFAULT_SITE } from "../../src/predict/site.js";
import { IterationBound } from "../../src/sweep/described/bound.js";
import { DescribedEvaluator } from "../../src/sweep/described/evaluator.js";
import { measure } from "../../src/sweep/measures.js";
import { OBJECTIVES } from "../../src/sweep/objectives/objectives.js";
import { planSweep } from "../../src/sweep/plan-sweep.js";
import { canPrune, Pruner } from "../../src/sweep/prune.js";
import { rank } from "../../src/sweep/ranking.js";
import { hasSums, type SweepRow, timesAlone } from "../../src/sweep/row.js";
import { SweepSpace } from "../../src/sweep/space.js";
import { smallSweep } from "../support/small-sweep.js";

const plan = planSweep(
	smallSweep({
		recompute: ["none", "full"],
		micro_batch_size: [1, 2],
		virtual_pipeline_size: [1, 2],
		// Above the schedule that follows by itself.
		overlap_grad_reduce: [false, true],
	}),
);
const { space, survey, chunks } = plan;
const evaluator = new DescribedEvaluator(space);
const rows = chunks.flatMap(({ indices }) => evaluator.evaluate(indices, true)) as SweepRow[];
const training = { hardware: space.inputs.hardware, site: DEFAULT_SITE, tokenBudget: 1e9, gpuHourCost: 2 };

describe("the evaluator", () => {
	test("gives every configuration what a prediction of it gives", () => {
		expect(rows.length).toBe(survey.feasible.length);
		for (const row of rows) {
			const { model, parallel } = space.jobAt(row.index);
			const { iterationMs, interval, perStage } = predictFromDescriptions({
				model,
				parallel,
				hardware: space.inputs.hardware,
			});
			expect([row.iterationMs, row.lowMs, row.highMs]).toEqual([iterationMs, interval.lowMs, interval.highMs]);
			const { exposedComputeMs, exposedCommMs, overlappedMs, otherMs } = row.breakdown;
			expect(exposedComputeMs + exposedCommMs + overlappedMs + otherMs).toBeCloseTo(iterationMs, 9);
			const waiting = perStage.reduce((sum, { breakdown }) => sum + breakdown.exposedCommMs, 0) / perStage.length;
			expect(row.waitingCommMs).toBeCloseTo(waiting, 9);
		}
	});

	test("gives the same times where nobody asks for sums", () => {
		const alone = chunks.flatMap(({ indices }) => new DescribedEvaluator(space).evaluate(indices, false)) as SweepRow[];
		expect(alone).toEqual(rows.map(({ index, iterationMs, tasks }) => timesAlone(index, iterationMs, tasks)));
		expect(alone.some(hasSums)).toBe(false);
	});

	test("says of a configuration that it cannot simulate it, instead of ending", () => {
		const { inputs } = space;
		// No description lacks the peaks: what a bug would do.
		const gpu = { ...inputs.hardware.gpu, peakTflops: undefined as never };
		const broken = new SweepSpace({ ...inputs, hardware: { ...inputs.hardware, gpu } });
		const indices = chunks[0]!.indices.slice(0, 2);
		expect(new DescribedEvaluator(broken).evaluate(indices, true)).toEqual(
			indices.map((index) => ({ index, failed: expect.stringMatching(/undefined/) })),
		);
	});
});

describe("pruning", () => {
	test("no simulated time is below its bound, and bounds are not idle", () => {
		const zero = planSweep(smallSweep({ schedule: ["zb-h1", "gpipe", "1f1b"], virtual_pipeline_size: [1] }));
		for (const { space: here, chunks: pieces } of [plan, zero]) {
			const bounds = new IterationBound(here);
			const ratios = pieces
				.flatMap(({ indices }) => new DescribedEvaluator(here).evaluate(indices, false))
				.map((row) => bounds.iterationMs(here.jobAt(row.index)) / (row as SweepRow).iterationMs);
			expect(Math.max(...ratios)).toBeLessThanOrEqual(1);
			expect(Math.max(...ratios)).toBeGreaterThan(0.4);
		}
	});

	test.each(["iteration-time", "throughput", "gpu-hours"])("keeps the best by %s", (name) => {
		const objective = OBJECTIVES.find((known) => known.name === name)!;
		const keep = 3;
		const measured = (all: readonly SweepRow[]) =>
			all.map((row) => measure(space.inputs, space.jobAt(row.index), 0, row)).sort((a, b) => a.row.index - b.row.index);
		const topOf = (all: readonly SweepRow[]) =>
			rank(measured(all), [objective], training)
				.slice(0, keep)
				.map(({ row }) => row.index);
		const pruner = new Pruner(plan, objective, training, keep, 8);
		const found: SweepRow[] = [];
		for (let round = pruner.next(found); round.length > 0; round = pruner.next(found))
			found.push(...rows.filter(({ index }) => round.includes(index)));
		expect(found.length).toBeLessThan(rows.length);
		expect(topOf(found)).toEqual(topOf(rows));
	});

	test("is refused for what a time does not decide", () => {
		const named = (name: string) => OBJECTIVES.find((known) => known.name === name)!;
		expect(canPrune([named("memory-headroom")])).toBe(false);
		expect(canPrune([named("energy")])).toBe(false);
		expect(canPrune([named("mfu"), named("iteration-time")])).toBe(false);
		expect(canPrune([named("mfu")])).toBe(true);
	});
});
