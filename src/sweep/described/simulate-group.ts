/** The times of several plans. */
import type { Family } from "../../plan/blocks/kernel-family.js";
import type { ExecutionPlan } from "../../plan/program.js";
import { DeviceLog } from "../../plan/run/device-log.js";
import { runPlan } from "../../plan/run/index.js";
import { familyShares } from "../../predict/family-shares.js";
import { type StageTimes, timesOfLog } from "../../predict/stage-times.js";

export interface SimulatedPlan {
	readonly perStage: readonly StageTimes[];
	/** Of the time in which devices work; communication that is hidden does not count. */
	readonly shares: ReadonlyMap<Family, number>;
	readonly tasks: number;
}

/** @param plans of one structure: they differ in durations alone */
export function simulateGroup(plans: readonly ExecutionPlan[]): SimulatedPlan[] {
	return plans.map((plan) => {
		const log = new DeviceLog(plan.blockLibrary, plan.programs.length);
		const { finishNs, taskCount } = runPlan(plan, log);
		const perStage = plan.programs.map(({ stage }, p) => timesOfLog(stage, log.ranks[p]!, finishNs[p]!));
		return { perStage, shares: familyShares(log.ranks, perStage), tasks: taskCount };
	});
}
