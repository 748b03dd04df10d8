/** Simulates a graph, in the way that its size and its ranks call for. */
import { simulateInParts } from "./cut/run.js";
import { EventLoop } from "./event-loop.js";
import { countClasses, findClasses } from "./fold/classes.js";
import { foldGraph } from "./fold/quotient.js";
import { unfold } from "./fold/unfold.js";
import { fitsInto } from "./footprint.js";
import { homeOf } from "./graph-columns.js";
import { acquireKernel, isReusable, releaseKernel } from "./kernel.js";
import { type EngineMode, MAX_MEMORY_BYTES } from "./kernel-interface.js";
import { withLaunchQueue } from "./launch-queue.js";
import type { LinkModel } from "./links.js";
import { rankColumns } from "./rank-columns.js";
import { checkGraph, checkLengths, type SimulationGraph } from "./simulation-graph.js";
import { BY_QUEUE, BY_WAIT, type LoopMode, type Timeline, type Times } from "./timeline.js";

export interface SimulateOptions {
	/** Instead of the graph's, one a task, ns. */
	readonly durationNs?: Float64Array;
	/** Instead of the graph's, one an edge, ns. */
	readonly delayNs?: Float64Array;
	/** Instead of the graph's, one a runtime dependency, ns. */
	readonly waitDelayNs?: Float64Array;
	/** @default "wasm" */
	readonly engine?: EngineMode;
	/**
	 * Settle all tasks in the order of their starts, even where the result does not need it: slower, and in one memory.
	 * @default false
	 */
	readonly inTimeOrder?: boolean;
	/**
	 * Launches that a stream takes before one of them starts; 0 for no limit.
	 * @default 0
	 */
	readonly launchQueueLimit?: number;
	/** Which tasks share links. @default none */
	readonly links?: LinkModel;
	/**
	 * Simulate ranks that are alike in everything once (needs `graph.ranks`): always, never, or where it pays.
	 * @default "auto"
	 */
	readonly fold?: boolean | "auto";
	/**
	 * Bytes that a memory of the engine may have; a graph that needs more is cut along ranks.
	 * @default all that WebAssembly can address, 4 GiB
	 */
	readonly memoryLimitBytes?: number;
}

/**
 * Simulates `graph`: when every task starts and finishes, and why. Columns of the result may be views of shared memory
 * that nothing writes to any more.
 *
 * @throws DeadlockError where edges and waits form a cycle; EnvironmentError where the graph does not fit into memory.
 */
export function simulate(graph: SimulationGraph, options: SimulateOptions = {}): Timeline {
	const { launchQueueLimit = 0, durationNs, delayNs, waitDelayNs, ...how } = options;
	const changed: SimulationGraph = {
		taskCount: graph.taskCount,
		edgeCount: graph.edgeCount,
		processor: graph.processor,
		durationNs: durationNs ?? graph.durationNs,
		predOffset: graph.predOffset,
		pred: graph.pred,
		delayNs: delayNs ?? graph.delayNs,
		edgeKind: graph.edgeKind,
		waitTask: graph.waitTask,
		waitStream: graph.waitStream,
		waitDelayNs: waitDelayNs ?? graph.waitDelayNs,
		...(graph.ranks && { ranks: graph.ranks }),
	};
	if (launchQueueLimit > 0) return simulateQueue(changed, launchQueueLimit, how);
	checkLengths(changed);
	const { times, loop, parts, ranks } = simulateFolded(changed, how) ?? simulateWhole(changed, how);
	const folded = ranks ? (`, ${ranks.simulated} of ${ranks.all} ranks` as const) : "";
	const cut = parts > 1 ? (`, in ${parts} parts` as const) : "";
	return { ...times, sharedLinks: how.links !== undefined, mode: `${loop}${folded}${cut}` };
}

interface Simulated {
	readonly times: Times;
	readonly loop: LoopMode;
	readonly parts: number;
	/** Where not all ranks were simulated. */
	readonly ranks?: { readonly simulated: number; readonly all: number };
}

/** Folding copies what it keeps: it pays where at most this share of the ranks is left. */
const WORTHWHILE = 0.5;

/** Undefined where folding is not asked for, not possible, or does not pay. */
function simulateFolded(graph: SimulationGraph, options: SimulateOptions): Simulated | undefined {
	const { fold = "auto", inTimeOrder, links } = options;
	if (fold === false || inTimeOrder || links) return undefined;
	const ranks = rankColumns(graph);
	const classes = ranks && findClasses(graph, ranks);
	if (!classes) return undefined;
	const simulated = countClasses(classes.ofRank);
	if (fold === "auto" && simulated > WORTHWHILE * ranks.length) return undefined;
	const folded = foldGraph(graph, ranks, classes);
	const few = simulateWhole(folded.graph, options);
	return { ...few, times: unfold(graph, ranks, folded, few.times), ranks: { simulated, all: ranks.length } };
}

/** In one memory, or in parts where that is not enough. */
function simulateWhole(graph: SimulationGraph, options: SimulateOptions): Simulated {
	const { engine = "wasm", inTimeOrder = false, links, memoryLimitBytes: limitBytes = MAX_MEMORY_BYTES } = options;
	if (!inTimeOrder && !links && !fitsInto(graph, limitBytes)) {
		return { ...simulateInParts(graph, engine, limitBytes), loop: `worklist (${engine})` };
	}
	const home = engine === "wasm" ? homeOf(graph) : undefined;
	const kernel = home?.kernel ?? acquireKernel(engine);
	try {
		const loop = new EventLoop(kernel, graph, inTimeOrder, links, { from: home?.end, limitBytes });
		loop.run();
		if (!home) return { times: loop.times({ copy: isReusable(kernel) }), loop: loop.mode, parts: 1 };
		// The first results stay where they are, behind the columns; those of later runs are copied.
		const times = loop.times({ copy: home.lent });
		if (!home.lent) home.end = loop.resultsEnd;
		home.lent = true;
		return { times, loop: loop.mode, parts: 1 };
	} finally {
		if (!home) releaseKernel(kernel);
	}
}

function simulateQueue(graph: SimulationGraph, limit: number, options: SimulateOptions): Timeline {
	// The order in which tasks settle is that of every stream; where the task numbers are one, they will do.
	const order = checkGraph(graph).ascending ? undefined : simulate(graph, options).settledOrder;
	const queued = withLaunchQueue(graph, limit, order);
	const timeline = simulate(queued.graph, options);
	const boundBy = timeline.boundBy.map((bound, task) => {
		if (bound >= BY_WAIT) return bound;
		const origin = queued.originOf(task, bound);
		return "edge" in origin ? origin.edge : BY_QUEUE + origin.freedBy;
	});
	return { ...timeline, boundBy };
}
