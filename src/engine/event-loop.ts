/** The simulation of a graph in one memory: by the worklist, or in the order of time where that has to decide. */
import { Status } from "../abi/status.js";
import { type GraphInMemory, type MemoryOptions, placeGraph } from "./graph-in-memory.js";
import type { Kernel } from "./kernel-interface.js";
import { checkLinks, type LinkModel } from "./links.js";
import { readTimes } from "./read-times.js";
import { loopSections, resultSections } from "./sections.js";
import type { SimulationGraph } from "./simulation-graph.js";
import { DeadlockError, type LoopMode, type Times } from "./timeline.js";
import { prepareWorklist, runWorklist } from "./worklist.js";

/** A graph laid out in the memory of a kernel, to be run as often as one likes. */
export class EventLoop {
	readonly #placed: GraphInMemory;
	readonly #links: LinkModel | undefined;
	#inTimeOrder: boolean;
	/** Where the memory is free behind the results. */
	readonly resultsEnd: number;

	/** Tasks on shared links are always settled in time order. */
	constructor(
		kernel: Kernel,
		graph: SimulationGraph,
		inTimeOrder: boolean,
		links?: LinkModel,
		memory: MemoryOptions = {},
	) {
		this.#placed = placeGraph(kernel, graph, memory);
		this.#links = links;
		const { arena } = this.#placed;
		arena.reserve(resultSections({ tasks: graph.taskCount, externals: 0, waits: graph.waitTask.length }));
		this.resultsEnd = arena.end;
		this.#inTimeOrder = inTimeOrder || links !== undefined || !prepareWorklist(this.#placed);
		if (this.#inTimeOrder) this.#prepareLoop();
	}

	run(): void {
		const { kernel, arena } = this.#placed;
		if (!this.#inTimeOrder) {
			kernel.exports.openWorklist(arena.control);
			if (runWorklist(this.#placed) === Status.OK) return;
			this.#inTimeOrder = true;
			this.#prepareLoop();
		}
		if (kernel.exports.runInTimeOrder(arena.control) === Status.DEADLOCK) throw this.#deadlock();
	}

	#prepareLoop(): void {
		const { kernel, arena, graph, waits, processors, ascending } = this.#placed;
		const linkTasks = this.#links ? checkLinks(this.#links, graph.taskCount) : 0;
		const links = this.#links?.capacity.length ?? 0;
		arena.reserve(
			loopSections({
				tasks: graph.taskCount,
				externals: 0,
				edges: graph.edgeCount,
				waits: waits.task.length,
				processors,
				ascending,
				links,
				linkTasks,
			}),
		);
		if (this.#links && linkTasks > 0) {
			arena.write("LINKS", links);
			arena.inputs({ LINK_OF: this.#links.linkOf, LINK_CAPACITY: this.#links.capacity });
		}
		kernel.exports.prepareLoop(arena.control);
	}

	#deadlock(): DeadlockError {
		const { arena, graph } = this.#placed;
		const settledCount = arena.read("SETTLED_COUNT");
		const settled = new Uint8Array(graph.taskCount);
		for (const task of arena.u32("SETTLED", settledCount)) settled[task] = 1;
		return new DeadlockError(graph.taskCount - settledCount, settled.indexOf(0));
	}

	/** The results of the last run: copies of them, or views that live until the next run. */
	times({ copy = true } = {}): Times {
		return readTimes(this.#placed, copy);
	}

	get mode(): LoopMode {
		return `${this.#inTimeOrder ? "event loop" : "worklist"} (${this.#placed.kernel.mode})`;
	}
}
