/**
 * Collectives and point-to-point transfers across the ranks at hand.
 *
 * A matched operation becomes, on every rank, an arrival and a transfer with one rendezvous between them: every
 * transfer starts when the last rank has arrived and takes the wire time, which is the shortest time any member spent
 * in it (the last to arrive waited for nobody). An operation with a peer missing keeps its recorded duration.
 */
import { Category, NONE, type Trace } from "../trace/columns.js";
import type { DraftedRank } from "./drafted-rank.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "./graph.js";

export interface CollectiveMatch {
	/** Members as (index of the trace, device row). */
	readonly members: readonly { readonly trace: number; readonly row: number }[];
	readonly wireNs: number;
}

/**
 * Matches by process group and order in the group: the n-th operation of a group on one rank is the n-th of the others.
 * `Seq` numbers it where recorded. Point-to-point operations are numbered by their pair of ranks.
 */
export function matchCollectives(traces: readonly Trace[]): CollectiveMatch[] {
	if (traces.length < 2) return [];
	const byKey = new Map<string, { trace: number; row: number }[]>();
	const size = new Map<string, number>();
	traces.forEach((trace, t) => {
		const { comms, events, strings } = trace;
		const counters = new Map<string, number>();
		const rows = [...comms.event.keys()]
			.filter((c) => events.category[comms.event[c]!] === Category.kernel)
			.sort((a, b) => events.startNs[comms.event[a]!]! - events.startNs[comms.event[b]!]!);
		for (const c of rows) {
			const name = strings.get(comms.collective[c]!);
			const pair = pairOf(trace, c, name);
			const group = `${strings.get(comms.groupName[c]!)}|${strings.get(comms.groupRanks[c]!)}`;
			const members = pair ? 2 : comms.groupSize[c]!;
			if (members < 2) continue;
			const channel = pair ? `${group}|${pair}` : group;
			let number = comms.seq[c]!;
			if (number === NONE || pair) {
				number = counters.get(channel) ?? 0;
				counters.set(channel, number + 1);
			}
			const key = `${channel}|${number}`;
			size.set(key, members);
			const list = byKey.get(key);
			if (list) list.push({ trace: t, row: comms.event[c]! });
			else byKey.set(key, [{ trace: t, row: comms.event[c]! }]);
		}
	});
	const matches: CollectiveMatch[] = [];
	for (const [key, members] of byKey) {
		if (members.length !== size.get(key) || new Set(members.map((m) => m.trace)).size !== members.length) continue;
		matches.push({
			members,
			wireNs: Math.min(...members.map((m) => traces[m.trace]!.events.durNs[m.row]!)),
		});
	}
	return matches;
}

/** `a>b` for a send from a to b and for its receive; undefined for collectives. */
function pairOf(trace: Trace, comm: number, name: string): string | undefined {
	const { srcRank, dstRank } = trace.comms;
	if (/^send/i.test(name)) return `${trace.rank}>${dstRank[comm]}`;
	if (/^recv/i.test(name)) return `${srcRank[comm]}>${trace.rank}`;
	return undefined;
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
	matches: readonly CollectiveMatch[],
): JoinedCollectives {
	const edgeFrom: number[] = [];
	const edgeTo: number[] = [];
	const lastArrival: number[] = [];
	matches.forEach(({ members }, m) => {
		const rendezvous = firstRendezvous + m;
		let latest = Number.NEGATIVE_INFINITY;
		for (const { trace, row } of members) {
			const { device, draft, shiftNs } = ranks[trace]!;
			const number = (task: number): number => base[trace]! + numberings[trace]!.position[task]!;
			const arrive = device.arriveOf[row]!;
			edgeFrom.push(2 * number(arrive) + 1);
			edgeTo.push(rendezvous);
			edgeFrom.push(2 * rendezvous + 1);
			edgeTo.push(number(device.taskOf[row]!));
			latest = Math.max(latest, draft.startNs[arrive]! + shiftNs);
		}
		lastArrival.push(latest);
	});
	return {
		rendezvousCount: matches.length,
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
