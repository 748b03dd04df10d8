/** Where ranks meet: the arrivals of all ranks, by the rendezvous that they arrive at. */
import type { ExecutionGraph } from "../graph/graph.js";
import { CAUSES, type Legs, NO_MEETING } from "./legs.js";
import type { TaskTimes } from "./times.js";

export interface Meetings {
	readonly count: number;
	/** The task of meeting 0: those of the others follow. */
	readonly firstTask: number;
	/** Arrivals [offset[m], offset[m + 1]) of `member` are those at meeting m, in the order of their ranks. */
	readonly offset: Uint32Array;
	readonly member: Uint32Array;

	// One entry an arrival, rank after rank.
	/** Index in `graph.ranks`. */
	readonly rank: Uint32Array;
	readonly arrival: Uint32Array;
	readonly meeting: Uint32Array;
	/** The meeting that the leg before began with, or NO_MEETING. */
	readonly previous: Uint32Array;
	/** What the leg was spent on, see legs.ts. */
	readonly spentNs: Float64Array;
}

/** @param perRank in the order of `graph.ranks`. */
export function joinLegs(graph: Pick<ExecutionGraph, "ranks" | "taskCount">, perRank: readonly Legs[]): Meetings {
	const firstTask = graph.ranks.reduce((end, rank) => Math.max(end, rank.end), 0);
	const count = graph.taskCount - firstTask;
	const arrivals = perRank.reduce((sum, legs) => sum + legs.arrival.length, 0);
	const rank = new Uint32Array(arrivals);
	const arrival = new Uint32Array(arrivals);
	const meeting = new Uint32Array(arrivals);
	const previous = new Uint32Array(arrivals);
	const spentNs = new Float64Array(CAUSES * arrivals);
	const offset = new Uint32Array(count + 1);
	let at = 0;
	perRank.forEach((legs, r) => {
		arrival.set(legs.arrival, at);
		spentNs.set(legs.spentNs, CAUSES * at);
		for (let i = 0; i < legs.arrival.length; i++, at++) {
			rank[at] = r;
			meeting[at] = legs.meeting[i]! - firstTask;
			previous[at] = legs.previous[i] === NO_MEETING ? NO_MEETING : legs.previous[i]! - firstTask;
			offset[meeting[at]! + 1]!++;
		}
	});
	for (let m = 0; m < count; m++) offset[m + 1]! += offset[m]!;
	const next = offset.slice();
	const member = new Uint32Array(arrivals);
	for (let row = 0; row < arrivals; row++) member[next[meeting[row]!]!++] = row;
	return { count, firstTask, offset, member, rank, arrival, meeting, previous, spentNs };
}

/** Who came last to each meeting: one entry a meeting. */
export interface Lateness {
	/** The arrival that all waited for (the first of several at the same moment), and the one before it, or NO_ARRIVAL. */
	readonly last: Uint32Array;
	readonly second: Uint32Array;
	/** When the last arrived. */
	readonly metNs: Float64Array;
	/** How much later than the second: by so much all others could have started sooner. */
	readonly leadNs: Float64Array;
	/** What all members waited together. */
	readonly waitNs: Float64Array;
}

export const NO_ARRIVAL = 0xffffffff;

/** `times` are measured ones or those of a simulation. */
export function latenessOf({ count, offset, member, arrival }: Meetings, times: TaskTimes): Lateness {
	const last = new Uint32Array(count).fill(NO_ARRIVAL);
	const second = new Uint32Array(count).fill(NO_ARRIVAL);
	const metNs = new Float64Array(count);
	const leadNs = new Float64Array(count);
	const waitNs = new Float64Array(count);
	for (let m = 0; m < count; m++) {
		let latest = Number.NEGATIVE_INFINITY;
		let before = Number.NEGATIVE_INFINITY;
		let sum = 0;
		const end = offset[m + 1]!;
		for (let i = offset[m]!; i < end; i++) {
			const row = member[i]!;
			const at = times.startNs[arrival[row]!]!;
			sum += at;
			if (at > latest) {
				before = latest;
				second[m] = last[m]!;
				latest = at;
				last[m] = row;
			} else if (at > before) {
				before = at;
				second[m] = row;
			}
		}
		const members = end - offset[m]!;
		metNs[m] = latest;
		if (members < 2) continue;
		leadNs[m] = latest - before;
		waitNs[m] = Math.max(0, members * latest - sum);
	}
	return { last, second, metNs, leadNs, waitNs };
}
