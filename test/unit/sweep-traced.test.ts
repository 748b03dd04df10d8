/** A sweep of a traced job: what every configuration is predicted from, and that it is what a prediction says. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type SweepSearch, sweepSearch } from "../../src/cli/sweep-traces.js";
import { costModel } from "../../src/cost/cost-model.js";
import { predictFromTraces } from "../../src/predict/from-traces.js";
import { describeTraced } from "../../src/predict/traced-prediction.js";
import { differingParts, JOURNAL_SCHEMA } from "../../src/sweep/journal/header.js";
import { journalLine, packRow, unpackRow, valueOfLine } from "../../src/sweep/journal/lines.js";
import { planSweep, type SweepPlan } from "../../src/sweep/plan-sweep.js";
import type { SweepRow } from "../../src/sweep/row.js";
import { SweepSpace } from "../../src/sweep/space.js";
import { TracedEvaluator } from "../../src/sweep/traced/evaluator.js";
import { openSharedRun } from "../../src/sweep/traced/shared-run.js";
import { fixture } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("sweep-traced");
const grid = join(folder, "grid.yaml");
writeFileSync(
	grid,
	[
		"pipeline_model_parallel_size: [1, 2]",
		"tensor_model_parallel_size: 2",
		"micro_batch_size: [1, 2]",
		"recompute: none",
		"virtual_pipeline_size: 1",
		"use_distributed_optimizer: [false, true]",
		"sequence_parallel: false",
		"context_parallel_size: [1, 2]",
	].join("\n"),
);

type Flags = Parameters<typeof sweepSearch>[1];
const search = (more: Partial<Flags> = {}, given: Parameters<typeof sweepSearch>[2] = [["--gpus", "4"]]) =>
	sweepSearch([fixture("tp2pp2")], { grid, seed: 3, attentionBackend: "flash", ...more } as Flags, given);

let found: Required<SweepSearch>;
let plan: SweepPlan;
beforeAll(async () => {
	found = (await search()) as Required<SweepSearch>;
	plan = planSweep(found.inputs);
});

describe("a sweep of a traced run", () => {
	test("has what the traces tell in common, and varies the axes", () => {
		const { model, parallel, hardware, traced } = found.inputs;
		expect([model.numLayers, model.hiddenSize, parallel.globalBatchSize]).toEqual([4, 3072, 4]);
		expect(hardware.name).toBe("h100-sxm");
		expect(traced!.base.parallel).toMatchObject({ tensorModelParallelSize: 2, pipelineModelParallelSize: 2 });
		expect(traced!.identityMs / traced!.replayMs).toBeCloseTo(1, 2);
	});

	test("counts what traces cannot show with its reason", () => {
		const { survey, space } = plan;
		expect(survey.invalid.get("--context-parallel-size cannot be changed from these traces")).toBeGreaterThan(0);
		const refused = [...Array(space.total).keys()].map((index) => space.rejectionOf(space.jobAt(index)));
		const explained = refused.find((one) => one?.reason.startsWith("--context"))!.explain();
		expect(explained).toMatch(/the traced run has 1, and 2 runs other kernels$/);
		for (const index of survey.feasible) expect(space.jobAt(index).parallel.contextParallelSize).toBe(1);
	});

	test("gives every configuration what a prediction of it gives", () => {
		const { inputs, run } = found;
		const { space, survey, chunks } = plan;
		const evaluator = new TracedEvaluator(space, inputs.traced!, openSharedRun(run));
		const rows = chunks.flatMap(({ indices }) => evaluator.evaluate(indices)) as SweepRow[];
		expect(rows.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(survey.feasible);
		expect(rows.length).toBeGreaterThan(3);
		const { hardware } = inputs;
		for (const row of rows) {
			const { model, parallel } = space.jobAt(row.index);
			const traced = predictFromTraces({
				run: openSharedRun(run),
				overrides: { model, parallel, node: {}, network: {}, job: {} },
				told: { model: {}, parallel: {} },
				hardware,
				cost: costModel(hardware),
				seed: 3,
			});
			const { iterationMs, interval, provenance } = describeTraced(traced, hardware, false);
			expect([row.iterationMs, row.lowMs, row.highMs]).toEqual([iterationMs, interval.lowMs, interval.highMs]);
			const { exposedComputeMs, exposedCommMs, overlappedMs, otherMs } = row.breakdown;
			expect(exposedComputeMs + exposedCommMs + overlappedMs + otherMs).toBeCloseTo(iterationMs, 9);
			const measured = provenance.filter(({ source }) => source === "measured");
			expect(row.restsOn!.measuredShare).toBeCloseTo(
				measured.reduce((sum, part) => sum + part.shareOfTime, 0),
				12,
			);
			expect(unpackRow(valueOfLine(journalLine(packRow(row)).trimEnd()))).toEqual(row);
		}
	});

	test("of a configuration that cannot be simulated says why, and goes on", () => {
		const { inputs, run } = found;
		const broken = new SweepSpace({ ...inputs, hardware: { ...inputs.hardware } });
		// No description lacks the node: what a bug would do.
		const evaluator = new TracedEvaluator(broken, inputs.traced!, openSharedRun(run));
		Object.assign(broken.inputs.hardware, { node: undefined });
		expect(evaluator.evaluate([0, 1])).toEqual(
			[0, 1].map((index) => ({ index, failed: expect.stringMatching(/undefined/) })),
		);
	});
});

test("journals of another run, or of other draws from it, are told apart", () => {
	const { inputs } = found;
	const header = { schema: JOURNAL_SCHEMA, version: "1", shard: 0, shards: 1, total: 1, inputs } as const;
	const other = (change: object) => ({ ...header, inputs: { ...inputs, traced: { ...inputs.traced!, ...change } } });
	expect(differingParts(header, JSON.parse(JSON.stringify(header)))).toEqual([]);
	expect(differingParts(header, other({ run: "0" }))).toEqual(["traced run"]);
	expect(differingParts(header, other({ seed: 4 }))).toEqual(["traced run"]);
});

test.each([
	["a model beside traces", { model: "gpt3-15b" }, /^--model describes a job, and traces are given/],
	["a parallel description beside traces", { parallel: "x.yaml" }, /^--parallel describes a job, and traces/],
	["pruning", { prune: true }, /^--prune bounds what descriptions say, not what traces show/],
])("is refused before traces are read: %s", async (_, more, line) => {
	await expect(search(more)).rejects.toThrow(line);
	await expect(search({}, [])).rejects.toThrow(/^--gpus is missing/);
});
