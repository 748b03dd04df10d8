/** How far the replayed start of each device task is from its measured one, both counted from the start of the step. */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import { growableF64 } from "../lib/growable.js";
import { nsToUs } from "../lib/units.js";
import type { TaskTimes, Window } from "./times.js";

export interface StartError {
	/** Device tasks that were measured to start inside the step. */
	readonly n: number;
	/** Nearest-rank percentiles of |replayed - measured|, microseconds; 0 where n is 0. */
	readonly p50Us: number;
	readonly p95Us: number;
	readonly maxUs: number;
}

export function kernelStartError(
	graph: ExecutionGraph,
	rank: GraphRank,
	times: TaskTimes,
	measured: Window,
	replayed: Window,
): StartError {
	const errors = growableF64();
	for (let task = rank.begin; task < rank.end; task++) {
		if (!startsOnDevice(graph.kind[task]!)) continue;
		const measuredNs = graph.measuredStartNs[task]!;
		if (measuredNs < measured.startNs || measuredNs >= measured.endNs) continue;
		errors.push(Math.abs(times.startNs[task]! - replayed.startNs - (measuredNs - measured.startNs)));
	}
	const sortedNs = errors.view().sort();
	return {
		n: sortedNs.length,
		p50Us: nsToUs(nearestRank(sortedNs, 0.5)),
		p95Us: nsToUs(nearestRank(sortedNs, 0.95)),
		maxUs: nsToUs(nearestRank(sortedNs, 1)),
	};
}

/** The least value that at least the share `q` of all do not exceed; 0 for none. */
function nearestRank(ascending: Float64Array, q: number): number {
	return ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)] ?? 0;
}

/** A collective starts on its stream when its rank arrives. */
function startsOnDevice(kind: number): boolean {
	return kind === TaskKind.kernel || kind === TaskKind.comm || kind === TaskKind.memory || kind === TaskKind.arrive;
}
