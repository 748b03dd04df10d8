import { DescribedEvaluator } from "./described/evaluator.js";
import type { Evaluator } from "./evaluator.js";
import type { SweepInputs } from "./inputs.js";
import { SweepSpace } from "./space.js";
import { TracedEvaluator } from "./traced/evaluator.js";
import { openSharedRun, type SharedRun } from "./traced/shared-run.js";

/** @param run that inputs with a traced source are of */
export function openEvaluator(inputs: SweepInputs, run: SharedRun | undefined): Evaluator {
	const space = new SweepSpace(inputs);
	if (inputs.traced === undefined) return new DescribedEvaluator(space);
	if (run === undefined) throw new Error("a sweep from traces needs its run");
	return new TracedEvaluator(space, inputs.traced, openSharedRun(run));
}
