/** Predicts another configuration from the traces of one run: cut, plan, instantiate, simulate; the run itself first. */

import type { Survey } from "../analysis/job-shape/index.js";
import { seenInSurveys, seenJob } from "../analysis/job-shape/seen-job.js";
import { replayedWindow } from "../analysis/times.js";
import { checkParallel } from "../config/check-parallel.js";
import type { HardwareConfig } from "../config/hardware.js";
import { type ModelConfig, type ModelDescription, resolveModel } from "../config/model.js";
import { type Overrides, overrideParallel } from "../config/overrides.js";
import { numMicroBatches } from "../config/parallel.js";
import type { CostModel } from "../cost/cost-model.js";
import { simulate } from "../engine/index.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../graph/graph.js";
import type { RankBlock } from "../graph/rank/block.js";
import { PassKind } from "../graph/rank/labels.js";
import type { RankFacts, RunFacts } from "../graph/rank/rank-facts.js";
import { UserError } from "../lib/errors.js";
import { NS_PER_MS } from "../lib/units.js";
import { instantiate } from "../plan/instantiate/index.js";
import { DeviceLog } from "../plan/run/device-log.js";
import { runPlan } from "../plan/run/index.js";
import { commFacts, type RankGrid } from "../plan/traced/comm-facts.js";
import { MAIN_LANE } from "../plan/traced/lanes.js";
import type { DeviceShare } from "../plan/traced/provenance.js";
import type { TracedJob } from "../plan/traced/rescale.js";
import type { TracedRank } from "../plan/traced/segments.js";
import { passKey, tracedLibrary } from "../plan/traced/traced-library.js";
import { type TracedPlan, tracedPlan } from "../plan/traced/traced-plan.js";
import { type BaseJob, baseJob, commHabits, type Told } from "./base-job.js";
import { type StageTimes, timesOfLog } from "./stage-times.js";
import { refuseUnseen } from "./unseen.js";

export interface TracedRun {
	readonly graph: ExecutionGraph;
	readonly facts: RunFacts;
}

/** @param blocks with labels, one a rank of the graph */
export function factsOfRanks(blocks: readonly RankBlock[], surveys: readonly Survey[]): RunFacts {
	return { job: seenInSurveys(surveys), ranks: blocks.map(({ labels, comms }) => ({ labels: labels!, comms })) };
}

export interface PredictInputs {
	readonly run: TracedRun;
	readonly overrides: Overrides;
	readonly told: Told;
	readonly hardware: HardwareConfig;
	readonly cost: CostModel;
	readonly seed: number;
}

export interface TracedPrediction {
	readonly base: BaseJob;
	readonly target: TracedJob;
	/** Mean step of the replay, and of the identity plan. */
	readonly replayMs: number;
	readonly identityMs: number;
	readonly iterationMs: number;
	/** Of the slowest rank of each stage. */
	readonly perStage: readonly StageTimes[];
	readonly provenance: readonly DeviceShare[];
	/** Replicas that were simulated; each stands for its share of all. */
	readonly replicas: number;
	/** The predicted step, of those replicas. */
	readonly graph: () => ExecutionGraph;
}

/** The first step warms up where there are more. */
const WARM_UP_STEPS = 1;

export function predictFromTraces(inputs: PredictInputs): TracedPrediction {
	const { run, overrides, told, hardware, cost, seed } = inputs;
	const found = jobOf(run, told);
	const grid = gridOf(found);
	const ranks = tracedRanks(run, grid);
	const steps = run.graph.steps.filter(({ step }) => step !== "all");
	if (steps.length === 0) throw new UserError("the traces have no ProfilerStep ranges; profile whole steps");
	const skip = new Set(steps.map(({ step }) => step)).size > 1 ? WARM_UP_STEPS : 0;
	const blockLibrary = tracedLibrary(run.graph, ranks, grid, skip);
	if (!blockLibrary.pools.has(passKey(PassKind.forward, "layer", false)))
		throw new UserError(
			`${run.graph.ranks[0]!.path} does not tell one layer from the next; record ranges around layers (README, "Record a trace")`,
		);
	const base: BaseJob = { ...found, parallel: { ...found.parallel, recompute: blockLibrary.recompute } };
	const gpusPerNode = hardware.node.gpusPerNode;
	const from: TracedJob = { model: base.model, parallel: base.parallel, gpusPerNode };
	const model = resolveModel({ ...describedModel(base.model), ...overrides.model });
	const parallel = overrideParallel(base.parallel, model, overrides);
	checkParallel(model, parallel);
	refuseUnseen(base, { model, parallel });
	const to: TracedJob = { model, parallel, gpusPerNode };
	const replayNs = replayed(run.graph, skip);
	const planned = (target: TracedJob) => {
		const replicas = simulatedReplicas(run.graph, from, target);
		const deviceName = hardware.gpu.name;
		return runTraced(tracedPlan({ blockLibrary, base: from, target, cost, seed, replicas, deviceName }), replicas);
	};
	const identity = planned(from);
	const predicted = planned(to);
	return {
		base,
		target: to,
		replayMs: replayNs / NS_PER_MS,
		identityMs: slowestMs(identity.perStage),
		iterationMs: slowestMs(predicted.perStage),
		perStage: predicted.perStage,
		provenance: predicted.plan.provenance,
		replicas: predicted.replicas,
		graph: () => instantiate(predicted.plan),
	};
}

