/** The event loop of a kernel over one graph. */
import { Status } from "../abi/status.js";
import type { Kernel } from "./kernel-interface.js";
import { checkLinks, type LinkModel } from "./links.js";
import { Arena } from "./memory.js";
import { checkGraph, type SimulationGraph } from "./simulation-graph.js";
import { BY_WAIT, DeadlockError, type Timeline } from "./timeline.js";
import { type SortedWaits, sortWaits } from "./waits.js";

/** A graph laid out in the memory of a kernel, to be run as often as one likes. */
export class EventLoop {
	readonly #kernel: Kernel;
	readonly #arena: Arena;
	readonly #graph: SimulationGraph;
	readonly #waits: SortedWaits;
	readonly #sharedLinks: boolean;
	#inTimeOrder: boolean;

	/** Tasks on shared links are always settled in time order. The memory is free from the address `free` on. */
	constructor(kernel: Kernel, graph: SimulationGraph, inTimeOrder: boolean, links?: LinkModel, free?: number) {
		this.#kernel = kernel;
		this.#graph = graph;
		this.#sharedLinks = links !== undefined;
		this.#inTimeOrder = inTimeOrder || this.#sharedLinks;
		const { processorCount, ascending } = checkGraph(graph);
		this.#waits = sortWaits(graph, graph.waitDelayNs);
		const arena = new Arena(kernel, free);
		this.#arena = layOut(arena, graph, this.#waits, processorCount, ascending, links);
		kernel.exports.prepare(this.#arena.control);
	}

	run(): void {
		this.#arena.write("IN_TIME_ORDER", this.#inTimeOrder ? 1 : 0);
		const status = this.#kernel.exports.simulate(this.#arena.control);
		if (status === Status.UNDECIDED) {
			this.#inTimeOrder = true;
			this.run();
			return;
		}
		if (status !== Status.DEADLOCK) return;
		const { taskCount } = this.#graph;
		const settledCount = this.#arena.read("SETTLED_COUNT");
		const settled = new Uint8Array(taskCount);
		for (const task of this.#arena.u32("SETTLED", settledCount)) settled[task] = 1;
		throw new DeadlockError(taskCount - settledCount, settled.indexOf(0));
	}

	/** A copy of the results of the last run. */
	timeline(): Timeline {
		const { taskCount, edgeCount } = this.#graph;
		const times = this.#arena.f64("TIME", 2 * taskCount);
		const startNs = new Float64Array(taskCount);
		const finishNs = new Float64Array(taskCount);
		let makespanNs = 0;
		for (let task = 0; task < taskCount; task++) {
			startNs[task] = times[2 * task]!;
			finishNs[task] = times[2 * task + 1]!;
			if (finishNs[task]! > makespanNs) makespanNs = finishNs[task]!;
		}
		const { original } = this.#waits;
		const resolved = this.#arena.u32("WAIT_RESOLVED", this.#waits.task.length);
		const waitResolved = new Uint32Array(resolved.length);
		for (let i = 0; i < resolved.length; i++) waitResolved[original ? original[i]! : i] = resolved[i]!;
		const boundBy = this.#arena.u32("BOUND_BY", taskCount).slice();
		for (const task of this.#waits.task) {
			const wait = boundBy[task]! - edgeCount;
			if (wait >= 0 && wait < resolved.length) boundBy[task] = BY_WAIT + (original ? original[wait]! : wait);
		}
		return {
			startNs,
			finishNs,
			boundBy,
			settledOrder: this.#arena.u32("SETTLED", taskCount).slice(),
			waitResolved,
			makespanNs,
			sharedLinks: this.#sharedLinks,
			mode: `${this.#inTimeOrder ? "event loop" : "worklist"} (${this.#kernel.mode})`,
		};
	}
}

/** Entry 0 of the heap stands here in its cache line, see assembly/queue/heap.ts. */
const HEAP_SHIFT = 48;

function layOut(
	arena: Arena,
	graph: SimulationGraph,
	waits: SortedWaits,
	processorCount: number,
	ascending: boolean,
	links: LinkModel | undefined,
): Arena {
	const { taskCount, edgeCount } = graph;
	const linkTasks = links ? checkLinks(links, taskCount) : 0;
	const waitCount = waits.task.length;
	arena.count("TASKS", taskCount);
	arena.count("EDGES", edgeCount);
	arena.count("PROCESSORS", processorCount);
	arena.count("WAITS", waitCount);
	arena.input("DURATION", graph.durationNs);
	arena.input("PRED_OFFSET", graph.predOffset);
	arena.input("PRED", graph.pred);
	arena.input("DELAY", graph.delayNs);
	arena.reserve("SUCC_OFFSET", (2 * taskCount + 2) * 4);
	arena.reserve("SUCC", edgeCount * 4);
	arena.reserve("COUNTER", taskCount * 4);
	arena.reserve("TIME", (taskCount + 1) * 16);
	// Every begin and end of a task on a link puts an event into the heap.
	arena.reserve("HEAP", (taskCount + 2 * linkTasks) * 16, HEAP_SHIFT);
	arena.reserve("STACK", taskCount * 4);
	arena.reserve("SETTLED", taskCount * 4);
	arena.reserve("BOUND_BY", taskCount * 4);
	if (waitCount > 0) {
		arena.input("EDGE_KIND", graph.edgeKind);
		arena.input("PROCESSOR", graph.processor);
		arena.input("WAIT_TASK", waits.task);
		arena.input("WAIT_STREAM", waits.stream);
		arena.input("WAIT_DELAY", waits.delayNs);
		arena.reserve("WAIT_RESOLVED", waitCount * 4);
		arena.reserve("WAIT_NEXT", waitCount * 4);
		arena.reserve("PLACE", taskCount * 4);
		arena.reserve("PREVIOUS", taskCount * 4);
		arena.reserve("AT_FIRST", processorCount * 4);
		arena.reserve("LATEST", processorCount * 4);
		arena.reserve("WAITERS", processorCount * 4);
		if (!ascending) arena.reserve("ORDER", taskCount * 4);
	} else {
		arena.reserve("WAIT_RESOLVED", 0);
	}
	if (links && linkTasks > 0) {
		arena.count("LINKS", links.capacity.length);
		arena.input("LINK_OF", links.linkOf);
		arena.input("LINK_CAPACITY", links.capacity);
		arena.reserve("LINK_STATE", links.capacity.length * 32);
		arena.reserve("LINK_HEAP", linkTasks * 16);
	}
	arena.commit();
	return arena;
}
