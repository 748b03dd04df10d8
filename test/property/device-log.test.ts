/** What the fast path says of the device against the same measure on the instantiated graph. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { worldSize } from "../../src/config/parallel.js";
import { simulate } from "../../src/engine/index.js";
import { buildPlan } from "../../src/plan/build-plan.js";
import { instantiate } from "../../src/plan/instantiate/index.js";
import { DeviceLog } from "../../src/plan/run/device-log.js";
import { runPlan } from "../../src/plan/run/index.js";
import { timesOfLog } from "../../src/predict/stage-times.js";
import { smallJob } from "../support/small-job.js";
import { timesOfGraph } from "../support/times-of-graph.js";

test("breakdown and bubble of a logged run are those of the simulated graph", () => {
	fc.assert(
		fc.property(smallJob, (job) => {
			const plan = buildPlan(job);
			const log = new DeviceLog(plan.blockLibrary, plan.programs.length);
			const { finishNs } = runPlan(plan, log);
			const graph = instantiate(plan);
			const expected = timesOfGraph(graph, simulate(graph), worldSize(job.parallel) / plan.programs.length);
			plan.programs.forEach(({ stage }, p) => {
				const found = timesOfLog(stage, log.ranks[p]!, finishNs[p]!);
				expect(found).toEqual(expected[p]);
				const { exposedComputeMs, exposedCommMs, overlappedMs, otherMs } = found.breakdown;
				expect(exposedComputeMs + exposedCommMs + overlappedMs + otherMs).toBeCloseTo(found.iterationMs, 6);
				expect(found.bubbleMs).toBeGreaterThanOrEqual(otherMs);
			});
		}),
		{ numRuns: 20 },
	);
});
