/**
 * The critical path of a step: from the task that ends it back along the predecessors that settled each start, to the
 * step's begin. Every moment of the step belongs to exactly one stretch of it: a task at work, or the delay of the edge
 * that leads to it (a launch latency, a gap of the thread, …).
 *
 * Where a collective started when another rank arrived, the path goes on in that rank: through the rendezvous, which
 * the last arrival bound.
 */
import { type ExecutionGraph, TaskKind } from "../graph/graph.js";
import type { BoundTimes } from "./binding.js";
import { PathLeg, PathLegs, type PathPosition } from "./path-legs.js";
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

/**
 * The path that ends with `endTask` at the end of the window. A path that began before the window, with work that was
 * under way, is cut at its start.
 *
 * @param legs of the same graph and times: shared by many paths, it saves walking the same way again.
 * @param visit called with each task of the path, the last first.
 */
export function criticalPath(
	graph: ExecutionGraph,
	times: BoundTimes,
	endTask: number,
	window: Window,
	legs: PathLegs = new PathLegs(graph, times),
	visit?: (task: number) => void,
): CriticalPath {
	const from = window.startNs;
	const total = new PathLeg();
	const rankNs = new Map<number, number>();
	let crossings = 0;
	let at: PathPosition = { task: endTask, through: true, atNs: window.endNs };
	while (at.task >= 0 && at.atNs > from) {
		// What is known of a whole leg holds for one that the begin of the window does not cut.
		const isMeeting = visit === undefined && graph.kind[at.task] === TaskKind.rendezvous;
		const known = isMeeting ? legs.from(at.task) : undefined;
		const leg = known !== undefined && known.lowestNs > from ? known : legs.walk(at, from, visit);
		add(total, leg);
		if (total.taskCount > graph.taskCount) throw new Error(`the binding predecessors of task ${endTask} form a cycle`);
		if (leg.rank >= 0) {
			if (total.rank >= 0 && leg.rank !== total.rank) crossings++;
			total.rank = leg.rank;
			const { rank } = graph.ranks[leg.rank]!;
			rankNs.set(rank, (rankNs.get(rank) ?? 0) + at.atNs - leg.end.atNs);
		}
		at = leg.end;
	}
	const totalNs = Math.max(0, window.endNs - from);
	return {
		totalNs,
		taskCount: total.taskCount,
		taskNs: total.taskNs,
		edgeNs: total.edgeNs,
		unexplainedNs: Math.max(0, at.atNs - from),
		inferredNs: total.inferredNs,
		inferredShare: totalNs > 0 ? total.inferredNs / totalNs : 0,
		rankNs,
		crossings,
	};
}

function add(total: PathLeg, leg: PathLeg): void {
	for (let kind = 0; kind < leg.taskNs.length; kind++) total.taskNs[kind]! += leg.taskNs[kind]!;
	for (let kind = 0; kind < leg.edgeNs.length; kind++) total.edgeNs[kind]! += leg.edgeNs[kind]!;
	total.inferredNs += leg.inferredNs;
	total.taskCount += leg.taskCount;
}
