/** The step of a target, simulated from the segments of a traced run. */
import type { HardwareConfig } from "../config/hardware.js";
import { numMicroBatches } from "../config/parallel.js";
import type { CostModel } from "../cost/cost-model.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { DeviceLog } from "../plan/run/device-log.js";
import { runPlan } from "../plan/run/index.js";
import { MAIN_LANE } from "../plan/traced/lanes.js";
import type { TracedJob } from "../plan/traced/rescale.js";
import { type TracedPlan, tracedPlan } from "../plan/traced/traced-plan.js";
import type { BaseJob } from "./base-job.js";
import { type StageTimes, timesOfLog } from "./stage-times.js";
import type { TracedBase } from "./traced-base.js";

/** What predictions from a run share beside it. */
export interface TargetSetting {
	readonly hardware: HardwareConfig;
	readonly cost: CostModel;
	/** Of which instances are drawn. */
	readonly seed: number;
}

export interface SimulatedTarget {
	readonly plan: TracedPlan;
	/** Of the slowest rank of each stage. */
	readonly perStage: readonly StageTimes[];
	/** Replicas that were simulated; each stands for its share of all. */
	readonly replicas: number;
	readonly taskCount: number;
}

/** @param target a job that `refuseUnseen` does not refuse */
export function simulateTarget(
	base: TracedBase,
	target: BaseJob,
	{ hardware, cost, seed }: TargetSetting,
): SimulatedTarget {
	const { gpusPerNode } = hardware.node;
	const from: TracedJob = { model: base.model, parallel: base.parallel, gpusPerNode };
	const to: TracedJob = { model: target.model, parallel: target.parallel, gpusPerNode };
	const replicas = simulatedReplicas(tasksPerPass(base), target);
	const { blockLibrary } = base;
	const deviceName = hardware.gpu.name;
	return runTraced(tracedPlan({ blockLibrary, base: from, target: to, cost, seed, replicas, deviceName }), replicas);
}

/** A step goes from the marker at the head of the main thread to the one at its end. */
function runTraced(plan: TracedPlan, replicas: number): SimulatedTarget {
	const { programs, blockLibrary } = plan;
	const log = new DeviceLog(blockLibrary, programs.length);
	const { laneFinishNs, taskCount } = runPlan(plan, log);
	const slowest = new Map<number, { readonly program: number; readonly endNs: number }>();
	programs.forEach(({ stage }, program) => {
		const endNs = laneFinishNs(program, MAIN_LANE);
		if (endNs > (slowest.get(stage)?.endNs ?? 0)) slowest.set(stage, { program, endNs });
	});
	const perStage = [...slowest].map(([stage, { program, endNs }]) => timesOfLog(stage, log.ranks[program]!, endNs));
	return { plan, perStage, replicas, taskCount };
}

/**
 * Replicas differ only in what is drawn for them, and each has thousands of draws: a few stand for all where all would
 * be more tasks than are simulated in about a second.
 */
const MOST_TASKS = 4e6;

/** Tasks of a rank of the run for a layer and a micro-batch: what sizes of targets are estimated by. */
export function tasksPerPass({ graph, ...job }: BaseJob & { readonly graph: ExecutionGraph }): number {
	const steps = graph.steps.length / graph.ranks.length;
	return graph.taskCount / graph.ranks.length / steps / passesOf(job);
}

/** Of a rank. */
function passesOf({ model, parallel }: BaseJob): number {
	return (model.numLayers / parallel.pipelineModelParallelSize) * numMicroBatches(parallel);
}

function tasksOfReplica(perPass: number, target: BaseJob): number {
	const { tensorModelParallelSize: tp, pipelineModelParallelSize: pp } = target.parallel;
	return perPass * passesOf(target) * tp * pp;
}

function simulatedReplicas(perPass: number, target: BaseJob): number {
	const room = Math.max(1, Math.floor(MOST_TASKS / tasksOfReplica(perPass, target)));
	return Math.min(target.parallel.dataParallelSize, room);
}

/** Tasks that the simulation of a target settles, roughly. */
export function tracedTasks(perPass: number, target: BaseJob): number {
	return simulatedReplicas(perPass, target) * tasksOfReplica(perPass, target);
}
