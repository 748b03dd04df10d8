/** What the devices of a simulated graph did, as `timesOfLog` says it of a run without one. */
import { deviceWork } from "../../src/analysis/device-work.js";
import { replayedWindow, type TaskTimes, type Window } from "../../src/analysis/index.js";
import type { ExecutionGraph, GraphRank } from "../../src/graph/graph.js";
import { type StageTimes, timesOf } from "../../src/predict/stage-times.js";

/**
 * Of the slowest rank of each stage of a simulated graph of one step.
 * @param ranksPerStage of the job; ranks are numbered stage by stage
 */
export function timesOfGraph(graph: ExecutionGraph, times: TaskTimes, ranksPerStage: number): StageTimes[] {
	const slowest = new Map<number, { readonly rank: GraphRank; readonly window: Window }>();
	const rankOf = new Map(graph.ranks.map((rank) => [rank.rank, rank]));
	for (const step of graph.steps) {
		const stage = Math.floor(step.rank / ranksPerStage);
		const window = replayedWindow(graph, step, times);
		const before = slowest.get(stage);
		if (before === undefined || lengthOf(window) > lengthOf(before.window))
			slowest.set(stage, { rank: rankOf.get(step.rank)!, window });
	}
	return [...slowest].map(([stage, { rank, window }]) => {
		const { first, last, deviceClass } = deviceWork(graph, rank);
		const pick = (tasks: Uint32Array, of: Float64Array): Float64Array => Float64Array.from(tasks, (task) => of[task]!);
		const [starts, moves] = [pick(first, times.startNs), pick(last, times.startNs)];
		return timesOf(stage, starts, moves, pick(last, times.finishNs), deviceClass, window);
	});
}

function lengthOf({ startNs, endNs }: Window): number {
	return endNs - startNs;
}
