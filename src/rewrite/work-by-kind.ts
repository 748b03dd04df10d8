/** The work of each rank by kind, so that the same piece of work can be found on other ranks. */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import { PairIds } from "../lib/pair-ids.js";
import { isCpuWork, isThreadTime } from "./slow-rank.js";

/** Work of one rank: tasks or edges, kind after kind, each kind in the order of the tasks. */
export interface RankWork {
	readonly item: Uint32Array;
	/** Items [offset[k], offset[k + 1]) are of kind k; kinds beyond the end have none. */
	readonly offset: Uint32Array;
}

/** Kernels and copies, by name and shape. */
export function deviceWorkByKind(graph: ExecutionGraph): RankWork[] {
	const ids = new PairIds();
	return graph.ranks.map((rank) =>
		tasksByKind(graph, rank, ids, (kind) => kind === TaskKind.kernel || kind === TaskKind.memory),
	);
}

/** Operators and calls, by name and shape. */
export function cpuWorkByKind(graph: ExecutionGraph): RankWork[] {
	const ids = new PairIds();
	return graph.ranks.map((rank) => tasksByKind(graph, rank, ids, isCpuWork));
}

/** Untraced time of threads, as edges, by the names of what stands on both sides. */
export function threadTimeByKind({ ranks, kind, name, predOffset, pred, edgeKind }: ExecutionGraph): RankWork[] {
	const ids = new PairIds();
	return ranks.map(({ begin, end }) => {
		const item: number[] = [];
		const kinds: number[] = [];
		for (let task = begin; task < end; task++) {
			for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
				if (!isThreadTime(edgeKind[edge]!, kind[task]!)) continue;
				item.push(edge);
				kinds.push(ids.of(name[pred[edge]! >>> 1]!, name[task]!));
			}
		}
		return groupByKind(item, kinds, ids.count);
	});
}

function tasksByKind(
	{ kind, name, shape }: ExecutionGraph,
	{ begin, end }: GraphRank,
	ids: PairIds,
	chosen: (kind: number) => boolean,
): RankWork {
	const item: number[] = [];
	const kinds: number[] = [];
	for (let task = begin; task < end; task++) {
		if (!chosen(kind[task]!)) continue;
		item.push(task);
		kinds.push(ids.of(name[task]!, shape[task]!));
	}
	return groupByKind(item, kinds, ids.count);
}

function groupByKind(items: readonly number[], kinds: readonly number[], kindCount: number): RankWork {
	const offset = new Uint32Array(kindCount + 1);
	for (const kind of kinds) offset[kind + 1]!++;
	for (let kind = 0; kind < kindCount; kind++) offset[kind + 1]! += offset[kind]!;
	const next = offset.slice();
	const item = new Uint32Array(items.length);
	for (let i = 0; i < items.length; i++) item[next[kinds[i]!]!++] = items[i]!;
	return { item, offset };
}
