/**
 * The launch queue: CUDA takes about a thousand launches ahead of a stream, then the launching call blocks until one
 * of them is done. Whether a trace ran into that limit is read off the trace: the number of outstanding launches has
 * a ceiling, and the calls made at the ceiling are the slow ones.
 */
import { gather, lastAtMost, quantile } from "../lib/sort.js";
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
	const launchCostNs = quantile(
		gather(calls.launches, (call) => durNs[call]!),
		0.5,
	);
	const launchesOf = new Map<number, number[]>();
	for (const call of calls.launches) {
		const id = stream[calls.launchedBy[call]!]!;
		const list = launchesOf.get(id);
		if (list) list.push(call);
		else launchesOf.set(id, [call]);
	}
	const endNs = (row: number): number => startNs[row]! + durNs[row]!;
	let limit = 0;
	for (const launches of launchesOf.values()) {
		if (launches.length <= LEAST_LIMIT) continue;
		const work = launches.map((call) => calls.launchedBy[call]!);
		const ends = gather(work, endNs).sort();
		const outstanding = launches.map((call, i) => i - (lastAtMost(ends, endNs(call)) + 1));
		const ceiling = outstanding.reduce((most, n) => Math.max(most, n), 0);
		const slow = launches.flatMap((call, i) => (durNs[call]! >= SLOW_FACTOR * launchCostNs ? [outstanding[i]!] : []));
		const slowAtCeiling = slow.filter((n) => n >= CLOSE_TO_CEILING * ceiling).length;
		if (ceiling < LEAST_LIMIT || slowAtCeiling < LEAST_SLOW_CALLS || slowAtCeiling < 0.5 * slow.length) continue;
		limit = Math.max(limit, ceiling + 1);
		for (let i = ceiling + 1; i < launches.length; i++) {
			const freed = work[i - ceiling - 1]!;
			if (endNs(freed) <= endNs(launches[i]!)) freedBy[launches[i]!] = freed;
		}
	}
	return { limit, freedBy, launchCostNs };
}
