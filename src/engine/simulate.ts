/** Runs the event loop over a graph. */
import { EventLoop } from "./event-loop.js";
import { homeOf } from "./graph-columns.js";
import { acquireKernel, releaseKernel } from "./kernel.js";
import type { EngineMode } from "./kernel-interface.js";
import { withLaunchQueue } from "./launch-queue.js";
import type { LinkModel } from "./links.js";
import { checkGraph, type SimulationGraph } from "./simulation-graph.js";
import { BY_QUEUE, BY_WAIT, type Timeline } from "./timeline.js";

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
	 * Settle all tasks in the order of their starts, even where the result does not need it: slower.
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
}

/**
 * Simulates `graph`: when every task starts and finishes, and why.
 *
 * @throws DeadlockError where edges and waits form a cycle; EnvironmentError where the graph does not fit into memory.
 */
export function simulate(graph: SimulationGraph, options: SimulateOptions = {}): Timeline {
	const changed: SimulationGraph = {
		taskCount: graph.taskCount,
		edgeCount: graph.edgeCount,
		processor: graph.processor,
		durationNs: options.durationNs ?? graph.durationNs,
		predOffset: graph.predOffset,
		pred: graph.pred,
		delayNs: options.delayNs ?? graph.delayNs,
		edgeKind: graph.edgeKind,
		waitTask: graph.waitTask,
		waitStream: graph.waitStream,
		waitDelayNs: options.waitDelayNs ?? graph.waitDelayNs,
	};
	const { launchQueueLimit = 0, ...rest } = options;
	if (launchQueueLimit > 0) return simulateQueue(changed, launchQueueLimit, rest);
	const engine = options.engine ?? "wasm";
	const home = engine === "wasm" ? homeOf(graph) : undefined;
	const kernel = home?.kernel ?? acquireKernel(engine);
	try {
		const memory = { from: home?.end };
		const loop = new EventLoop(kernel, changed, options.inTimeOrder ?? false, options.links, memory);
		loop.run();
		return loop.timeline();
	} finally {
		if (!home) releaseKernel(kernel);
	}
}

function simulateQueue(graph: SimulationGraph, limit: number, options: SimulateOptions): Timeline {
	// The order in which tasks settle is that of every stream; where the task numbers are one, they will do.
	const order = checkGraph(graph).ascending ? undefined : simulate(graph).settledOrder;
	const queued = withLaunchQueue(graph, limit, order);
	const { delayNs: _, ...rest } = options;
	const timeline = simulate(queued.graph, rest);
	const boundBy = timeline.boundBy.map((bound, task) => {
		if (bound >= BY_WAIT) return bound;
		const origin = queued.originOf(task, bound);
		return "edge" in origin ? origin.edge : BY_QUEUE + origin.freedBy;
	});
	return { ...timeline, boundBy };
}
