/** Predicts another configuration from the traces of one run: cut, plan, instantiate, simulate; the run itself first. */

import { replayedWindow } from "../analysis/times.js";
import { checkParallel } from "../config/check-parallel.js";
import { resolveModel } from "../config/model.js";
import { type Overrides, overrideParallel } from "../config/overrides.js";
import { simulate } from "../engine/index.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { NS_PER_MS } from "../lib/units.js";
import { instantiate } from "../plan/instantiate/index.js";
import type { DeviceShare } from "../plan/traced/provenance.js";
import type { BaseJob, Told } from "./base-job.js";
import { simulateTarget, type TargetSetting } from "./simulate-target.js";
import type { StageTimes } from "./stage-times.js";
import { describedModel, jobOf, type TracedBase, type TracedRun, tracedBase } from "./traced-base.js";
import { refuseUnseen } from "./unseen.js";

export interface PredictInputs extends TargetSetting {
	readonly run: TracedRun;
	readonly overrides: Overrides;
	readonly told: Told;
}

/** The run itself, of which all is known: its own plan against its replay. */
export interface IdentityTimes {
	/** Mean step of the replay, and of the identity plan. */
	readonly replayMs: number;
	readonly identityMs: number;
}

export interface TracedPrediction extends IdentityTimes {
	readonly base: BaseJob;
	readonly target: BaseJob;
	readonly iterationMs: number;
	/** Of the slowest rank of each stage. */
	readonly perStage: readonly StageTimes[];
	readonly provenance: readonly DeviceShare[];
	/** Replicas that were simulated; each stands for its share of all. */
	readonly replicas: number;
	/** The predicted step, of those replicas. */
	readonly graph: () => ExecutionGraph;
}

export function predictFromTraces({ run, overrides, told, ...setting }: PredictInputs): TracedPrediction {
	const base = tracedBase(run, jobOf(run, told));
	const model = resolveModel({ ...describedModel(base.model), ...overrides.model });
	const parallel = overrideParallel(base.parallel, model, overrides);
	checkParallel(model, parallel);
	const target = { model, parallel };
	refuseUnseen(base, target);
	const identity = identityTimes(base, setting);
	const { plan, perStage, replicas } = simulateTarget(base, target, setting);
	return {
		base: { model: base.model, parallel: base.parallel },
		target,
		...identity,
		iterationMs: slowestMs(perStage),
		perStage,
		provenance: plan.provenance,
		replicas,
		graph: () => instantiate(plan),
	};
}

export function identityTimes(base: TracedBase, setting: TargetSetting): IdentityTimes {
	const replayMs = replayed(base.graph, base.skipSteps) / NS_PER_MS;
	return { replayMs, identityMs: slowestMs(simulateTarget(base, base, setting).perStage) };
}

function slowestMs(perStage: readonly StageTimes[]): number {
	return perStage.reduce((most, { iterationMs }) => Math.max(most, iterationMs), 0);
}

/** Mean over the steps of the longest of the ranks' windows. */
function replayed(graph: ExecutionGraph, skip: number): number {
	const times = simulate(graph);
	const longest = new Map<number | "all", number>();
	for (const step of graph.steps) {
		if (step.step === "all") continue;
		const { startNs, endNs } = replayedWindow(graph, step, times);
		longest.set(step.step, Math.max(longest.get(step.step) ?? 0, endNs - startNs));
	}
	const kept = [...longest.values()].slice(skip);
	return kept.reduce((sum, ns) => sum + ns, 0) / kept.length;
}
