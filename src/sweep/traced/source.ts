/** The traced run that all configurations of a sweep are predicted from; plain data, for workers and journals. */
import type { BaseJob } from "../../predict/base-job.js";
import { type IdentityTimes, identityTimes } from "../../predict/from-traces.js";
import { type TargetSetting, tasksPerPass } from "../../predict/simulate-target.js";
import type { TracedBase } from "../../predict/traced-base.js";
import { runIdentity, type SharedRun } from "./shared-run.js";

export interface TracedSource extends IdentityTimes {
	/** SHA-256 of the run, wherever it lies and whether it was packed: journals of another one are refused. */
	readonly run: string;
	readonly base: BaseJob;
	/** Of which instances are drawn. */
	readonly seed: number;
	readonly tasks: number;
	/** Of a rank for a layer and a micro-batch. */
	readonly tasksPerPass: number;
}

/** @param run of which the base is */
export function tracedSource(base: TracedBase, run: SharedRun, setting: TargetSetting): TracedSource {
	return {
		...identityTimes(base, setting),
		run: runIdentity(run),
		base: { model: base.model, parallel: base.parallel },
		seed: setting.seed,
		tasks: base.graph.taskCount,
		tasksPerPass: tasksPerPass(base),
	};
}