interface TracedPlanRun {
	readonly plan: TracedPlan;
	readonly perStage: readonly StageTimes[];
	readonly replicas: number;
}

/** A step goes from the marker at the head of the main thread to the one at its end. */
function runTraced(plan: TracedPlan, replicas: number): TracedPlanRun {
	const { programs, blockLibrary } = plan;
	const log = new DeviceLog(blockLibrary, programs.length);
	const { laneFinishNs } = runPlan(plan, log);
	const slowest = new Map<number, { readonly program: number; readonly endNs: number }>();
	programs.forEach(({ stage }, program) => {
		const endNs = laneFinishNs(program, MAIN_LANE);
		if (endNs > (slowest.get(stage)?.endNs ?? 0)) slowest.set(stage, { program, endNs });
	});
	const perStage = [...slowest].map(([stage, { program, endNs }]) => timesOfLog(stage, log.ranks[program]!, endNs));
	return { plan, perStage, replicas };
}

function slowestMs(perStage: readonly StageTimes[]): number {
	return perStage.reduce((most, { iterationMs }) => Math.max(most, iterationMs), 0);
}

/**
 * Replicas differ only in what is drawn for them, and each has thousands of draws: a few stand for all where all would
 * be more tasks than are simulated in about a second.
 */
const MOST_TASKS = 4e6;

function simulatedReplicas(graph: ExecutionGraph, base: TracedJob, target: TracedJob): number {
	const passes = ({ model, parallel }: TracedJob): number =>
		(model.numLayers / parallel.pipelineModelParallelSize) * numMicroBatches(parallel);
	const { tensorModelParallelSize: tp, pipelineModelParallelSize: pp, dataParallelSize: dp } = target.parallel;
	const steps = graph.steps.length / graph.ranks.length;
	const tasksPerRank = (graph.taskCount / graph.ranks.length / steps) * (passes(target) / passes(base));
	return Math.min(dp, Math.max(1, Math.floor(MOST_TASKS / (tasksPerRank * tp * pp))));
}

/** What has the value that would follow from the rest is left to follow from it. */
function describedModel(model: ModelConfig): ModelDescription {
	const { ffnHiddenSize, numQueryGroups, kvChannels, moeFfnHiddenSize: _, ...rest } = model;
	const implied = resolveModel(rest);
	return {
		...rest,
		...(ffnHiddenSize === implied.ffnHiddenSize ? {} : { ffnHiddenSize }),
		...(numQueryGroups === implied.numQueryGroups ? {} : { numQueryGroups }),
		...(kvChannels === implied.kvChannels ? {} : { kvChannels }),
	};
}

function gridOf({ parallel }: BaseJob): RankGrid {
	return {
		tensor: parallel.tensorModelParallelSize,
		context: parallel.contextParallelSize,
		data: parallel.dataParallelSize,
		pipeline: parallel.pipelineModelParallelSize,
	};
}

function jobOf({ graph, facts: { job, ranks } }: TracedRun, told: Told): BaseJob {
	const seen = seenJob.safeParse(job);
	if (!seen.success) throw new UserError("the packed graph does not say what job it is of; pack its traces again");
	const anyGrid: RankGrid = { tensor: 1, context: 1, data: 1, pipeline: 1 };
	const facts = ranks.flatMap((rank, r) => {
		const { begin } = graph.ranks[r]!;
		return [...commFacts(rank.comms, anyGrid)].map(
			([row, known]) => [known, passOf(graph, rank, begin, row) >= 0] as const,
		);
	});
	// The lowest rank is of the first stage.
	const [first] = ranks;
	let reduced = 0;
	for (const { role, op, elements } of commFacts(first!.comms, anyGrid).values())
		if (role === "data" && (op === "allReduce" || op === "reduceScatter")) reduced += elements;
	reduced /= Math.max(1, graph.steps.filter(({ rank }) => rank === graph.ranks[0]!.rank).length);
	return baseJob(seen.data, commHabits(facts, reduced), told);
}

/** The pass that a transfer was launched in. */
function passOf(graph: ExecutionGraph, { labels }: RankFacts, begin: number, transfer: number): number {
	const { predOffset, pred, edgeKind, kind } = graph;
	let task = begin + transfer;
	for (let hop = 0; hop < 2; hop++) {
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const from = pred[e]! >> 1;
			if (edgeKind[e] === EdgeKind.launch) return labels.pass[from - begin]!;
			if (kind[from] === TaskKind.arrive) {
				task = from;
				break;
			}
		}
	}
	return -1;
}

function tracedRanks({ graph, facts }: TracedRun, grid: RankGrid): TracedRank[] {
	return facts.ranks.map(({ labels, comms }, r) => {
		const { begin, end, rank, path } = graph.ranks[r]!;
		if (labels.passKind.length === 0)
			throw new UserError(
				`${path} has no forward_step and backward_step ranges; record them (Megatron-LM: --profile with ranges)`,
			);
		if (labels.passKind.includes(PassKind.weight))
			throw new UserError(
				`${path} has passes of weight gradients alone, whose layers cannot be told apart; predict from a run of another schedule`,
			);
		return { rank, begin, end, labels, comms: commFacts(comms, grid) };
	});
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
