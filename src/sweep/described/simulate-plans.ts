/** The times of several plans, those of one structure side by side. */
import { runPlans } from "../../engine/plan-run/index.js";
import type { Family } from "../../plan/blocks/kernel-family.js";
import type { ExecutionPlan } from "../../plan/program.js";
import { sharesOfFamilies } from "../../predict/family-shares.js";
import { type StageTimes, timesOfSums } from "../../predict/stage-times.js";

export interface SimulatedPlan {
	readonly perStage: readonly StageTimes[];
	/** Of the time in which devices work; communication that is hidden does not count. */
	readonly shares: ReadonlyMap<Family, number>;
	readonly tasks: number;
}

export function simulatePlans(plans: readonly ExecutionPlan[]): SimulatedPlan[] {
	return runPlans(plans, { deviceSums: true }).map(({ finishNs, taskCount, devices }, p) => {
		const perStage = plans[p]!.programs.map(({ stage }, r) => timesOfSums(stage, devices[r]!, finishNs[r]!));
		const families = devices.map(({ familyNs }) => familyNs);
		return { perStage, shares: sharesOfFamilies(families, perStage), tasks: taskCount };
	});
}
