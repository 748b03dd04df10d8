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
		const work = new WorkList(predOffset[end]! - predOffset[begin]!);
		for (let task = begin; task < end; task++) {
			for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
				if (!isThreadTime(edgeKind[edge]!, kind[task]!)) continue;
				work.add(edge, ids.of(name[pred[edge]! >>> 1]!, name[task]!));
			}
		}
		return work.byKind(ids.count);
	});
}

function tasksByKind(
	{ kind, name, shape }: ExecutionGraph,
	{ begin, end }: GraphRank,
	ids: PairIds,
	chosen: (kind: number) => boolean,
): RankWork {
	const work = new WorkList(end - begin);
	for (let task = begin; task < end; task++) if (chosen(kind[task]!)) work.add(task, ids.of(name[task]!, shape[task]!));
	return work.byKind(ids.count);
}

/** Items with their kinds, in the order of the tasks. */
class WorkList {
	readonly #item: Uint32Array;
	readonly #kind: Uint32Array;
	#count = 0;

	constructor(most: number) {
		this.#item = new Uint32Array(most);
		this.#kind = new Uint32Array(most);
	}

	add(item: number, kind: number): void {
		this.#item[this.#count] = item;
		this.#kind[this.#count++] = kind;
	}

	byKind(kinds: number): RankWork {
		const offset = new Uint32Array(kinds + 1);
		for (let i = 0; i < this.#count; i++) offset[this.#kind[i]! + 1]!++;
		for (let kind = 0; kind < kinds; kind++) offset[kind + 1]! += offset[kind]!;
		const next = offset.slice();
		const item = new Uint32Array(this.#count);
		for (let i = 0; i < this.#count; i++) item[next[this.#kind[i]!]!++] = this.#item[i]!;
		return { item, offset };
	}
}
