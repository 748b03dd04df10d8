/** Who waits and who is waited for: sums over the meetings of some steps, one entry a rank. */
import type { ExecutionGraph } from "../graph/graph.js";
import { type Lateness, type Meetings, NO_ARRIVAL } from "./meetings.js";
import { pointToPointTest } from "./point-to-point.js";
import type { Window } from "./times.js";

/** By index in `graph.ranks`; collectives only, unless said otherwise. */
export interface RankWaits {
	/** What the rank waits for others. */
	readonly waitNs: Float64Array;
	/** The same in sends and receives. */
	readonly pointToPointWaitNs: Float64Array;
	/** How often it comes last. */
	readonly timesLast: Uint32Array;
	/** How much later than the last but one it comes then. */
	readonly lateNs: Float64Array;
	/** What all others wait together where it comes last. */
	readonly othersWaitNs: Float64Array;
}

/** What the steps of each rank leave of the meetings. */
export interface ChosenMeetings {
	/** One entry a meeting: 1 for a collective that ended a wait inside a step of the rank that came last. */
	readonly isCollective: Uint8Array;
	/** By index in `graph.ranks`. */
	readonly windows: readonly (readonly Window[])[];
}

/** @param windows of the steps, by index in `graph.ranks`, in the times of `lateness`. */
export function chooseMeetings(
	graph: Pick<ExecutionGraph, "shape" | "name" | "strings">,
	meetings: Meetings,
	lateness: Lateness,
	windows: readonly (readonly Window[])[],
): ChosenMeetings {
	const isPointToPoint = pointToPointTest(graph.strings);
	const isCollective = new Uint8Array(meetings.count);
	for (let m = 0; m < meetings.count; m++) {
		const last = lateness.last[m]!;
		if (last === NO_ARRIVAL || meetings.offset[m + 1]! - meetings.offset[m]! < 2) continue;
		if (windowAt(windows[meetings.rank[last]!]!, lateness.metNs[m]!) < 0) continue;
		isCollective[m] = isPointToPoint(graph, meetings.arrival[last]!) ? 0 : 1;
	}
	return { isCollective, windows };
}

export function rankWaits(
	graph: ExecutionGraph,
	meetings: Meetings,
	lateness: Lateness,
	{ isCollective, windows }: ChosenMeetings,
	times: { readonly startNs: Float64Array },
): RankWaits {
	const ranks = graph.ranks.length;
	const waits = {
		waitNs: new Float64Array(ranks),
		pointToPointWaitNs: new Float64Array(ranks),
		timesLast: new Uint32Array(ranks),
		lateNs: new Float64Array(ranks),
		othersWaitNs: new Float64Array(ranks),
	};
	for (let m = 0; m < meetings.count; m++) {
		if (isCollective[m] === 0 || lateness.leadNs[m]! <= 0) continue;
		const rank = meetings.rank[lateness.last[m]!]!;
		waits.timesLast[rank]!++;
		waits.lateNs[rank]! += lateness.leadNs[m]!;
		waits.othersWaitNs[rank]! += lateness.waitNs[m]!;
	}
	const { arrival, meeting, rank } = meetings;
	const isPointToPoint = pointToPointTest(graph.strings);
	for (let row = 0; row < arrival.length; row++) {
		let metNs = lateness.metNs[meeting[row]!]!;
		// A batch of sends and receives waits for the last of them.
		while (row + 1 < arrival.length && arrival[row + 1] === arrival[row])
			metNs = Math.max(metNs, lateness.metNs[meeting[++row]!]!);
		if (windowAt(windows[rank[row]!]!, metNs) < 0) continue;
		const waited = Math.max(0, metNs - times.startNs[arrival[row]!]!);
		const kind = isPointToPoint(graph, arrival[row]!) ? waits.pointToPointWaitNs : waits.waitNs;
		kind[rank[row]!]! += waited;
	}
	return waits;
}

/** The first window in which a moment lies, or -1. */
export function windowAt(windows: readonly Window[], atNs: number): number {
	for (let w = 0; w < windows.length; w++) if (atNs >= windows[w]!.startNs && atNs < windows[w]!.endNs) return w;
	return -1;
}
