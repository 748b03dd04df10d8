/**
 * Communication by process group, operation and size: how long the bytes took (wire) and how long ranks waited for
 * each other before. Where a peer is missing the two cannot be told apart: all of it counts as wire time.
 */
import { type ExecutionGraph, TaskKind } from "../graph/graph.js";
import { messageBytes, parseMessage } from "../graph/message.js";
import { nsToMs } from "../lib/units.js";
import { DeviceClass, type DeviceWork } from "./device-work.js";
import type { TaskTimes } from "./times.js";

/** Communication of one rank: one entry for each pair of shape and name of its tasks, in the order in which they come up. */
export interface CommunicationColumns {
	/** Ids in `graph.strings`. */
	readonly shape: Uint32Array;
	readonly name: Uint32Array;
	readonly count: Uint32Array;
	readonly wireNs: Float64Array;
	readonly waitNs: Float64Array;
}

/** Kernels of one operation, their time on the wire and the waiting before. */
interface WireAndWait {
	readonly count: number;
	readonly wireMs: number;
	readonly waitMs: number;
}

export interface CollectiveTotals extends WireAndWait {
	/** Ranks of the group, or its name; empty where the trace does not say. */
	readonly group: string;
	readonly name: string;
	readonly bytes: number;
	/** The same for each rank that took part; they add up to the above. */
	readonly ranks: readonly (WireAndWait & { readonly rank: number })[];
}

export function communicationOf(graph: ExecutionGraph, work: DeviceWork, times: TaskTimes): CommunicationColumns {
	const { first, last, deviceClass } = work;
	const names = graph.strings.length;
	const rowOf = new Map<number, number>();
	const shape: number[] = [];
	const name: number[] = [];
	const count: number[] = [];
	const wireNs: number[] = [];
	const waitNs: number[] = [];
	for (let piece = 0; piece < work.count; piece++) {
		if (deviceClass[piece] !== DeviceClass.communication) continue;
		const task = last[piece]!;
		if (graph.kind[task] === TaskKind.arrive) continue;
		const key = graph.shape[task]! * names + graph.name[task]!;
		let row = rowOf.get(key);
		if (row === undefined) {
			row = shape.push(graph.shape[task]!) - 1;
			rowOf.set(key, row);
			name.push(graph.name[task]!);
			count.push(0);
			wireNs.push(0);
			waitNs.push(0);
		}
		count[row]!++;
		wireNs[row]! += times.finishNs[task]! - times.startNs[task]!;
		waitNs[row]! += times.startNs[task]! - times.startNs[first[piece]!]!;
	}
	return {
		shape: Uint32Array.from(shape),
		name: Uint32Array.from(name),
		count: Uint32Array.from(count),
		wireNs: Float64Array.from(wireNs),
		waitNs: Float64Array.from(waitNs),
	};
}

/** All ranks together, most time first. @param perRank in the order of `graph.ranks`. */
export function mergeCommunication(
	graph: Pick<ExecutionGraph, "ranks" | "strings">,
	perRank: readonly CommunicationColumns[],
): CollectiveTotals[] {
	const merged = new Map<string, Merged>();
	perRank.forEach((columns, r) => {
		const { rank } = graph.ranks[r]!;
		columns.shape.forEach((shape, i) => {
			const total = entry(merged, graph.strings, shape, columns.name[i]!);
			let own = total.ranks.at(-1);
			if (own?.rank !== rank) {
				own = { rank, count: 0, wireNs: 0, waitNs: 0 };
				total.ranks.push(own);
			}
			own.count += columns.count[i]!;
			own.wireNs += columns.wireNs[i]!;
			own.waitNs += columns.waitNs[i]!;
		});
	});
	return [...merged.values()].map(inMs).sort((a, b) => b.wireMs + b.waitMs - (a.wireMs + a.waitMs));
}

interface Merged {
	readonly group: string;
	readonly name: string;
	readonly bytes: number;
	readonly ranks: { rank: number; count: number; wireNs: number; waitNs: number }[];
}

/** Where the shape is a message it tells operations apart; else only the kernel's name does. */
function entry(merged: Map<string, Merged>, strings: readonly string[], shape: number, name: number): Merged {
	const message = parseMessage(strings[shape]!);
	const key = message ? `${shape}` : `kernel ${name}`;
	let total = merged.get(key);
	if (!total) {
		total = {
			group: message?.group ?? "",
			name: message?.collective ?? strings[name]!,
			bytes: message ? messageBytes(message) : 0,
			ranks: [],
		};
		merged.set(key, total);
	}
	return total;
}

function inMs({ group, name, bytes, ranks }: Merged): CollectiveTotals {
	const sum = (of: (rank: Merged["ranks"][number]) => number): number =>
		ranks.reduce((total, rank) => total + of(rank), 0);
	return {
		group,
		name,
		bytes,
		count: sum((rank) => rank.count),
		wireMs: nsToMs(sum((rank) => rank.wireNs)),
		waitMs: nsToMs(
			Math.max(
				0,
				sum((rank) => rank.waitNs),
			),
		),
		ranks: ranks.map(({ rank, count, wireNs, waitNs }) => ({
			rank,
			count,
			wireMs: nsToMs(wireNs),
			waitMs: nsToMs(Math.max(0, waitNs)),
		})),
	};
}
