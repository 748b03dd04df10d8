/** Runtime dependencies in the order of their tasks, as the kernel looks them up. */
import type { SimulationGraph } from "./simulation-graph.js";

export interface SortedWaits {
	readonly task: Uint32Array;
	readonly stream: Uint32Array;
	readonly delayNs: Float64Array;
	/** The wait of the graph at each place; undefined where the graph's own order is that already. */
	readonly original: Uint32Array | undefined;
}

export function sortWaits(graph: SimulationGraph, delayNs: Float64Array): SortedWaits {
	const { waitTask, waitStream } = graph;
	if (isSorted(waitTask)) return { task: waitTask, stream: waitStream, delayNs, original: undefined };
	const original = Uint32Array.from(waitTask.keys()).sort((a, b) => waitTask[a]! - waitTask[b]! || a - b);
	return {
		task: original.map((wait) => waitTask[wait]!),
		stream: original.map((wait) => waitStream[wait]!),
		delayNs: Float64Array.from(original, (wait) => delayNs[wait]!),
		original,
	};
}

function isSorted(values: Uint32Array): boolean {
	for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
	return true;
}
