/** A traced run made ready for predictions: its job, and its segments by what they are for. All targets share it. */

import type { Survey } from "../analysis/job-shape/index.js";
import { seenInSurveys, seenJob } from "../analysis/job-shape/seen-job.js";
import { type ModelConfig, type ModelDescription, resolveModel } from "../config/model.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../graph/graph.js";
import type { RankBlock } from "../graph/rank/block.js";
import { PassKind } from "../graph/rank/labels.js";
import type { RankFacts, RunFacts } from "../graph/rank/rank-facts.js";
import { UserError } from "../lib/errors.js";
import { commFacts, type RankGrid } from "../plan/traced/comm-facts.js";
import type { TracedRank } from "../plan/traced/segments.js";
import { passKey, type TracedLibrary, tracedLibrary } from "../plan/traced/traced-library.js";
import { type BaseJob, baseJob, commHabits, type Told } from "./base-job.js";

export interface TracedRun {
	readonly graph: ExecutionGraph;
	readonly facts: RunFacts;
}

export interface TracedBase extends BaseJob {
	readonly graph: ExecutionGraph;
	readonly blockLibrary: TracedLibrary;
	/** Steps at the head that warm up. */
	readonly skipSteps: number;
}

/** The first step warms up where there are more. */
const WARM_UP_STEPS = 1;

/** @param blocks with labels, one a rank of the graph */
export function factsOfRanks(blocks: readonly RankBlock[], surveys: readonly Survey[]): RunFacts {
	return { job: seenInSurveys(surveys), ranks: blocks.map(({ labels, comms }) => ({ labels: labels!, comms })) };
}

/**
 * @param job what `jobOf` finds in the run
 * @throws UserError where the traces do not show whole steps of layers
 */
export function tracedBase(run: TracedRun, job: BaseJob): TracedBase {
	const { graph } = run;
	const grid = gridOf(job);
	const ranks = tracedRanks(run, grid);
	const steps = graph.steps.filter(({ step }) => step !== "all");
	if (steps.length === 0) throw new UserError("the traces have no ProfilerStep ranges; profile whole steps");
	const skipSteps = new Set(steps.map(({ step }) => step)).size > 1 ? WARM_UP_STEPS : 0;
	const blockLibrary = tracedLibrary(graph, ranks, grid, skipSteps);
	if (!blockLibrary.pools.has(passKey(PassKind.forward, "layer", false)))
		throw new UserError(
			`${graph.ranks[0]!.path} does not tell one layer from the next; record ranges around layers (README, "Record a trace")`,
		);
	const parallel = { ...job.parallel, recompute: blockLibrary.recompute };
	return { model: job.model, parallel, graph, blockLibrary, skipSteps };
}

/** What has the value that would follow from the rest is left to follow from it. */
export function describedModel(model: ModelConfig): ModelDescription {
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

/**
 * The job of the run.
 * @throws UserError naming the flag of what is neither found nor told
 */
export function jobOf({ graph, facts: { job, ranks } }: TracedRun, told: Told): BaseJob {
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
