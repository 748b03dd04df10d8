import type { Trace } from "../trace/columns.js";

/** The first moment of a trace on its own clock: nothing in its graph starts before. */
export function firstNs(trace: Trace): number {
	const { count, startNs } = trace.events;
	let first = Number.POSITIVE_INFINITY;
	for (let row = 0; row < count; row++) if (startNs[row]! < first) first = startNs[row]!;
	for (const step of trace.steps) if (step.startNs < first) first = step.startNs;
	return Number.isFinite(first) ? first : 0;
}
