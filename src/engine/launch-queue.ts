/**
 * The launch queue of a stream takes a limited number of launches that have not started: with the queue full, the next
 * launching call is put off until the one `limit` launches before it starts. Both orders are fixed, that of the
 * launches on a stream and that of the stream itself, so the limit is one more edge for each call and needs no
 * bookkeeping in the loop. A call that launches several kernels on a stream (a CUDA graph) takes one place.
 */
import { EdgeKind, NO_PROCESSOR } from "../graph/graph.js";
import type { SimulationGraph } from "./simulation-graph.js";

export interface QueuedGraph {
	/** The graph with the queue's edges: each task has its own edges first, then these. */
	readonly graph: SimulationGraph;
	/** Delays for the new graph from one a graph edge. */
	withQueueDelays(delayNs: Float64Array): Float64Array;
	/** The edge of the old graph, or the kernel whose start freed the place. */
	originOf(task: number, edge: number): { readonly edge: number } | { readonly freedBy: number };
}

interface Queue {
	/** The first kernel of each launching call so far. */
	readonly kernels: number[];
	lastCall: number;
}

/** `order` are the tasks in an order that is that of every stream; undefined where the task numbers are one. */
export function withLaunchQueue(graph: SimulationGraph, limit: number, order: Uint32Array | undefined): QueuedGraph {
	const { taskCount, predOffset } = graph;
	const queues = new Map<number, Queue>();
	const freedBy = new Map<number, number[]>();
	let added = 0;
	for (let at = 0; at < taskCount; at++) {
		const task = order ? order[at]! : at;
		const stream = graph.processor[task]!;
		if (stream === NO_PROCESSOR) continue;
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++) {
			if (graph.edgeKind[edge] !== EdgeKind.launch) continue;
			const call = graph.pred[edge]! >>> 1;
			const queue: Queue = queues.get(stream) ?? { kernels: [], lastCall: -1 };
			queues.set(stream, queue);
			if (queue.lastCall === call) continue;
			queue.lastCall = call;
			const place = queue.kernels.push(task) - 1;
			if (place < limit) continue;
			const kernels = freedBy.get(call);
			if (kernels) kernels.push(queue.kernels[place - limit]!);
			else freedBy.set(call, [queue.kernels[place - limit]!]);
			added++;
		}
	}
	return addEdges(graph, freedBy, added);
}

function addEdges(graph: SimulationGraph, freedBy: Map<number, number[]>, added: number): QueuedGraph {
	const edgeCount = graph.edgeCount + added;
	const predOffset = new Uint32Array(graph.taskCount + 1);
	const pred = new Uint32Array(edgeCount);
	const edgeKind = new Uint8Array(edgeCount);
	let end = 0;
	for (let task = 0; task < graph.taskCount; task++) {
		predOffset[task] = end;
		for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
			pred[end] = graph.pred[edge]!;
			edgeKind[end++] = graph.edgeKind[edge]!;
		}
		for (const kernel of freedBy.get(task) ?? []) {
			pred[end] = 2 * kernel;
			edgeKind[end++] = EdgeKind.sync;
		}
	}
	predOffset[graph.taskCount] = end;

	const withQueueDelays = (delayNs: Float64Array): Float64Array => {
		const wide = new Float64Array(edgeCount);
		for (let task = 0; task < graph.taskCount; task++) {
			wide.set(delayNs.subarray(graph.predOffset[task], graph.predOffset[task + 1]), predOffset[task]);
		}
		return wide;
	};
	return {
		graph: { ...graph, edgeCount, predOffset, pred, edgeKind, delayNs: withQueueDelays(graph.delayNs) },
		withQueueDelays,
		originOf(task, edge) {
			const own = graph.predOffset[task]! + edge - predOffset[task]!;
			return own < graph.predOffset[task + 1]! ? { edge: own } : { freedBy: pred[edge]! >>> 1 };
		},
	};
}
