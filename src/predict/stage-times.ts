/** What a stage's device did in a predicted step, as it was simulated: the step, its parts, and the bubble. */

import { DeviceClass, sortIntervals } from "../analysis/device-intervals.js";
import { type Breakdown, breakdown, type Window } from "../analysis/index.js";
import type { DeviceSums, DeviceTimes } from "../engine/plan-run/index.js";
import { nsToMs } from "../lib/units.js";
import type { RankLog } from "../plan/run/device-log.js";
import { FIRST_COMMUNICATION } from "../plan/run/device-pieces.js";

export interface StageTimes {
	readonly stage: number;
	readonly iterationMs: number;
	/** The device neither computes nor moves data: it waits for other stages, or for its CPU. */
	readonly bubbleMs: number;
	/** Communication counts from the arrival at it, waiting included. */
	readonly breakdown: Breakdown;
	/** Communication counts from when all have arrived. */
	readonly working: Breakdown;
}

/** Of a rank of a plan that ran from 0 to `endNs`. */
export function timesOfLog(stage: number, log: RankLog, endNs: number): StageTimes {
	const deviceClass = log.family
		.view()
		.map((family) => (family < FIRST_COMMUNICATION ? DeviceClass.compute : DeviceClass.communication));
	return timesOf(stage, log.startNs.view(), log.movesNs.view(), log.endNs.view(), deviceClass, { startNs: 0, endNs });
}

/** The same of what `runPlans` summed up. */
export function timesOfSums(stage: number, { times, working }: DeviceSums, endNs: number): StageTimes {
	const inMs = (ns: DeviceTimes): Breakdown => ({
		exposedComputeMs: nsToMs(ns.exposedComputeNs),
		exposedCommMs: nsToMs(ns.exposedCommNs),
		overlappedMs: nsToMs(ns.overlappedNs),
		otherMs: nsToMs(ns.otherNs),
	});
	return {
		stage,
		iterationMs: nsToMs(endNs),
		bubbleMs: nsToMs(working.otherNs),
		breakdown: inMs(times),
		working: inMs(working),
	};
}

/** Of pieces of device work in a window: when each occupies its stream, when it has all it waits for, and its end. */
export function timesOf(
	stage: number,
	startNs: Float64Array,
	movesNs: Float64Array,
	endNs: Float64Array,
	deviceClass: Uint8Array,
	window: Window,
): StageTimes {
	const pieces = new Uint32Array(startNs.length);
	const working = breakdown(sortIntervals(movesNs, endNs, deviceClass, pieces), window);
	return {
		stage,
		iterationMs: nsToMs(lengthOf(window)),
		bubbleMs: working.otherMs,
		working,
		breakdown: breakdown(sortIntervals(startNs, endNs, deviceClass, pieces), window),
	};
}

function lengthOf({ startNs, endNs }: Window): number {
	return endNs - startNs;
}
