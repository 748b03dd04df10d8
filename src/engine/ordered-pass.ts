/** Re-times a simulated graph with other durations and delays in one linear sweep, while its order holds. */
import { Status } from "../abi/status.js";
import { placeGraph } from "./graph-in-memory.js";
import { acquireKernel, releaseKernel } from "./kernel.js";
import type { EngineMode, Kernel } from "./kernel-interface.js";
import { launchChecks } from "./launch-checks.js";
import { type QueuedGraph, withLaunchQueue } from "./launch-queue.js";
import type { Arena } from "./memory.js";
import { expectTimes, type SimulationGraph } from "./simulation-graph.js";
import type { Timeline } from "./timeline.js";
import { type SortedWaits, sortWaits } from "./waits.js";

export interface OrderedPassOptions {
	/** @default "wasm" */
	readonly engine?: EngineMode;
	/**
	 * As in the simulation.
	 * @default 0
	 */
	readonly launchQueueLimit?: number;
}

/**
 * A graph laid out for re-timing in the order that a simulation of it settled. Holds memory of its own until `close`.
 */
export class OrderedPass {
	readonly mode: `ordered pass (${EngineMode})`;
	#kernel: Kernel | undefined;
	#arena: Arena;
	readonly #graph: SimulationGraph;
	readonly #waits: SortedWaits;
	readonly #timeline: Timeline;

	readonly #queued: QueuedGraph | undefined;
	readonly #plainEdgeCount: number;

	/** `timeline` is what `simulate` answered for `graph`; with shared links there is no order to re-time. */
	constructor(plain: SimulationGraph, timeline: Timeline, options: OrderedPassOptions = {}) {
		if (timeline.sharedLinks) throw new Error("times on shared links depend on who shares them: simulate again");
		const { launchQueueLimit = 0 } = options;
		if (launchQueueLimit > 0) this.#queued = withLaunchQueue(plain, launchQueueLimit, timeline.settledOrder);
		const graph = this.#queued?.graph ?? plain;
		this.#plainEdgeCount = plain.edgeCount;
		const kernel = acquireKernel(options.engine ?? "wasm");
		this.mode = `ordered pass (${kernel.mode})`;
		this.#kernel = kernel;
		this.#graph = graph;
		this.#waits = sortWaits(graph, graph.waitDelayNs);
		this.#timeline = timeline;
		this.#arena = layOut(kernel, graph, this.#waits, timeline, graph.delayNs);
	}

	/** The durations of the next `retime`, one a task, ns: may be written in place, which saves a copy. */
	get durationNs(): Float64Array {
		return this.#arena.f64("DURATION", this.#graph.taskCount);
	}

	/** Sets other delays, one an edge, ns. */
	setDelays(plainDelayNs: Float64Array): void {
		const kernel = this.#open();
		const { length } = plainDelayNs;
		if (length !== this.#plainEdgeCount) throw new Error(`${length} delays for ${this.#plainEdgeCount} edges`);
		expectTimes("delayNs", plainDelayNs, -Number.MAX_VALUE);
		const delayNs = this.#queued?.withQueueDelays(plainDelayNs) ?? plainDelayNs;
		this.#arena.f64("DELAY", delayNs.length).set(delayNs);
		const fits = this.#arena.read("NARROW") === 0 || areNarrow(delayNs);
		if (fits && kernel.exports.layOutDelays(this.#arena.control) !== Status.LAYOUT_CHANGED) return;
		const durationNs = this.durationNs.slice();
		this.#arena = layOut(kernel, this.#graph, this.#waits, this.#timeline, delayNs);
		this.durationNs.set(durationNs);
	}

	/**
	 * The times with `durationNs` (0 or more, one a task, ns): the start of task t at 2t, its finish at 2t + 1; a view
	 * that lives until the next call. Undefined where the order no longer holds, so that only `simulate` can tell.
	 */
	retime(durationNs?: Float64Array): Float64Array | undefined {
		const kernel = this.#open();
		if (durationNs) this.durationNs.set(durationNs);
		const status = kernel.exports.retime(this.#arena.control);
		return status === Status.OK ? this.#arena.f64("TIME", 2 * this.#graph.taskCount) : undefined;
	}

	/** Gives the memory back; the pass and its views are of no use after. */
	close(): void {
		releaseKernel(this.#open());
		this.#kernel = undefined;
	}

	#open(): Kernel {
		if (!this.#kernel) throw new Error("the ordered pass is closed");
		return this.#kernel;
	}
}

function layOut(
	kernel: Kernel,
	graph: SimulationGraph,
	waits: SortedWaits,
	timeline: Timeline,
	delayNs: Float64Array,
): Arena {
	const { taskCount } = graph;
	const placed = placeGraph(kernel, { ...graph, delayNs });
	const { arena, ascending } = placed;
	const checks = launchChecks(graph, waits, timeline, ascending);
	const waitCount = waits.task.length;
	const regions = arena.read("SOURCES") + 1;
	const { original } = waits;
	const resolved = timeline.waitResolved;
	arena.inputs({
		WAIT_RESOLVED: original ? original.map((wait) => resolved[wait]!) : resolved,
		CHECK: checks,
	});
	arena.write("CHECKS", checks.length / 3);
	const narrow = areNarrow(delayNs);
	arena.write("NARROW", narrow ? 1 : 0);
	const heavy = countHeavy(graph, waits, delayNs);
	arena.reserve([
		{ field: "TIME", bytes: (taskCount + 1) * 16 },
		{ field: "REGION", bytes: regions * 16 },
		{ field: "REGION_STACK", bytes: (regions + taskCount) * 4 },
		{ field: "MARK", bytes: taskCount * 4 },
		{ field: "RUN", bytes: (taskCount + 1) * 16 },
		{ field: "LIGHT", bytes: taskCount * (narrow ? 16 : 24) },
		{ field: "HEAVY", bytes: heavy.tasks * 12 },
		{ field: "HEAVY_SLOT", bytes: heavy.edges * 4 },
		{ field: "HEAVY_DELAY", bytes: heavy.edges * 8 },
		{ field: "ASKED_AT", bytes: waitCount * 8 },
	]);
	kernel.exports.orderTasks(arena.control);
	kernel.exports.layOutDelays(arena.control);
	return arena;
}

/** Whether the delays fit into narrow records; those of negative ones are never among them. */
function areNarrow(delayNs: Float64Array): boolean {
	for (let edge = 0; edge < delayNs.length; edge++) {
		const delay = delayNs[edge]!;
		if (delay >= 0 && delay !== delay >>> 0) return false;
	}
	return true;
}

/** An upper bound on the records that the kernel makes for tasks that are no light ones (assembly/ordered/runs.ts). */
function countHeavy(
	graph: SimulationGraph,
	waits: SortedWaits,
	delayNs: Float64Array,
): { tasks: number; edges: number } {
	const { predOffset } = graph;
	let tasks = waits.task.length;
	let edges = waits.task.length;
	for (const task of waits.task) edges += predOffset[task + 1]! - predOffset[task]!;
	for (let task = 0; task < graph.taskCount; task++) {
		const first = predOffset[task]!;
		const end = predOffset[task + 1]!;
		let heavy = end - first > 2;
		for (let edge = first; edge < end && !heavy; edge++) heavy = delayNs[edge]! < 0;
		if (!heavy) continue;
		tasks++;
		edges += end - first;
	}
	return { tasks, edges };
}
