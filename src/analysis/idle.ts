/** When the device of a rank does nothing, and how much of that lies before a given moment. */
import { growableF64, growableU32 } from "../lib/growable.js";
import { lastAtMost } from "../lib/sort.js";
import type { DeviceIntervals } from "./device-intervals.js";
import type { Window } from "./times.js";

/** No interval: the gap reaches to the end of the window. */
export const NO_INTERVAL = 0xffffffff;

export interface IdleGaps {
	readonly count: number;
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	/** Idle time before the start of each gap. */
	readonly beforeNs: Float64Array;
	/** The first interval that ends the gap, or NO_INTERVAL. */
	readonly endedBy: Uint32Array;
}

/** The stretches of the window without any device work. */
export function idleGaps(intervals: DeviceIntervals, window: Window): IdleGaps {
	const startNs = growableF64(64);
	const endNs = growableF64(64);
	const beforeNs = growableF64(64);
	const endedBy = growableU32(64);
	let busyUntil = window.startNs;
	let idle = 0;
	const close = (end: number, by: number): void => {
		if (end <= busyUntil) return;
		startNs.push(busyUntil);
		endNs.push(end);
		beforeNs.push(idle);
		endedBy.push(by);
		idle += end - busyUntil;
	};
	for (let i = 0; i < intervals.count && intervals.startNs[i]! < window.endNs; i++) {
		// An interval of no length is no work.
		if (intervals.endNs[i]! <= intervals.startNs[i]!) continue;
		close(intervals.startNs[i]!, i);
		busyUntil = Math.max(busyUntil, intervals.endNs[i]!);
	}
	close(window.endNs, NO_INTERVAL);
	return {
		count: startNs.length,
		startNs: startNs.view(),
		endNs: endNs.view(),
		beforeNs: beforeNs.view(),
		endedBy: endedBy.view(),
	};
}

/** Idle time in the window before `atNs`. */
export function idleBefore(gaps: IdleGaps, atNs: number): number {
	return idleIn(gaps, lastAtMost(gaps.startNs, atNs), atNs);
}

/** The last gap that starts at `atNs` or before, -1 for none: looked for from a gap (or -1) near by. */
export function gapAt({ count, startNs }: IdleGaps, atNs: number, near: number): number {
	let gap = near;
	while (gap >= 0 && startNs[gap]! > atNs) gap--;
	while (gap + 1 < count && startNs[gap + 1]! <= atNs) gap++;
	return gap;
}

/** Idle time before `atNs`, where `gap` is the one that `gapAt` finds. */
export function idleIn({ startNs, endNs, beforeNs }: IdleGaps, gap: number, atNs: number): number {
	return gap < 0 ? 0 : beforeNs[gap]! + Math.min(atNs, endNs[gap]!) - startNs[gap]!;
}
