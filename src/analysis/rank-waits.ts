/** Who waits and who is waited for: sums over the meetings of some steps, one entry a rank. */
import type { Lateness, Meetings } from "./meetings.js";
import type { Pipelines } from "./pipelines.js";
import type { Window } from "./times.js";

/** By index in `graph.ranks`; collectives only, unless said otherwise. */
export interface RankWaits {
	/** What the rank waits for others. */
	readonly waitNs: Float64Array;
	/** The same in sends and receives. */
	readonly pointToPointWaitNs: Float64Array;
	/** How often it comes late. */
	readonly timesLast: Uint32Array;
	/** How much later than the last but one it comes then. */
	readonly lateNs: Float64Array;
	/** What all others wait together then. */
	readonly othersWaitNs: Float64Array;
}

/** What the steps of each rank leave of the meetings. */
export interface ChosenMeetings {
	/** One entry a meeting: 1 where the last was late, see `chooseMeetings`. */
	readonly isLate: Uint8Array;
	/** By index in `graph.ranks`. */
	readonly windows: readonly (readonly Window[])[];
}

/**
 * Finds the meetings to which somebody came late, inside the steps of that rank: collectives of ranks that do the same at
 * the same time. Stages of one pipeline come one after the other because of their place, not because one is slow.
 *
 * @param windows of the steps, by index in `graph.ranks`, in the times of `lateness`.
 */
export function chooseMeetings(
	meetings: Meetings,
	lateness: Lateness,
	{ spansStages }: Pipelines,
	windows: readonly (readonly Window[])[],
): ChosenMeetings {
	const isLate = new Uint8Array(meetings.count);
	for (let m = 0; m < meetings.count; m++) {
		if (lateness.leadNs[m]! <= 0 || spansStages[m] === 1) continue;
		const rank = meetings.rank[lateness.last[m]!]!;
		if (windowAt(windows[rank]!, lateness.metNs[m]!) >= 0) isLate[m] = 1;
	}
	return { isLate, windows };
}

export function rankWaits(
	ranks: number,
	meetings: Meetings,
	lateness: Lateness,
	{ isPointToPoint }: Pipelines,
	{ isLate, windows }: ChosenMeetings,
	times: { readonly startNs: Float64Array },
): RankWaits {
	const waits = {
		waitNs: new Float64Array(ranks),
		pointToPointWaitNs: new Float64Array(ranks),
		timesLast: new Uint32Array(ranks),
		lateNs: new Float64Array(ranks),
		othersWaitNs: new Float64Array(ranks),
	};
	for (let m = 0; m < meetings.count; m++) {
		if (isLate[m] === 0) continue;
		const rank = meetings.rank[lateness.last[m]!]!;
		waits.timesLast[rank]!++;
		waits.lateNs[rank]! += lateness.leadNs[m]!;
		waits.othersWaitNs[rank]! += lateness.waitNs[m]!;
	}
	const { arrival, meeting, rank } = meetings;
	for (let row = 0; row < arrival.length; row++) {
		const kind = isPointToPoint[meeting[row]!] === 1 ? waits.pointToPointWaitNs : waits.waitNs;
		let metNs = lateness.metNs[meeting[row]!]!;
		// A batch of sends and receives waits for the last of them.
		while (row + 1 < arrival.length && arrival[row + 1] === arrival[row])
			metNs = Math.max(metNs, lateness.metNs[meeting[++row]!]!);
		if (windowAt(windows[rank[row]!]!, metNs) < 0) continue;
		const waited = Math.max(0, metNs - times.startNs[arrival[row]!]!);
		kind[rank[row]!]! += waited;
	}
	return waits;
}

/** The first window in which a moment lies, or -1. */
export function windowAt(windows: readonly Window[], atNs: number): number {
	for (let w = 0; w < windows.length; w++) if (atNs >= windows[w]!.startNs && atNs < windows[w]!.endNs) return w;
	return -1;
}
