/** How busy the device of a rank is over time: the fraction of each bin in which anything runs on it. */
import { NS_PER_MS } from "../lib/units.js";
import type { DeviceIntervals } from "./device-intervals.js";
import { idleGaps } from "./idle.js";
import type { Window } from "./times.js";

/** Fractions in [0, 1], one a bin of `binNs` from the start of the window; the last bin may be shorter. @default binNs 1 ms */
export function utilisation(intervals: DeviceIntervals, window: Window, binNs = NS_PER_MS): Float64Array {
	const length = Math.max(0, window.endNs - window.startNs);
	const busy = new Float64Array(Math.ceil(length / binNs)).fill(1);
	const gaps = idleGaps(intervals, window);
	const widthOf = (bin: number): number => Math.min(binNs, length - bin * binNs);
	for (let gap = 0; gap < gaps.count; gap++) {
		let at = gaps.startNs[gap]! - window.startNs;
		const end = gaps.endNs[gap]! - window.startNs;
		for (let bin = Math.floor(at / binNs); bin < busy.length && at < end; bin++) {
			const next = Math.min(end, (bin + 1) * binNs);
			busy[bin]! -= (next - at) / widthOf(bin);
			at = next;
		}
	}
	return busy.map((fraction) => Math.min(1, Math.max(0, fraction)));
}
