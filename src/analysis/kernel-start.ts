/** How far the replayed start of each device task is from its measured one, both counted from the start of the step. */
import type { ExecutionGraph, GraphRank } from "../graph/graph.js";
import { selectNth } from "../lib/select.js";
import { lastAtMost } from "../lib/sort.js";
import { nsToUs } from "../lib/units.js";
import { type DeviceIntervals, deviceIntervals } from "./device-intervals.js";
import { measuredTimes, type TaskTimes, type Window } from "./times.js";

export interface StartError {
	/** Device tasks that were measured to start inside the step; a collective starts on its stream when its rank arrives. */
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
	return startError(deviceIntervals(graph, rank, measuredTimes(graph)), times, measured, replayed);
}

/** @param device what the device of the rank was measured to do. */
export function startError(device: DeviceIntervals, times: TaskTimes, measured: Window, replayed: Window): StartError {
	const { startNs, task } = device;
	const begin = firstAtLeast(startNs, measured.startNs);
	const end = firstAtLeast(startNs, measured.endNs);
	const errorNs = new Float64Array(Math.max(0, end - begin));
	for (let i = begin; i < end; i++)
		errorNs[i - begin] = Math.abs(times.startNs[task[i]!]! - replayed.startNs - (startNs[i]! - measured.startNs));
	return {
		n: errorNs.length,
		p50Us: nsToUs(nearestRank(errorNs, 0.5)),
		p95Us: nsToUs(nearestRank(errorNs, 0.95)),
		maxUs: nsToUs(nearestRank(errorNs, 1)),
	};
}

/** The least value that at least the share `q` of all do not exceed; 0 for none. Reorders the values. */
function nearestRank(values: Float64Array, q: number): number {
	if (values.length === 0) return 0;
	return selectNth(values, Math.max(0, Math.ceil(q * values.length) - 1));
}

/** Index of the first of the ascending values that is `limit` or more. */
function firstAtLeast(values: Float64Array, limit: number): number {
	let index = lastAtMost(values, limit) + 1;
	while (index > 0 && values[index - 1] === limit) index--;
	return index;
}
