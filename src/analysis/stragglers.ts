/**
 * The ranks that others wait for in collectives, for how long, and why: because of their own work, or because they had
 * waited themselves. The time is that by which a rank comes later than the last but one.
 */
import type { ExecutionGraph } from "../graph/graph.js";
import { Blame } from "./blame.js";
import { CAUSES, Cause } from "./legs.js";
import type { Lateness, Meetings } from "./meetings.js";
import type { Pipelines } from "./pipelines.js";
import type { ChosenMeetings } from "./rank-waits.js";

/** By index in `graph.ranks`. */
export interface Stragglers {
	/** Late time of the rank that its own work caused, CAUSES entries a rank, ns. */
	readonly causesNs: Float64Array;
	/** Late time for which the rank had waited in sends and receives itself. */
	readonly pipelineNs: Float64Array;
	/** Late time of the rank that others caused. */
	readonly inheritedNs: Float64Array;
	/** The rank that caused most of it; -1 for none. */
	readonly inheritedFrom: Int32Array;
	/** Late time of other ranks that this one caused by computing or launching. */
	readonly causedElsewhereNs: Float64Array;
	/** The operation at which the rank is late the longest in all: a task that shows its name and shape, or -1. */
	readonly mostAt: Float64Array;
	readonly mostAtNs: Float64Array;
	readonly mostAtCount: Uint32Array;
	/**
	 * The meeting to which the rank came last by the longest time, or -1, with the rank (-1 for the pipeline) and the cause
	 * to blame for it.
	 */
	readonly worst: Int32Array;
	readonly worstBlamed: Int32Array;
	readonly worstCause: Int8Array;
}

export function findStragglers(
	graph: Pick<ExecutionGraph, "ranks" | "shape" | "name" | "strings">,
	meetings: Meetings,
	lateness: Lateness,
	pipelines: Pipelines,
	chosen: ChosenMeetings,
): Stragglers {
	const ranks = graph.ranks.length;
	const found = {
		causesNs: new Float64Array(CAUSES * ranks),
		pipelineNs: new Float64Array(ranks),
		inheritedNs: new Float64Array(ranks),
		causedElsewhereNs: new Float64Array(ranks),
		worst: new Int32Array(ranks).fill(-1),
	};
	const inherited = new LargestOf(ranks);
	const operations = new LargestOf(ranks);
	const blame = new Blame(meetings, lateness, pipelines, ranks);
	const names = graph.strings.length;
	for (let m = 0; m < meetings.count; m++) {
		const lead = lateness.leadNs[m]!;
		if (chosen.isLate[m] === 0) continue;
		const arrival = meetings.arrival[lateness.last[m]!]!;
		const late = meetings.rank[lateness.last[m]!]!;
		const worst = found.worst[late]!;
		if (worst < 0 || lead > lateness.leadNs[worst]!) found.worst[late] = m;
		operations.add(late, graph.shape[arrival]! * names + graph.name[arrival]!, lead, arrival);
		blame.trace(m);
		for (const rank of blame.ranks) {
			const share = blame.rankNs(rank);
			if (share <= 0) continue;
			if (rank === blame.pipeline) found.pipelineNs[late]! += share;
			else if (rank === late) {
				for (let cause = 0; cause < CAUSES; cause++)
					found.causesNs[CAUSES * rank + cause]! += blame.shareNs(rank, cause);
			} else {
				found.inheritedNs[late]! += share;
				found.causedElsewhereNs[rank]! += blame.shareNs(rank, Cause.computing) + blame.shareNs(rank, Cause.launching);
				inherited.add(late, rank, share, rank);
			}
		}
	}
	return {
		...found,
		inheritedFrom: Int32Array.from(inherited.example),
		mostAt: operations.example,
		mostAtNs: operations.ns,
		mostAtCount: operations.count,
		...blameWorst(found.worst, blame),
	};
}

function blameWorst(worst: Int32Array, blame: Blame) {
	const worstBlamed = new Int32Array(worst.length).fill(-1);
	const worstCause = new Int8Array(worst.length);
	worst.forEach((meeting, late) => {
		if (meeting < 0) return;
		blame.trace(meeting);
		const rank = blame.ranks.reduce((most, other) => (blame.rankNs(other) > blame.rankNs(most) ? other : most));
		worstBlamed[late] = rank === blame.pipeline ? -1 : rank;
		for (let cause = 1; cause < CAUSES; cause++)
			if (blame.shareNs(rank, cause) > blame.shareNs(rank, worstCause[late]!)) worstCause[late] = cause;
	});
	return { worstBlamed, worstCause };
}

/** Sums by rank and key; of each rank the key with the largest. */
class LargestOf {
	readonly example: Float64Array;
	readonly ns: Float64Array;
	readonly count: Uint32Array;
	readonly #sums: Map<number, { ns: number; count: number }>[];

	constructor(ranks: number) {
		this.example = new Float64Array(ranks).fill(-1);
		this.ns = new Float64Array(ranks);
		this.count = new Uint32Array(ranks);
		this.#sums = Array.from({ length: ranks }, () => new Map());
	}

	/** `example` stands for the key in what is found. */
	add(rank: number, key: number, ns: number, example: number): void {
		const sums = this.#sums[rank]!;
		const sum = sums.get(key) ?? { ns: 0, count: 0 };
		sums.set(key, sum);
		sum.ns += ns;
		sum.count++;
		// Sums only grow, so the largest is known at every moment.
		if (sum.ns < this.ns[rank]!) return;
		this.ns[rank] = sum.ns;
		this.count[rank] = sum.count;
		this.example[rank] = example;
	}
}
