import type { BoundTimes } from "../../src/analysis/binding.js";
import { BY_WAIT, UNBOUND } from "../../src/engine/timeline.js";
import type { ExecutionGraph } from "../../src/graph/graph.js";

/** The measured times of a graph as if an engine had computed them, with the binding edge worked out from them. */
export function timesAsMeasured(graph: ExecutionGraph, waitResolved: readonly number[] = []): BoundTimes {
	const startNs = graph.measuredStartNs.slice();
	const finishNs = graph.measuredEndNs.slice();
	const boundBy = new Uint32Array(graph.taskCount).fill(UNBOUND);
	for (let task = 0; task < graph.taskCount; task++) {
		for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
			const pred = graph.pred[edge]!;
			const at = (pred & 1 ? finishNs : startNs)[pred >>> 1]! + graph.delayNs[edge]!;
			if (at === startNs[task]) boundBy[task] = edge;
		}
	}
	waitResolved.forEach((resolved, wait) => {
		const task = graph.waitTask[wait]!;
		if (finishNs[resolved]! + graph.waitDelayNs[wait]! === startNs[task]) boundBy[task] = BY_WAIT + wait;
	});
	return { startNs, finishNs, boundBy, waitResolved: Uint32Array.from(waitResolved) };
}
