/** Whether the tasks of a graph can all run: Kahn's algorithm over its edges, and over waits as they were seen to end. */
import type { ExecutionGraph } from "./graph.js";

export function isAcyclic(
	graph: Pick<ExecutionGraph, "taskCount" | "predOffset" | "pred" | "waitTask">,
	waitTarget: Uint32Array,
): boolean {
	const { taskCount, predOffset, pred, waitTask } = graph;
	const open = new Uint32Array(taskCount);
	const offset = new Uint32Array(taskCount + 1);
	const eachEdge = (visit: (from: number, to: number) => void): void => {
		for (let task = 0; task < taskCount; task++)
			for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) visit(pred[e]! >> 1, task);
		for (let w = 0; w < waitTask.length; w++) visit(waitTarget[w]!, waitTask[w]!);
	};
	eachEdge((from, to) => {
		open[to]!++;
		offset[from + 1]!++;
	});
	for (let task = 0; task < taskCount; task++) offset[task + 1]! += offset[task]!;
	const successors = new Uint32Array(offset[taskCount]!);
	const next = offset.slice(0, taskCount);
	eachEdge((from, to) => {
		successors[next[from]!++] = to;
	});
	const ready = new Uint32Array(taskCount);
	let length = 0;
	for (let task = 0; task < taskCount; task++) if (open[task] === 0) ready[length++] = task;
	for (let i = 0; i < length; i++) {
		const task = ready[i]!;
		for (let s = offset[task]!; s < offset[task + 1]!; s++) {
			const successor = successors[s]!;
			open[successor]!--;
			if (open[successor] === 0) ready[length++] = successor;
		}
	}
	return length === taskCount;
}
