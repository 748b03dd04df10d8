/** Simulates configurations of which there are only descriptions: every kernel of every stage, no closed form. */
import { type CostModel, costModel } from "../../cost/cost-model.js";
import { runPlans } from "../../engine/plan-run/index.js";
import { nsToMs } from "../../lib/units.js";
import { buildPlan } from "../../plan/build-plan.js";
import { PlanCache } from "../../plan/plan-cache.js";
import type { ExecutionPlan } from "../../plan/program.js";
import { modelledInterval } from "../../predict/uncertainty.js";
import type { Evaluator } from "../evaluator.js";
import { type RowOrFailure, type SweepRow, timesAlone } from "../row.js";
import { rowOfStages } from "../row-of-stages.js";
import type { SweepSpace } from "../space.js";
import { type SimulatedPlan, simulatePlans } from "./simulate-plans.js";

export class DescribedEvaluator implements Evaluator {
	readonly #space: SweepSpace;
	readonly #cost: CostModel;
	readonly #cache = new PlanCache();
	readonly #measuresCollectives: boolean;

	constructor(space: SweepSpace) {
		const { hardware, measured } = space.inputs;
		this.#space = space;
		this.#cost = costModel(hardware, { collectives: measured });
		this.#measuresCollectives = measured.length + hardware.measuredCollectives.length > 0;
	}

	evaluate(chunk: readonly number[], sums: boolean): RowOrFailure[] {
		try {
			const plans = chunk.map((index) => this.#plan(index));
			if (!sums)
				return runPlans(plans).map(({ makespanNs, taskCount }, i) =>
					timesAlone(chunk[i]!, nsToMs(makespanNs), taskCount),
				);
			const simulated = simulatePlans(plans);
			return chunk.map((index, i) => this.#row(index, simulated[i]!));
		} catch (error) {
			// Which of them it was shows when each runs by itself.
			if (chunk.length > 1) return chunk.flatMap((index) => this.evaluate([index], sums));
			return [{ index: chunk[0]!, failed: error instanceof Error ? error.message : String(error) }];
		}
	}

	#plan(index: number): ExecutionPlan {
		const { hardware, options } = this.#space.inputs;
		const { model, parallel } = this.#space.jobAt(index);
		return buildPlan({ model, parallel, hardware, cost: this.#cost, options }, { cache: this.#cache });
	}

	#row(index: number, { perStage, shares, tasks }: SimulatedPlan): SweepRow {
		return rowOfStages(index, perStage, tasks, (ms) => modelledInterval(ms, shares, this.#measuresCollectives));
	}
}
