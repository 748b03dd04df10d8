/** Puts together what was measured of each rank, and measures what only all ranks together show. */
import type { ExecutionGraph } from "../graph/graph.js";
import type { BoundTimes } from "./binding.js";
import { type CollectiveTotals, mergeCommunication } from "./communication.js";
import { countEdges, type EdgeCounts, edgeTally } from "./edges.js";
import type { RankMeasures, StepMeasures } from "./measure-rank.js";
import { joinLegs, type Lateness, latenessOf, type Meetings } from "./meetings.js";
import { NameTotals } from "./name-totals.js";
import { findPipelines } from "./pipelines.js";
import { type ChosenMeetings, chooseMeetings, type RankWaits, rankWaits } from "./rank-waits.js";
import { findStragglers, type Stragglers } from "./stragglers.js";
import { measuredTimes, type TaskTimes, type Window } from "./times.js";

/** Meetings of the ranks in the chosen steps, in one set of times. */
export interface WaitingMeasures {
	readonly lateness: Lateness;
	readonly chosen: ChosenMeetings;
	readonly waits: RankWaits;
}

export interface JobMeasures {
	/** In the order of `graph.ranks`. */
	readonly ranks: readonly RankMeasures[];
	readonly kernels: NameTotals;
	readonly operators: NameTotals;
	readonly communication: readonly CollectiveTotals[];
	readonly edges: EdgeCounts;
	readonly meetings: Meetings;
	readonly measured: WaitingMeasures;
	readonly replayed: WaitingMeasures;
	/** Of the replayed times. */
	readonly stragglers: Stragglers;
}

/** @param ranks what `rankMeasurer` finds, one a rank, in the order of `graph.ranks`. */
export function mergeRanks(graph: ExecutionGraph, times: BoundTimes, ranks: readonly RankMeasures[]): JobMeasures {
	const kernels = new NameTotals(graph.strings.length);
	const operators = new NameTotals(graph.strings.length);
	for (const rank of ranks) {
		kernels.addAll(rank.kernels);
		operators.addAll(rank.operators);
	}
	const meetings = joinLegs(
		graph,
		ranks.map(({ legs }) => legs),
	);
	const pipelines = findPipelines(graph, meetings);
	const waiting = (of: TaskTimes, windowOf: (step: StepMeasures) => Window): WaitingMeasures => {
		const lateness = latenessOf(meetings, of);
		const windows = ranks.map(({ steps }) => steps.map(windowOf));
		const chosen = chooseMeetings(meetings, lateness, pipelines, windows);
		return { lateness, chosen, waits: rankWaits(ranks.length, meetings, lateness, pipelines, chosen, of) };
	};
	const replayed = waiting(times, (step) => step.replayedWindow);
	return {
		ranks,
		kernels,
		operators,
		communication: mergeCommunication(
			graph,
			ranks.map(({ communication }) => communication),
		),
		edges: countEdges(graph, [
			...ranks.map((rank) => rank.edges),
			edgeTally(graph, meetings.firstTask, graph.taskCount),
		]),
		meetings,
		measured: waiting(measuredTimes(graph), (step) => step.measuredWindow),
		replayed,
		stragglers: findStragglers(graph, meetings, replayed.lateness, pipelines, replayed.chosen),
	};
}
