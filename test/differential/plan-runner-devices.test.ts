/** What the plan runner sums up of devices against the same measures of a log of the run. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Breakdown } from "../../src/analysis/index.js";
import { type PlanRun, runPlans } from "../../src/engine/plan-run/index.js";
import { buildPlan } from "../../src/plan/build-plan.js";
import type { ExecutionPlan } from "../../src/plan/program.js";
import { DeviceLog } from "../../src/plan/run/device-log.js";
import { runPlan } from "../../src/plan/run/index.js";
import { sharesOfFamilies } from "../../src/predict/family-shares.js";
import { timesOfLog, timesOfSums } from "../../src/predict/stage-times.js";
import { familiesOfLog } from "../support/families-of-log.js";
import { randomPlan, randomPlanShape } from "../support/random-plan.js";
import { jobInputs, smallJob, smallModel } from "../support/small-job.js";
import { varied } from "../support/varied-plan.js";

/** Sums are taken in another order. */
const RELATIVE = 1e-9;

function expectSums(plan: ExecutionPlan, { finishNs, devices }: PlanRun): void {
	const log = new DeviceLog(plan.blockLibrary, plan.programs.length);
	const wanted = runPlan(plan, log);
	expect(finishNs).toEqual(wanted.finishNs);
	expect(devices.length).toBe(plan.programs.length);
	const stages = plan.programs.map(({ stage }, p) => {
		const found = timesOfSums(stage, devices[p]!, finishNs[p]!);
		const expected = timesOfLog(stage, log.ranks[p]!, finishNs[p]!);
		const within = RELATIVE * Math.max(1e-6, expected.iterationMs);
		const near = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThanOrEqual(within);
		near(found.iterationMs, expected.iterationMs);
		near(found.bubbleMs, expected.bubbleMs);
		for (const which of ["breakdown", "working"] as const) {
			for (const part of Object.keys(expected[which]) as (keyof Breakdown)[])
				near(found[which][part], expected[which][part]);
		}
		familiesOfLog(log.ranks[p]!).forEach((ns, f) => {
			near(devices[p]!.familyNs[f]! / 1e6, ns / 1e6);
		});
		return found;
	});
	const shares = sharesOfFamilies(
		devices.map(({ familyNs }) => familyNs),
		stages,
	);
	const logged = sharesOfFamilies(log.ranks.map(familiesOfLog), stages);
	for (const [family, share] of logged) expect(shares.get(family)).toBeCloseTo(share, 9);
}

test.each(["wasm", "reference"] as const)("of random plans side by side, in %s", (engine) => {
	fc.assert(
		fc.property(randomPlanShape, fc.array(fc.nat(), { maxLength: 5 }), (shape, seeds) => {
			const plan = randomPlan(shape);
			const plans = [plan, ...seeds.map((seed) => varied(plan, seed))];
			runPlans(plans, { engine, deviceSums: true }).forEach((run, p) => {
				expectSums(plans[p]!, run);
			});
		}),
		{ numRuns: engine === "wasm" ? 80 : 40 },
	);
});

test("of plans from descriptions, of all schedules and ways to exchange messages", () => {
	fc.assert(
		fc.property(smallJob, fc.boolean(), fc.boolean(), (job, streamed, everyRank) => {
			const options = { ...job.options, messages: streamed ? ("streams" as const) : job.options.messages };
			const plan = buildPlan({ ...job, options }, { everyRank });
			const plans = [plan, varied(plan, 1), varied(plan, 2)];
			runPlans(plans, { deviceSums: true }).forEach((run, p) => {
				expectSums(plans[p]!, run);
			});
		}),
		{ numRuns: 15 },
	);
});

test("count what else communicates in a block whose last transfer is put off", () => {
	const parallel = { pipeline_model_parallel_size: 2, context_parallel_size: 2, global_batch_size: 2 };
	const inputs = jobInputs(smallModel({ num_layers: 8, hidden_size: 1024 }), {
		...parallel,
		overlap_grad_reduce: true,
	});
	const plan = buildPlan(inputs, { everyRank: true });
	const [run] = runPlans([plan], { deviceSums: true });
	expectSums(plan, run!);
});

test("are not taken where nobody asks, whatever was in the memory before", () => {
	const plan = randomPlan({ seed: 5, ranks: 2, rounds: 3, blocks: 3, grouped: true });
	const [summed] = runPlans([plan], { deviceSums: true });
	const [plain] = runPlans([plan]);
	expect(plain!.devices).toEqual([]);
	expect(plain!.finishNs).toEqual(summed!.finishNs);
});
