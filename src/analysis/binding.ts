/** Which predecessor settled the start of a task, as the engine recorded it. */
import { BY_QUEUE, BY_WAIT, type Timeline, UNBOUND } from "../engine/timeline.js";
import { EdgeKind, EXACT, type ExecutionGraph } from "../graph/graph.js";

/** What of a simulation the measures read. */
export type BoundTimes = Pick<Timeline, "startNs" | "finishNs" | "boundBy" | "waitResolved">;

export interface Binding {
	readonly task: number;
	/** When it bound: at the start or the finish of `task`, ns, before the delay. */
	readonly atNs: number;
	readonly fromFinish: boolean;
	readonly kind: EdgeKind;
	readonly confidence: number;
}

/** The dependency that settled when `task` starts; undefined where nothing did. */
export function bindingOf(graph: ExecutionGraph, times: BoundTimes, task: number): Binding | undefined {
	const bound = times.boundBy[task]!;
	if (bound === UNBOUND) return undefined;
	if (bound >= BY_QUEUE) {
		// A full launch queue: the kernel whose start made room.
		const task = bound - BY_QUEUE;
		return { task, atNs: times.startNs[task]!, fromFinish: false, kind: EdgeKind.sync, confidence: EXACT };
	}
	if (bound >= BY_WAIT) {
		const wait = bound - BY_WAIT;
		const resolved = times.waitResolved[wait]!;
		if (resolved === UNBOUND) return undefined;
		return {
			task: resolved,
			atNs: times.finishNs[resolved]!,
			fromFinish: true,
			kind: EdgeKind.sync,
			confidence: graph.waitConfidence[wait]!,
		};
	}
	const pred = graph.pred[bound]!;
	const from = pred >>> 1;
	const fromFinish = (pred & 1) === 1;
	return {
		task: from,
		atNs: fromFinish ? times.finishNs[from]! : times.startNs[from]!,
		fromFinish,
		kind: graph.edgeKind[bound]! as EdgeKind,
		confidence: graph.confidence[bound]!,
	};
}
