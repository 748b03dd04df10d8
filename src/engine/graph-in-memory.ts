/** A graph in the memory of a kernel: its columns, checked, and what the kernel found it to be like. */
import { Status } from "../abi/status.js";
import type { Kernel } from "./kernel-interface.js";
import { Arena } from "./memory.js";
import { checkGraph, checkLengths, type SimulationGraph } from "./simulation-graph.js";
import { type SortedWaits, sortWaits } from "./waits.js";

export interface MemoryOptions {
	/** Where the memory is free. @default behind the control block */
	readonly from?: number | undefined;
	/** @default all that WebAssembly can address */
	readonly limitBytes?: number | undefined;
	/** Numbers from `taskCount` on that edges may name: tasks whose times are received. @default 0 */
	readonly externals?: number;
}

export interface GraphInMemory {
	readonly kernel: Kernel;
	readonly arena: Arena;
	readonly graph: SimulationGraph;
	readonly waits: SortedWaits;
	readonly externals: number;
	readonly processors: number;
	readonly ascending: boolean;
	/** Upper bound on the strands of the worklist (assembly/worklist/strands.ts). */
	readonly strands: number;
}

/**
 * @throws Error where a column points outside another or a time is no time; EnvironmentError where there is no room.
 */
export function placeGraph(kernel: Kernel, graph: SimulationGraph, options: MemoryOptions = {}): GraphInMemory {
	checkLengths(graph);
	const { from, limitBytes, externals = 0 } = options;
	const arena = new Arena(kernel, { from, limitBytes });
	const waits = sortWaits(graph, graph.waitDelayNs);
	arena.write("TASKS", graph.taskCount);
	arena.write("EDGES", graph.edgeCount);
	arena.write("EXTERNALS", externals);
	arena.write("WAITS", waits.task.length);
	arena.inputs({
		DURATION: graph.durationNs,
		PRED_OFFSET: graph.predOffset,
		PRED: graph.pred,
		DELAY: graph.delayNs,
		EDGE_KIND: graph.edgeKind,
		PROCESSOR: graph.processor,
		WAIT_TASK: waits.task,
		WAIT_STREAM: waits.stream,
		WAIT_DELAY: waits.delayNs,
	});
	if (!isWhole(kernel, arena, graph.taskCount, graph.edgeCount, waits.task.length)) {
		// Says what is wrong, at leisure.
		checkGraph(graph, externals);
		throw new Error("the kernel finds the graph broken");
	}
	return {
		kernel,
		arena,
		graph,
		waits,
		externals,
		processors: arena.read("PROCESSORS"),
		ascending: arena.read("ASCENDING") === 1,
		strands: arena.read("SOURCES") + 1 + graph.taskCount - arena.read("FIRST_MEETING"),
	};
}

/** Calls a function of the kernel for range after range, until it answers otherwise than the first time. */
export function everyRange(count: number, call: (from: number, to: number) => boolean): boolean {
	for (let from = 0; from < count; from += RANGE) if (!call(from, Math.min(count, from + RANGE))) return false;
	return true;
}

/** A function that runs for long is compiled to better code, which the next call finds. */
const RANGE = 0x8000;

/** Whether every index points inside its column, and every time is one (assembly/check.ts). */
function isWhole({ exports }: Kernel, arena: Arena, tasks: number, edges: number, waits: number): boolean {
	const areTimes = (field: "DURATION" | "DELAY" | "WAIT_DELAY", count: number, least: number): boolean => {
		const column = arena.read(field);
		return everyRange(count, (from, to) => Boolean(exports.areTimes(column + 8 * from, to - from, least)));
	};
	return (
		areTimes("DURATION", tasks, 0) &&
		areTimes("DELAY", edges, -Number.MAX_VALUE) &&
		areTimes("WAIT_DELAY", waits, -Number.MAX_VALUE) &&
		exports.checkWaits(arena.control) === Status.OK &&
		everyRange(tasks, (from, to) => exports.checkTasks(arena.control, from, to) === Status.OK)
	);
}
