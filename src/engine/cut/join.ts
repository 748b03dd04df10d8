/** The times of a graph from those of its parts. */
import type { GraphInMemory } from "../graph-in-memory.js";
import { readTimes } from "../read-times.js";
import type { SimulationGraph } from "../simulation-graph.js";
import { BY_WAIT, type Times, UNBOUND } from "../timeline.js";
import type { Cut, Part } from "./partition.js";

/** The number in the graph of a task of a part. */
export function taskOf({ begin, end, shared }: Part, task: number): number {
	return task < end - begin ? begin + task : shared[task - (end - begin)]!;
}

export function joinParts(
	graph: SimulationGraph,
	{ parts }: Cut,
	placed: readonly GraphInMemory[],
	settledOrder: Uint32Array,
): Times {
	const startNs = new Float64Array(graph.taskCount);
	const finishNs = new Float64Array(graph.taskCount);
	const boundBy = new Uint32Array(graph.taskCount);
	const waitResolved = new Uint32Array(graph.waitTask.length);
	let makespanNs = 0;
	for (const [i, part] of parts.entries()) {
		const { begin, end, shared } = part;
		const times = readTimes(placed[i]!, false);
		const { predOffset, taskCount } = placed[i]!.graph;
		makespanNs = Math.max(makespanNs, times.makespanNs);
		const own = end - begin;
		startNs.set(times.startNs.subarray(0, own), begin);
		finishNs.set(times.finishNs.subarray(0, own), begin);
		for (const [place, task] of shared.entries()) {
			startNs[task] = times.startNs[own + place]!;
			finishNs[task] = times.finishNs[own + place]!;
		}
		const waits = part.ranks.flatMap((rank) => [...rank.waits]);
		for (let here = 0; here < taskCount; here++) {
			const bound = times.boundBy[here]!;
			const task = taskOf(part, here);
			if (bound < BY_WAIT) boundBy[task] = bound - predOffset[here]! + graph.predOffset[task]!;
			else boundBy[task] = bound === UNBOUND ? UNBOUND : BY_WAIT + waits[bound - BY_WAIT]!;
		}
		for (const [here, wait] of waits.entries()) {
			const resolved = times.waitResolved[here]!;
			waitResolved[wait] = resolved === UNBOUND ? UNBOUND : taskOf(part, resolved);
		}
	}
	return { startNs, finishNs, boundBy, settledOrder, waitResolved, makespanNs };
}
