/** The clocks of several ranks: where each trace begins, and how far its clock is ahead of the first rank's. */
import type { Trace } from "../trace/columns.js";
import type { CollectiveMatch } from "./collectives.js";

/** The first moment of a trace on its own clock: nothing in its graph starts before. */
export function firstNs(trace: Trace): number {
	const { count, startNs } = trace.events;
	let first = Number.POSITIVE_INFINITY;
	for (let row = 0; row < count; row++) if (startNs[row]! < first) first = startNs[row]!;
	for (const step of trace.steps) if (step.startNs < first) first = step.startNs;
	return Number.isFinite(first) ? first : 0;
}

/** From a trace's relative times to those of the first trace, as far as the recorders' clocks agree, ns. */
export function commonNs(trace: Trace, reference: Trace): number {
	return Number(trace.baseNs - reference.baseNs);
}

/**
 * How far each rank's clock is ahead of the first rank's: the median difference of the ends of the collectives they
 * share, through the ranks already placed.
 */
export function clockOffsets(traces: readonly Trace[], collectives: readonly CollectiveMatch[]): number[] {
	const offsets = traces.map(() => Number.NaN);
	offsets[0] = 0;
	const endOf = (t: number, row: number): number =>
		traces[t]!.events.startNs[row]! + traces[t]!.events.durNs[row]! + commonNs(traces[t]!, traces[0]!);
	for (let placed = true; placed; ) {
		placed = false;
		const differences = new Map<number, number[]>();
		for (const { members } of collectives) {
			const anchor = members.find((m) => !Number.isNaN(offsets[m.trace]!));
			if (!anchor) continue;
			const anchorEnd = endOf(anchor.trace, anchor.row) - offsets[anchor.trace]!;
			for (const { trace, row } of members) {
				if (!Number.isNaN(offsets[trace]!)) continue;
				const list = differences.get(trace);
				if (list) list.push(endOf(trace, row) - anchorEnd);
				else differences.set(trace, [endOf(trace, row) - anchorEnd]);
			}
		}
		for (const [trace, list] of differences) {
			list.sort((a, b) => a - b);
			offsets[trace] = list[list.length >> 1]!;
			placed = true;
		}
	}
	return offsets.map((offset) => (Number.isNaN(offset) ? 0 : offset));
}
