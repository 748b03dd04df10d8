/** What must be true of every plan that is made from descriptions. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { worldSize } from "../../src/config/parallel.js";
import { simulate } from "../../src/engine/index.js";
import { TaskKind } from "../../src/graph/graph.js";
import { buildPlan } from "../../src/plan/build-plan.js";
import { instantiate } from "../../src/plan/instantiate/index.js";
import { runPlan } from "../../src/plan/run/index.js";
import { smallJob } from "../support/small-job.js";

test("one rank a stage stands for all of its ranks to the bit", () => {
	fc.assert(
		fc.property(smallJob, (job) => {
			const folded = buildPlan(job);
			const every = buildPlan(job, { everyRank: true });
			expect(every.programs.length).toBe(worldSize(job.parallel));
			expect(folded.programs.reduce((sum, { replicas }) => sum + replicas, 0)).toBe(worldSize(job.parallel));
			const one = runPlan(folded);
			const all = runPlan(every);
			every.programs.forEach(({ stage }, r) => {
				expect(all.finishNs[r]).toBe(one.finishNs[stage]);
			});
		}),
		{ numRuns: 60 },
	);
});

test("the runner and the engine agree, and the step ends with all that its ranks do", () => {
	fc.assert(
		fc.property(smallJob, (job) => {
			const plan = buildPlan(job);
			const graph = instantiate(plan);
			const { finishNs, makespanNs } = simulate(graph);
			const run = runPlan(plan);
			expect(run.makespanNs).toBe(makespanNs);
			for (const step of graph.steps) {
				const { end } = graph.ranks.find(({ rank }) => rank === step.rank)!;
				expect(step.endTask).toBe(end - 1);
				expect(graph.kind[step.endTask]).toBe(TaskKind.marker);
				expect(finishNs[step.endTask]).toBe(run.finishNs[graph.steps.indexOf(step)]);
			}
		}),
		{ numRuns: 60 },
	);
});
