/** Which predecessor settled the start of a task, as the engine recorded it. */
import { BY_QUEUE, BY_WAIT, type Timeline, UNBOUND } from "../engine/timeline.js";
import { EdgeKind, EXACT, type ExecutionGraph } from "../graph/graph.js";

/** What of a simulation the measures read. */
export type BoundTimes = Pick<Timeline, "startNs" | "finishNs" | "boundBy" | "waitResolved">;

type BoundGraph = Pick<ExecutionGraph, "pred" | "edgeKind" | "confidence" | "waitConfidence">;

/**
 * Looks up the dependency that settled when a task starts. `find` answers in the fields, which saves an object a task
 * on walks of millions.
 */
export class BindingCursor {
	/** The task that was waited for. */
	task = 0;
	/** When it bound: at the start or the finish of `task`, ns, before the delay. */
	atNs = 0;
	fromFinish = false;
	kind: EdgeKind = EdgeKind.entry;
	confidence: number = EXACT;
	readonly #graph: BoundGraph;
	readonly #times: BoundTimes;

	constructor(graph: BoundGraph, times: BoundTimes) {
		this.#graph = graph;
		this.#times = times;
	}

	/** False where nothing settled it; then the fields say nothing. */
	find(task: number): boolean {
		const { boundBy, waitResolved } = this.#times;
		const bound = boundBy[task]!;
		if (bound === UNBOUND) return false;
		if (bound >= BY_QUEUE) {
			// A full launch queue: the kernel whose start made room.
			this.#set(bound - BY_QUEUE, false, EdgeKind.sync, EXACT);
		} else if (bound >= BY_WAIT) {
			const resolved = waitResolved[bound - BY_WAIT]!;
			if (resolved === UNBOUND) return false;
			this.#set(resolved, true, EdgeKind.sync, this.#graph.waitConfidence[bound - BY_WAIT]!);
		} else {
			const pred = this.#graph.pred[bound]!;
			const kind = this.#graph.edgeKind[bound]! as EdgeKind;
			this.#set(pred >>> 1, (pred & 1) === 1, kind, this.#graph.confidence[bound]!);
		}
		return true;
	}

	#set(task: number, fromFinish: boolean, kind: EdgeKind, confidence: number): void {
		this.task = task;
		this.fromFinish = fromFinish;
		this.kind = kind;
		this.confidence = confidence;
		this.atNs = fromFinish ? this.#times.finishNs[task]! : this.#times.startNs[task]!;
	}
}
