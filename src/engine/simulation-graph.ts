/** What the engine reads of an execution graph, and the check that stands between it and unchecked memory. */
import type { ExecutionGraph } from "../graph/graph.js";
import { NO_PROCESSOR } from "../graph/graph.js";

/** Any graph with these columns can be simulated; see src/graph/graph.ts for what each means. */
export type SimulationGraph = Pick<
	ExecutionGraph,
	| "taskCount"
	| "edgeCount"
	| "processor"
	| "durationNs"
	| "predOffset"
	| "pred"
	| "delayNs"
	| "edgeKind"
	| "waitTask"
	| "waitStream"
	| "waitDelayNs"
> & {
	/** The tasks [begin, end) of each rank, ascending; what ranks share comes behind them. Where given, alike ranks are folded. */
	readonly ranks?: readonly RankTasks[];
};

export interface RankTasks {
	readonly begin: number;
	readonly end: number;
}

/** The kernel numbers edges, 2 x tasks and flags in 32 bits. */
const MAX_COUNT = 0x3fffffff;

export interface GraphFacts {
	readonly processorCount: number;
	/** Whether every edge goes from a lower task number to a higher one. */
	readonly ascending: boolean;
	/** Tasks that have no edge. */
	readonly sourceCount: number;
}

/** Refuses a graph whose columns are not as long as its counts say. */
export function checkLengths(graph: SimulationGraph): void {
	const { taskCount, edgeCount } = graph;
	const waits = graph.waitTask.length;
	if (taskCount > MAX_COUNT || edgeCount > MAX_COUNT) throw new Error(`${taskCount} tasks are too many to number`);
	expectLength("durationNs", graph.durationNs, taskCount);
	expectLength("processor", graph.processor, taskCount);
	expectLength("predOffset", graph.predOffset, taskCount + 1);
	expectLength("pred", graph.pred, edgeCount);
	expectLength("delayNs", graph.delayNs, edgeCount);
	expectLength("edgeKind", graph.edgeKind, edgeCount);
	expectLength("waitStream", graph.waitStream, waits);
	expectLength("waitDelayNs", graph.waitDelayNs, waits);
}

/**
 * Refuses a graph that would read or write outside its columns, or whose times would run backwards: what the kernel
 * checks sooner (assembly/check.ts), with words. Edges may also come from `externals` tasks behind the last.
 */
export function checkGraph(graph: SimulationGraph, externals = 0): GraphFacts {
	checkLengths(graph);
	const { taskCount, edgeCount, processor, predOffset, pred } = graph;
	const waits = graph.waitTask.length;
	expectTimes("durationNs", graph.durationNs, 0);
	expectTimes("delayNs", graph.delayNs, -Number.MAX_VALUE);
	expectTimes("waitDelayNs", graph.waitDelayNs, -Number.MAX_VALUE);

	let lastProcessor = -1;
	for (let task = 0; task < taskCount; task++) {
		const on = processor[task]!;
		if (on !== NO_PROCESSOR && on > lastProcessor) lastProcessor = on;
	}
	for (let wait = 0; wait < waits; wait++) {
		if (graph.waitTask[wait]! >= taskCount) throw new Error(`wait ${wait} belongs to no task`);
		if (graph.waitStream[wait]! > lastProcessor) lastProcessor = graph.waitStream[wait]!;
	}
	if (lastProcessor > MAX_COUNT) throw new Error(`${lastProcessor} processors are too many to number`);

	let ascending = true;
	let sourceCount = 0;
	if (predOffset[0] !== 0 || predOffset[taskCount] !== edgeCount) throw new Error("predOffset does not span pred");
	for (let task = 0; task < taskCount; task++) {
		const end = predOffset[task + 1]!;
		if (end < predOffset[task]! || end > edgeCount) throw new Error(`predOffset falls at task ${task}`);
		if (end === predOffset[task]) sourceCount++;
		for (let edge = predOffset[task]!; edge < end; edge++) {
			const from = pred[edge]! >>> 1;
			if (from >= taskCount + externals) throw new Error(`edge ${edge} comes from task ${from} of ${taskCount}`);
			if (from >= task) ascending = false;
		}
	}
	return { processorCount: lastProcessor + 1, ascending, sourceCount };
}

function expectLength(name: string, column: ArrayLike<number>, length: number): void {
	if (column.length !== length) throw new Error(`${name} has ${column.length} entries, expected ${length}`);
}

/** Refuses what is below `least`, infinite or not a number. */
export function expectTimes(name: string, column: Float64Array, least: number): void {
	for (let i = 0; i < column.length; i++) {
		const time = column[i]!;
		if (!(time >= least && time < Infinity)) throw new Error(`${name}[${i}] is ${time}`);
	}
}
