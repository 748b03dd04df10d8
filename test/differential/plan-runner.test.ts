/** The plan runner in WebAssembly, at every width, against the same sources in TypeScript, `runPlan` and the engine. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { planRunBytes, runPlans, structureKey } from "../../src/engine/plan-run/index.js";
import { TaskKind } from "../../src/graph/graph.js";
import { EnvironmentError } from "../../src/lib/errors.js";
import { BlockBuilder } from "../../src/plan/block-builder.js";
import { buildPlan } from "../../src/plan/build-plan.js";
import { instantiate } from "../../src/plan/instantiate/index.js";
import { type PlanTimes, runPlan } from "../../src/plan/run/index.js";
import { randomPlan, randomPlanShape } from "../support/random-plan.js";
import { expectSameBits } from "../support/same-bits.js";
import { jobInputs, smallJob, smallModel } from "../support/small-job.js";
import { renumbered, varied } from "../support/varied-plan.js";

function expectSameTimes(found: readonly PlanTimes[], wanted: readonly PlanTimes[]): void {
	expect(found.length).toBe(wanted.length);
	wanted.forEach(({ makespanNs, finishNs, taskCount }, p) => {
		expectSameBits({ ...found[p]! }, { makespanNs, finishNs, taskCount });
	});
}

describe("random plans", () => {
	const mixed = fc.array(fc.record({ shape: randomPlanShape, seeds: fc.array(fc.nat(), { maxLength: 6 }) }), {
		minLength: 1,
		maxLength: 3,
	});

	test.each(["wasm", "reference"] as const)("%s gives the times of every plan to the bit at every width", (engine) => {
		fc.assert(
			fc.property(mixed, (groups) => {
				const plans = groups.flatMap(({ shape, seeds }) => {
					const plan = randomPlan(shape);
					return [plan, ...seeds.map((seed) => varied(plan, seed))];
				});
				const wanted = plans.map((plan) => runPlan(plan));
				for (const width of [1, 2, 4] as const) expectSameTimes(runPlans(plans, { engine, width }), wanted);
			}),
			{ numRuns: engine === "wasm" ? 150 : 60 },
		);
	});

	test("what the runner gives is what the engine gives for the graph", () => {
		fc.assert(
			fc.property(randomPlanShape, fc.nat(), (shape, seed) => {
				const plan = varied(randomPlan(shape), seed);
				const graph = instantiate(plan);
				const { finishNs } = simulate(graph);
				const [times] = runPlans([plan]);
				graph.ranks.forEach(({ begin, end }, r) => {
					expect(times!.finishNs[r]).toBe(finishNs.subarray(begin, end).reduce((a, b) => Math.max(a, b), 0));
				});
			}),
		);
	});

	test("plans whose blocks are numbered differently are of one structure", () => {
		fc.assert(
			fc.property(randomPlanShape, fc.nat(), (shape, seed) => {
				const plan = randomPlan(shape);
				const other = renumbered(varied(plan, seed));
				expect(structureKey(other)).toBe(structureKey(plan));
				expectSameTimes(runPlans([plan, other]), [runPlan(plan), runPlan(other)]);
			}),
		);
	});
});

describe("plans from descriptions", () => {
	test("of all schedules, folded and with every rank, at once", () => {
		fc.assert(
			fc.property(fc.array(smallJob, { minLength: 1, maxLength: 4 }), fc.boolean(), (jobs, streamed) => {
				const plans = jobs.flatMap((job) => {
					const options = { ...job.options, messages: streamed ? ("streams" as const) : job.options.messages };
					return [buildPlan({ ...job, options }), buildPlan({ ...job, options }, { everyRank: true })];
				});
				expectSameTimes(
					runPlans(plans),
					plans.map((plan) => runPlan(plan)),
				);
			}),
			{ numRuns: 20 },
		);
	});

	test("that differ in what things cost run side by side", () => {
		const parallel = { pipeline_model_parallel_size: 2, tensor_model_parallel_size: 2, global_batch_size: 8 };
		const plans = [1024, 512, 256].map((hidden_size) =>
			buildPlan(jobInputs(smallModel({ hidden_size, num_attention_heads: 4 }), parallel)),
		);
		expect(new Set(plans.map(structureKey)).size).toBe(1);
		expectSameTimes(
			runPlans(plans),
			plans.map((plan) => runPlan(plan)),
		);
		const deeper = buildPlan(jobInputs(smallModel({ num_layers: 12 }), parallel));
		expect(structureKey(deeper)).not.toBe(structureKey(plans[0]!));
	});
});

describe("what cannot run", () => {
	const plan = randomPlan({ seed: 1, ranks: 3, rounds: 2, blocks: 2, grouped: true });

	test("takes fewer plans at once where memory is short, and none where one does not fit", () => {
		const plans = [plan, ...[1, 2, 3].map((seed) => varied(plan, seed))];
		const wanted = plans.map((one) => runPlan(one));
		const [least, four] = ([1, 4] as const).map((width) => planRunBytes(plan, { width, compose: false })) as [
			number,
			number,
		];
		expect(four).toBeGreaterThan(least);
		for (const memoryLimitBytes of [four, four - 1, least]) {
			expectSameTimes(runPlans(plans, { memoryLimitBytes }), wanted);
		}
		const tooLittle = () => runPlans(plans, { memoryLimitBytes: least - 1 });
		expect(tooLittle).toThrow(EnvironmentError);
		expect(tooLittle).toThrow(
			/^a plan needs [\d.]+ MiB to run, there are [\d.]+: give more memory, or plan fewer ranks$/,
		);
		expect(planRunBytes(plan, { deviceSums: true })).toBeGreaterThan(least);
	});

	test("ranks that wait for ever are named", () => {
		const { programs, ...rest } = randomPlan({ seed: 1, ranks: 3, rounds: 2, blocks: 2, grouped: false });
		const absent = programs.map((program, p) => (p === 1 ? { ...program, block: new Uint32Array(0) } : program));
		const asked = () => runPlans([{ ...rest, programs: absent }]);
		expect(asked).toThrow("rank 0 waits for ever for somebody who does not come");
		// The kernel is good for the next plan all the same.
		expectSameTimes(runPlans([plan]), [runPlan(plan)]);
	});

	test("runtime dependencies are left to the engine", () => {
		const builder = new BlockBuilder();
		builder.task(TaskKind.syncReturn, 0, 0, 0, 1);
		builder.wait(1, 0);
		const blocks = [...plan.blockLibrary.blocks, builder.build("waits")];
		expect(() => runPlans([{ ...plan, blockLibrary: { ...plan.blockLibrary, blocks } }])).toThrow(/needs the engine/);
	});
});
