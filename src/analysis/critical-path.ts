/**
 * The critical path of a step: from the task that ends it back along the predecessors that settled each start, to the
 * step's begin. Every moment of the step belongs to exactly one stretch of it: a task at work, or the delay of the edge
 * that leads to it (a launch latency, a gap of the thread, …).
 *
 * Where a collective started when another rank arrived, the path goes on in that rank: through the rendezvous, which
 * the last arrival bound.
 */
import { EdgeKind, EXACT, type ExecutionGraph, TaskKind } from "../graph/graph.js";
import { BindingCursor, type BoundTimes } from "./binding.js";
import { RankShares } from "./rank-shares.js";
import type { Window } from "./times.js";

export interface CriticalPath {
	/** The step's time; the sum of all that follows. */
	readonly totalNs: number;
	/** How many tasks it goes through. */
	readonly taskCount: number;
	/** Time in tasks, by TaskKind. */
	readonly taskNs: Float64Array;
	/** Time in delays, by EdgeKind. */
	readonly edgeNs: Float64Array;
	/** Time before the first task of the path that nothing explains. */
	readonly unexplainedNs: number;
	/** Time in tasks that an inferred edge started inside the window, and in the delays of such edges. */
	readonly inferredNs: number;
	/** inferredNs / totalNs; 0 for an empty step. */
	readonly inferredShare: number;
	/** Time in tasks and delays by number of the rank whose they are. */
	readonly rankNs: ReadonlyMap<number, number>;
	/** How often it goes from one rank to another. */
	readonly crossings: number;
}

const TASK_KINDS = Math.max(...Object.values(TaskKind)) + 1;
const EDGE_KINDS = Math.max(...Object.values(EdgeKind)) + 1;

/**
 * The path that ends with `endTask` at the end of the window. A path that began before the window, with work that was
 * under way, is cut at its start.
 *
 * @param visit called with each task of the path, the last first.
 */
export function criticalPath(
	graph: ExecutionGraph,
	times: BoundTimes,
	endTask: number,
	window: Window,
	visit?: (task: number) => void,
): CriticalPath {
	const taskNs = new Float64Array(TASK_KINDS);
	const edgeNs = new Float64Array(EDGE_KINDS);
	const binding = new BindingCursor(graph, times);
	const ranks = new RankShares(graph.ranks);
	const from = window.startNs;
	let inferredNs = 0;
	let taskCount = 0;
	let at = window.endNs;
	let task = endTask;
	// Whether the path goes through the work of the task, or only through its start.
	let through = true;
	while (at > from) {
		visit?.(task);
		if (++taskCount > graph.taskCount) throw new Error(`the binding predecessors of task ${endTask} form a cycle`);
		const reached = at;
		ranks.enter(task, at);
		if (through) {
			const start = Math.max(from, times.startNs[task]!);
			taskNs[graph.kind[task]!]! += at - start;
			at = start;
		}
		if (at <= from || !binding.find(task)) break;
		const before = Math.max(from, binding.atNs);
		edgeNs[binding.kind]! += at - before;
		at = before;
		if (binding.confidence !== EXACT) inferredNs += reached - at;
		task = binding.task;
		through = binding.fromFinish;
	}
	ranks.leave(at);
	const totalNs = Math.max(0, window.endNs - from);
	return {
		totalNs,
		taskCount,
		taskNs,
		edgeNs,
		unexplainedNs: Math.max(0, at - from),
		inferredNs,
		inferredShare: totalNs > 0 ? inferredNs / totalNs : 0,
		rankNs: ranks.ns,
		crossings: ranks.crossings,
	};
}
