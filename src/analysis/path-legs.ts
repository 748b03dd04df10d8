/**
 * Legs of critical paths: from one meeting of ranks back along the predecessors that settled each start to the meeting
 * before, all of it in one rank. The paths of many ranks and steps go through the same meetings; each leg is walked once.
 */
import { EdgeKind, EXACT, type ExecutionGraph, TaskKind } from "../graph/graph.js";
import { BindingCursor, type BoundTimes } from "./binding.js";
import { rankIndexOf } from "./times.js";

const TASK_KINDS = Math.max(...Object.values(TaskKind)) + 1;
const EDGE_KINDS = Math.max(...Object.values(EdgeKind)) + 1;

/** Where the walk is. */
export interface PathPosition {
	/** The task that it has reached, through its work or only through its start; -1 where nothing settled the last one. */
	task: number;
	through: boolean;
	atNs: number;
}

export class PathLeg {
	/** Time in tasks, by TaskKind. */
	readonly taskNs = new Float64Array(TASK_KINDS);
	/** Time in delays, by EdgeKind. */
	readonly edgeNs = new Float64Array(EDGE_KINDS);
	/** Time in tasks that an inferred edge started, and in the delays of such edges. */
	inferredNs = 0;
	taskCount = 0;
	/** Index in `graph.ranks`; -1 for none. */
	rank = -1;
	/** The earliest moment that it touches: delays may be negative, so that it need not be the last one. */
	lowestNs = Number.POSITIVE_INFINITY;
	/** Where it ends: at the meeting before, or where nothing settled the start. */
	end: PathPosition = { task: -1, through: true, atNs: 0 };
}

export class PathLegs {
	readonly #graph: ExecutionGraph;
	readonly #times: BoundTimes;
	readonly #binding: BindingCursor;
	readonly #legOf = new Map<number, PathLeg>();

	constructor(graph: ExecutionGraph, times: BoundTimes) {
		this.#graph = graph;
		this.#times = times;
		this.#binding = new BindingCursor(graph, times);
	}

	/** The whole leg from a meeting. */
	from(meeting: number): PathLeg {
		let leg = this.#legOf.get(meeting);
		if (leg === undefined) {
			const begin = { task: meeting, through: true, atNs: this.#times.startNs[meeting]! };
			leg = this.walk(begin, Number.NEGATIVE_INFINITY);
			this.#legOf.set(meeting, leg);
		}
		return leg;
	}

	/** A leg that ends at `fromNs` at the latest. @param visit called with each of its tasks, the last first. */
	walk(begin: PathPosition, fromNs: number, visit?: (task: number) => void): PathLeg {
		const { kind, ranks, taskCount } = this.#graph;
		const { startNs } = this.#times;
		const binding = this.#binding;
		const leg = new PathLeg();
		let { task, through, atNs: at } = begin;
		while (at > fromNs) {
			if (kind[task] === TaskKind.rendezvous && leg.taskCount > 0) break;
			visit?.(task);
			if (++leg.taskCount > taskCount) throw new Error(`the binding predecessors of task ${begin.task} form a cycle`);
			if (leg.rank < 0) leg.rank = rankIndexOf(ranks, task);
			const reached = at;
			if (through) {
				const start = Math.max(fromNs, startNs[task]!);
				leg.taskNs[kind[task]!]! += at - start;
				at = start;
			}
			if (at < leg.lowestNs) leg.lowestNs = at;
			if (at <= fromNs) break;
			if (!binding.find(task)) {
				task = -1;
				break;
			}
			const before = Math.max(fromNs, binding.atNs);
			leg.edgeNs[binding.kind]! += at - before;
			at = before;
			if (at < leg.lowestNs) leg.lowestNs = at;
			if (binding.confidence !== EXACT) leg.inferredNs += reached - at;
			task = binding.task;
			through = binding.fromFinish;
		}
		leg.end = { task, through, atNs: at };
		return leg;
	}
}
