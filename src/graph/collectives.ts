/** Puts matched collectives into the graph: arrivals, one rendezvous a match, and the transfers after it. */
import type { MatchColumns } from "./comms/match-columns.js";
import type { RankComms } from "./comms/rank-comms.js";
import type { DraftedRank } from "./drafted-rank.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "./graph.js";

/** Of each device row of a rank that is part of a match: how long its transfer takes, ns. */
export function transferTimes(
	ranks: readonly RankComms[],
	matches: MatchColumns & { readonly transferNs: Float64Array },
): Map<number, number>[] {
	const times = ranks.map(() => new Map<number, number>());
	for (let m = 0; m < matches.count; m++)
		for (let i = matches.offset[m]!; i < matches.offset[m + 1]!; i++) {
			const of = times[matches.memberRank[i]!]!;
			const row = ranks[matches.memberRank[i]!]!.row[matches.memberOp[i]!]!;
			// A kernel that exchanges with several peers is under way alone once the last of them has come.
			of.set(row, Math.min(matches.transferNs[i]!, of.get(row) ?? Number.POSITIVE_INFINITY));
		}
	return times;
}

export interface JoinedCollectives {
	readonly rendezvousCount: number;
	readonly edgeFrom: readonly number[];
	readonly edgeTo: readonly number[];
	readonly edgeKind: typeof EdgeKind.collective;
	/** Writes the rendezvous tasks, which stand after those of all ranks. */
	write(graph: Pick<ExecutionGraph, "kind" | "measuredStartNs" | "measuredEndNs">): void;
}

export function joinCollectives(
	ranks: readonly DraftedRank[],
	numberings: readonly { readonly position: Uint32Array }[],
	base: readonly number[],
	firstRendezvous: number,
	comms: readonly RankComms[],
	matches: MatchColumns,
): JoinedCollectives {
	const edgeFrom: number[] = [];
	const edgeTo: number[] = [];
	const lastArrival: number[] = [];
	for (let m = 0; m < matches.count; m++) {
		const rendezvous = firstRendezvous + m;
		let latest = Number.NEGATIVE_INFINITY;
		for (let i = matches.offset[m]!; i < matches.offset[m + 1]!; i++) {
			const r = matches.memberRank[i]!;
			const row = comms[r]!.row[matches.memberOp[i]!]!;
			const { device, draft, clock } = ranks[r]!;
			const number = (task: number): number => base[r]! + numberings[r]!.position[task]!;
			const arrive = device.arriveOf[row]!;
			edgeFrom.push(2 * number(arrive) + 1);
			edgeTo.push(rendezvous);
			edgeFrom.push(2 * rendezvous + 1);
			edgeTo.push(number(device.taskOf[row]!));
			latest = Math.max(latest, draft.startNs[arrive]! * clock.scale + clock.shiftNs);
		}
		lastArrival.push(latest);
	}
	return {
		rendezvousCount: matches.count,
		edgeFrom,
		edgeTo,
		edgeKind: EdgeKind.collective,
		write(graph) {
			lastArrival.forEach((atNs, m) => {
				graph.kind[firstRendezvous + m] = TaskKind.rendezvous;
				graph.measuredStartNs[firstRendezvous + m] = atNs;
				graph.measuredEndNs[firstRendezvous + m] = atNs;
			});
		},
	};
}
