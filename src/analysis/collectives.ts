/**
 * Communication by process group, operation and size: how long the bytes took (wire) and how long ranks waited for
 * each other before. Where a peer is missing the two cannot be told apart: all of it counts as wire time.
 */
import { EdgeKind, type ExecutionGraph, TaskKind } from "../graph/graph.js";
import { messageBytes, parseMessage } from "../graph/message.js";
import { nsToMs } from "../lib/units.js";
import type { TaskTimes } from "./times.js";

export interface CollectiveTotals {
	/** Ranks of the group, or its name; empty where the trace does not say. */
	readonly group: string;
	readonly name: string;
	readonly bytes: number;
	/** Kernels, over all ranks. */
	readonly count: number;
	readonly wireMs: number;
	readonly waitMs: number;
}

export function collectiveTotals(graph: ExecutionGraph, times: TaskTimes): CollectiveTotals[] {
	const totals = new Map<string, { count: number; wireNs: number; waitNs: number; shape: number; name: number }>();
	for (let task = 0; task < graph.taskCount; task++) {
		const kind = graph.kind[task];
		if (kind !== TaskKind.comm && kind !== TaskKind.transfer) continue;
		const message = parseMessage(graph.strings[graph.shape[task]!]!);
		const key = message ? `${graph.shape[task]}` : `kernel ${graph.name[task]}`;
		let total = totals.get(key);
		if (!total) {
			total = { count: 0, wireNs: 0, waitNs: 0, shape: graph.shape[task]!, name: graph.name[task]! };
			totals.set(key, total);
		}
		total.count++;
		total.wireNs += times.finishNs[task]! - times.startNs[task]!;
		if (kind === TaskKind.transfer) total.waitNs += times.startNs[task]! - times.startNs[arrivalOf(graph, task)]!;
	}
	return [...totals.values()]
		.map(({ count, wireNs, waitNs, shape, name }) => {
			const message = parseMessage(graph.strings[shape]!);
			return {
				group: message?.group ?? "",
				name: message?.collective ?? graph.strings[name]!,
				bytes: message ? messageBytes(message) : 0,
				count,
				wireMs: nsToMs(wireNs),
				waitMs: nsToMs(Math.max(0, waitNs)),
			};
		})
		.sort((a, b) => b.wireMs + b.waitMs - (a.wireMs + a.waitMs));
}

/** The arrival that a transfer belongs to: the task before it on its stream. */
function arrivalOf(graph: ExecutionGraph, transfer: number): number {
	for (let e = graph.predOffset[transfer]!; e < graph.predOffset[transfer + 1]!; e++)
		if (graph.edgeKind[e] === EdgeKind.intraStream) return graph.pred[e]! >> 1;
	return transfer;
}
