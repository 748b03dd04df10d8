/**
 * Where the time of a step goes, as the device of the rank sees it: only compute runs (exposed compute), only
 * communication (exposed communication), both (overlapped), neither (other). The four add up to the window.
 * Which device work counts as which is said in device-intervals.ts.
 */
import { nsToMs } from "../lib/units.js";
import { DeviceClass, type DeviceIntervals } from "./device-intervals.js";
import type { Window } from "./times.js";

/** Milliseconds. */
export interface Breakdown {
	readonly exposedComputeMs: number;
	readonly exposedCommMs: number;
	readonly overlappedMs: number;
	readonly otherMs: number;
}

/**
 * One sweep over intervals sorted by start, linear: at every moment the farthest end seen of each class says which of
 * them is running.
 */
export function breakdown(intervals: DeviceIntervals, window: Window): Breakdown {
	const { startNs, endNs, deviceClass, count } = intervals;
	const length = Math.max(0, window.endNs - window.startNs);
	// Indexed by compute running (1) + communication running (2).
	const spent = [0, 0, 0, 0];
	let at = window.startNs;
	let computeEnd = -Infinity;
	let commEnd = -Infinity;
	const advance = (to: number): void => {
		while (at < to) {
			const computing = computeEnd > at;
			const communicating = commEnd > at;
			let next = to;
			if (computing) next = Math.min(next, computeEnd);
			if (communicating) next = Math.min(next, commEnd);
			spent[(computing ? 1 : 0) + (communicating ? 2 : 0)]! += next - at;
			at = next;
		}
	};
	for (let i = 0; i < count && startNs[i]! < window.endNs; i++) {
		if (endNs[i]! <= window.startNs) continue;
		advance(startNs[i]!);
		if (deviceClass[i] === DeviceClass.communication) commEnd = Math.max(commEnd, endNs[i]!);
		else computeEnd = Math.max(computeEnd, endNs[i]!);
	}
	advance(window.endNs);
	const [, compute, comm, both] = spent as [number, number, number, number];
	return {
		exposedComputeMs: nsToMs(compute),
		exposedCommMs: nsToMs(comm),
		overlappedMs: nsToMs(both),
		// The rest, not its own sum: so the four add up to the window whatever was rounded.
		otherMs: nsToMs(Math.max(0, length - compute - comm - both)),
	};
}
