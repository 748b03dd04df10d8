/**
 * The device's clock against the CPU's. Some recorders convert device times a few microseconds late: then a call that
 * waits for the device seems to return before the device is done. Such device times are moved earlier, as far as the
 * launches allow.
 */
import { NONE, type Trace } from "../trace/columns.js";
import { type Calls, findCalls, isDevice, LaunchHistory } from "./calls.js";
import { CallRole } from "./runtime-calls.js";

/** Beyond this a contradiction is no clock error, ns. */
const MOST_NS = 100_000;

export interface AlignedTrace {
	readonly trace: Trace;
	readonly calls: Calls;
	readonly history: LaunchHistory;
	/** What was taken off the device's times, ns; 0 for most traces. */
	readonly deviceShiftNs: number;
}

export function alignDeviceClock(original: Trace): AlignedTrace {
	const calls = findCalls(original);
	const history = new LaunchHistory(original, calls);
	const late = lateness(original, calls, history);
	const deviceShiftNs = late > 0 ? Math.min(late, leastLaunchLag(original, calls)) : 0;
	if (!(deviceShiftNs > 0)) return { trace: original, calls, history, deviceShiftNs: 0 };
	const { events } = original;
	const startNs = events.startNs.slice();
	for (let row = 0; row < events.count; row++) if (isDevice(events.category[row]!)) startNs[row]! -= deviceShiftNs;
	const trace = { ...original, events: { ...events, startNs } };
	return { trace, calls, history: new LaunchHistory(trace, calls), deviceShiftNs };
}

/** The most by which work ended after a device synchronisation that waited for it returned. */
function lateness(trace: Trace, calls: Calls, history: LaunchHistory): number {
	const { startNs, durNs, count } = trace.events;
	let most = 0;
	for (let row = 0; row < count; row++) {
		if (calls.role[row] !== CallRole.deviceSync) continue;
		const returnNs = startNs[row]! + durNs[row]!;
		for (const stream of history.streams) {
			const work = history.lastBy(stream, startNs[row]!);
			if (work === NONE) continue;
			const late = startNs[work]! + durNs[work]! - returnNs;
			if (late > most && late < MOST_NS) most = late;
		}
	}
	return most;
}

function leastLaunchLag(trace: Trace, calls: Calls): number {
	const { startNs } = trace.events;
	let least = Number.POSITIVE_INFINITY;
	for (const row of calls.device) {
		const call = calls.launcherOf[row]!;
		if (call !== NONE) least = Math.min(least, startNs[row]! - startNs[call]!);
	}
	return least;
}
