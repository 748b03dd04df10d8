/**
 * The launch queue: CUDA takes about a thousand launches ahead of a stream, then the launching call blocks until one
 * of them is done. Whether a trace ran into that limit is read off the trace: the number of outstanding launches has
 * a ceiling, and the calls made at the ceiling are the slow ones.
 */
import { gather, groupRows, lastAtMost, sampleQuantile } from "../lib/sort.js";
import { NONE, type Trace } from "../trace/columns.js";
import type { Calls } from "./calls.js";

export interface LaunchQueue {
	/** Most launches outstanding at any time; 0 where the trace never met a limit. */
	readonly limit: number;
	/** For a launching row, the device row that had to end before the call could return, or NONE. */
	readonly freedBy: Int32Array;
	/** What an unblocked launching call costs, ns (median). */
	readonly launchCostNs: number;
}

/** Below this many outstanding launches no ceiling is believed: drivers queue at least hundreds. */
const LEAST_LIMIT = 256;
/** A call is slow if it costs this many times the median. */
const SLOW_FACTOR = 8;
/** A ceiling is believed if at least this many calls were slow close to it. */
const LEAST_SLOW_CALLS = 5;
/** Records of events and the like take places in the queue too, so that calls block a little below the ceiling. */
const CLOSE_TO_CEILING = 0.97;

export function findLaunchQueue(trace: Trace, calls: Calls): LaunchQueue {
	const { startNs, durNs, stream, count } = trace.events;
	const freedBy = new Int32Array(count).fill(NONE);
	const launchCostNs = sampleQuantile(
		gather(calls.launches, (call) => durNs[call]!),
		0.5,
	);
	const endNs = (row: number): number => startNs[row]! + durNs[row]!;
	let limit = 0;
	for (const launches of groupRows(calls.launches, (call) => stream[calls.launchedBy[call]!]!).values()) {
		if (launches.length <= LEAST_LIMIT) continue;
		const ends = sortedCopy(launches, (call) => endNs(calls.launchedBy[call]!));
		const outstanding = new Int32Array(launches.length);
		let ceiling = 0;
		for (let i = 0; i < launches.length; i++) {
			outstanding[i] = i - (lastAtMost(ends, endNs(launches[i]!)) + 1);
			if (outstanding[i]! > ceiling) ceiling = outstanding[i]!;
		}
		if (ceiling < LEAST_LIMIT) continue;
		let slow = 0;
		let slowAtCeiling = 0;
		for (let i = 0; i < launches.length; i++) {
			if (durNs[launches[i]!]! < SLOW_FACTOR * launchCostNs) continue;
			slow++;
			if (outstanding[i]! >= CLOSE_TO_CEILING * ceiling) slowAtCeiling++;
		}
		if (slowAtCeiling < LEAST_SLOW_CALLS || slowAtCeiling < 0.5 * slow) continue;
		limit = Math.max(limit, ceiling + 1);
		for (let i = ceiling + 1; i < launches.length; i++) {
			const freed = calls.launchedBy[launches[i - ceiling - 1]!]!;
			if (endNs(freed) <= endNs(launches[i]!)) freedBy[launches[i]!] = freed;
		}
	}
	return { limit, freedBy, launchCostNs };
}

/** A stream's ends come in order unless its kernels overlap. */
function sortedCopy(rows: Uint32Array, of: (row: number) => number): Float64Array {
	const values = gather(rows, of);
	for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return values.sort();
	return values;
}
