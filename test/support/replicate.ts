/** Jobs with replicas: a graph several times over, whose replicas meet in some of their meetings. */

import { type EdgeKind, NO_PROCESSOR } from "../../src/graph/graph.js";
import type { Edge } from "./graph-builder.js";
import { GraphBuilder, type TaskKind } from "./graph-builder.js";
import type { RankedGraph } from "./rank-by-rank.js";

/**
 * `copies` of a graph, rank by rank. The meetings that `joined` says are one of all copies; the others are one a copy,
 * numbered in turns. `perRank` processors a rank.
 */
export function replicate(
	graph: RankedGraph,
	copies: number,
	perRank: number,
	joined: (meeting: number) => boolean,
): RankedGraph {
	const { ranks, taskCount } = graph;
	const own = ranks.at(-1)!.end;
	const builder = new GraphBuilder();
	const meetings: number[][] = [];
	let next = copies * own;
	for (let meeting = own; meeting < taskCount; meeting++) {
		const shared = joined(meeting - own);
		meetings.push(Array.from({ length: copies }, (_, copy) => next + (shared ? 0 : copy)));
		next += shared ? 1 : copies;
	}
	const edgesOf = (task: number, copy: number): Edge[] =>
		Array.from(graph.pred.subarray(graph.predOffset[task], graph.predOffset[task + 1]), (pred, i) => {
			const from = pred >>> 1;
			const edge = graph.predOffset[task]! + i;
			return {
				from: from < own ? copy * own + from : meetings[from - own]![copy]!,
				at: pred & 1 ? "finish" : "start",
				delayNs: graph.delayNs[edge]!,
				kind: graph.edgeKind[edge] as EdgeKind,
			};
		});
	const add = (task: number, on: number | undefined, edges: Edge[]): void => {
		builder.task(graph.kind[task] as TaskKind, on, graph.durationNs[task]!, edges);
	};
	for (let copy = 0; copy < copies; copy++) {
		const firstProcessor = copy * ranks.length * perRank;
		for (let task = 0; task < own; task++) {
			const on = graph.processor[task]!;
			add(task, on === NO_PROCESSOR ? undefined : firstProcessor + on, edgesOf(task, copy));
		}
		for (let i = 0; i < graph.waitTask.length; i++) {
			const wait = [copy * own + graph.waitTask[i]!, firstProcessor + graph.waitStream[i]!] as const;
			builder.wait(...wait, graph.waitDelayNs[i]!);
		}
	}
	const all = Array.from({ length: copies }, (_, copy) => copy);
	for (let meeting = own; meeting < taskCount; meeting++) {
		if (joined(meeting - own))
			add(
				meeting,
				undefined,
				all.flatMap((copy) => edgesOf(meeting, copy)),
			);
		else for (const copy of all) add(meeting, undefined, edgesOf(meeting, copy));
	}
	const spans = all.flatMap((copy) =>
		ranks.map(({ begin, end }) => ({ begin: copy * own + begin, end: copy * own + end })),
	);
	return { ...builder.build(), ranks: spans };
}
