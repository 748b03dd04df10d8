/** Blocks that are composed against the same blocks task by task: in whole nanoseconds the same times to the bit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compose, isComposable } from "../../src/engine/plan-run/compose-block.js";
import { runPlans } from "../../src/engine/plan-run/index.js";
import type { Block } from "../../src/plan/block.js";
import { buildPlan } from "../../src/plan/build-plan.js";
import type { ExecutionPlan } from "../../src/plan/program.js";
import { runPlan } from "../../src/plan/run/index.js";
import { randomPlan, randomPlanShape } from "../support/random-plan.js";
import { expectSameBits } from "../support/same-bits.js";
import { jobInputs, smallJob, smallModel } from "../support/small-job.js";
import { varied } from "../support/varied-plan.js";

function withBlocks(plan: ExecutionPlan, change: (block: Block) => Block): ExecutionPlan {
	return { ...plan, blockLibrary: { ...plan.blockLibrary, blocks: plan.blockLibrary.blocks.map(change) } };
}

function scaled(plan: ExecutionPlan, factor: number): ExecutionPlan {
	return withBlocks(plan, (block) => ({
		...block,
		durationNs: block.durationNs.map((ns) => ns * factor),
		delayNs: block.delayNs.map((ns) => ns * factor),
	}));
}

function expectSameTimes(found: ExecutionPlan, wanted: ExecutionPlan): void {
	const [times, others] = [runPlan(found), runPlan(wanted)];
	const lanes = wanted.blockLibrary.lanes.map((_, lane) => lane);
	wanted.programs.forEach((_, p) => {
		const ends = (run: typeof times) => Float64Array.from(lanes, (lane) => run.laneFinishNs(p, lane));
		expectSameBits({ ends: ends(times) }, { ends: ends(others) });
	});
}

/** A plan whose large blocks come often, so that composing pays. */
function job(hardware = {}) {
	const parallel = { pipeline_model_parallel_size: 2, tensor_model_parallel_size: 2, global_batch_size: 32 };
	return buildPlan(jobInputs(smallModel(hardware), parallel));
}

describe("a composed block", () => {
	test("leaves the times of its lanes as its tasks do, whatever it finds", () => {
		let composed = 0;
		fc.assert(
			fc.property(randomPlanShape, fc.nat(), (shape, seed) => {
				const plan = scaled(varied(randomPlan(shape), seed), 4);
				const other = withBlocks(plan, (block) => {
					if (!isComposable(block)) return block;
					composed++;
					return compose(block);
				});
				expectSameTimes(other, plan);
			}),
			{ numRuns: 300 },
		);
		expect(composed).toBeGreaterThan(300);
	});

	test("is no block in which something starts before what it waits for", () => {
		const [block] = randomPlan({ seed: 1, ranks: 1, rounds: 1, blocks: 1, grouped: false }).blockLibrary.blocks;
		expect(isComposable(block!)).toBe(true);
		expect(isComposable({ ...block!, delayNs: block!.delayNs.map(() => -1) })).toBe(false);
	});
});

describe("runPlans", () => {
	test("composes large blocks of plans from descriptions, and gives the same times", () => {
		const plans = [job(), job({ hidden_size: 512 }), job({ num_layers: 8 })];
		for (const engine of ["wasm", "reference"] as const) {
			const runs = runPlans(plans, { engine });
			const singly = runPlans(plans, { engine, compose: false });
			runs.forEach(({ composedTaskCount, ...run }, p) => {
				expect(composedTaskCount).toBeGreaterThan(0.8 * run.taskCount);
				expect(composedTaskCount).toBeLessThan(run.taskCount);
				expect(singly[p]).toEqual({ ...run, composedTaskCount: 0 });
				const { makespanNs, finishNs, taskCount } = runPlan(plans[p]!);
				expectSameBits({ ...run }, { makespanNs, finishNs, taskCount });
			});
		}
	});

	test("settles every task where times are no whole numbers, grow too large, or device sums are asked for", () => {
		const plan = job();
		const settled = [
			...runPlans([scaled(plan, 1 / 3)]),
			...runPlans([scaled(plan, 1e9)]),
			...runPlans([plan], { deviceSums: true }),
		];
		expect(settled.map(({ composedTaskCount }) => composedTaskCount)).toEqual([0, 0, 0]);
		const wanted = [scaled(plan, 1 / 3), scaled(plan, 1e9), plan].map((one) => runPlan(one));
		settled.forEach(({ makespanNs, finishNs }, p) => {
			expectSameBits({ makespanNs, finishNs }, { makespanNs: wanted[p]!.makespanNs, finishNs: wanted[p]!.finishNs });
		});
	});

	test("gives the same times of every described job, composed or not", () => {
		fc.assert(
			fc.property(fc.array(smallJob, { minLength: 1, maxLength: 4 }), (jobs) => {
				const plans = jobs.map((one) => buildPlan(one));
				const singly = runPlans(plans, { compose: false });
				runPlans(plans).forEach(({ makespanNs, finishNs }, p) => {
					expectSameBits(
						{ makespanNs, finishNs },
						{ makespanNs: singly[p]!.makespanNs, finishNs: singly[p]!.finishNs },
					);
				});
			}),
			{ numRuns: 20 },
		);
	});
});
