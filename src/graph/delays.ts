/**
 * Measured lags become delays. A task started when the last of its predecessors let it; that edge's delay is the whole
 * lag seen on it. The others were not what it waited for: they keep the least delay that an edge of their kind shows
 * (or the lag, where that is less), so that an edited graph still waits for them.
 */
import { quantile } from "../lib/sort.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "./graph.js";

/** An edge's least delay is this quantile of the lags where nothing else can have held the task. */
const LEAST_QUANTILE = 0.1;
/** Lags up to this are samples of the delay between streams, ns. */
const INTER_STREAM_SAMPLE_NS = 10_000;

type Mutable = Pick<
	ExecutionGraph,
	| "taskCount"
	| "kind"
	| "predOffset"
	| "pred"
	| "edgeKind"
	| "delayNs"
	| "measuredStartNs"
	| "measuredEndNs"
	| "waitTask"
	| "waitDelayNs"
>;

export interface LeastDelays {
	/** From the call's start, from its finish. */
	readonly launch: readonly [number, number];
	readonly intraStream: number;
	readonly interStream: number;
	readonly sync: number;
}

/** @param waitTarget of a runtime wait: the task it was seen to wait for (a source: nothing). */
export function fitDelays(graph: Mutable, waitTarget: Uint32Array): void {
	const least = leastDelays(graph, waitTarget);
	const waitsOf = new Map<number, number[]>();
	graph.waitTask.forEach((task, w) => {
		const list = waitsOf.get(task);
		if (list) list.push(w);
		else waitsOf.set(task, [w]);
	});
	for (let task = 0; task < graph.taskCount; task++) {
		const waits = graph.kind[task] === TaskKind.syncReturn ? waitsOf.get(task) : undefined;
		fitTask(graph, task, least, waits ?? NO_WAITS, waitTarget);
	}
}

const NO_WAITS: readonly number[] = [];

function lagOf(graph: Mutable, edge: number, task: number): number {
	const encoded = graph.pred[edge]!;
	const origin = encoded & 1 ? graph.measuredEndNs[encoded >> 1]! : graph.measuredStartNs[encoded >> 1]!;
	return graph.measuredStartNs[task]! - origin;
}

function fitTask(
	graph: Mutable,
	task: number,
	least: LeastDelays,
	waits: readonly number[],
	waitTarget: Uint32Array,
): void {
	const begin = graph.predOffset[task]!;
	const end = graph.predOffset[task + 1]!;
	// Ranks meet without delay: a rendezvous is over when the last has arrived, and the transfers start.
	if (graph.kind[task] === TaskKind.rendezvous || graph.kind[task] === TaskKind.transfer) return;
	if (end - begin === 1 && waits.length === 0) {
		graph.delayNs[begin] = lagOf(graph, begin, task);
		return;
	}
	let handedOver = graph.kind[task] === TaskKind.syncReturn;
	for (let e = begin; e < end; e++) if (graph.edgeKind[e] === EdgeKind.interThread) handedOver = true;

	let binding = -1;
	let bindingExcess = Number.POSITIVE_INFINITY;
	const consider = (candidate: number, lag: number, floor: number): void => {
		if (lag - floor < bindingExcess) {
			bindingExcess = lag - floor;
			binding = candidate;
		}
	};
	for (let e = begin; e < end; e++) {
		const lag = lagOf(graph, e, task);
		const floor = floorOf(graph.edgeKind[e]!, graph.pred[e]! & 1, least, handedOver);
		graph.delayNs[e] = Math.min(lag, floor);
		consider(e, lag, floor);
	}
	for (const w of waits) {
		const lag = graph.measuredStartNs[task]! - graph.measuredEndNs[waitTarget[w]!]!;
		graph.waitDelayNs[w] = Math.max(0, Math.min(lag, least.sync));
		consider(end + w, lag, least.sync);
	}
	if (binding >= end) graph.waitDelayNs[binding - end] = bindingExcess + least.sync;
	else if (binding >= 0) graph.delayNs[binding] = lagOf(graph, binding, task);
}

function floorOf(kind: number, slot: number, least: LeastDelays, handedOver: boolean): number {
	switch (kind) {
		case EdgeKind.launch:
			return least.launch[slot]!;
		case EdgeKind.intraStream:
			return least.intraStream;
		case EdgeKind.interStream:
			return least.interStream;
		case EdgeKind.sync:
			return least.sync;
		case EdgeKind.interThread:
		case EdgeKind.collective:
			return 0;
		default:
			// Thread order: after a hand-over or a wait the gap was waiting, else it is the thread's own time.
			return handedOver ? 0 : Number.POSITIVE_INFINITY;
	}
}

/** What each kind of edge takes at least, from the tasks where no other edge can have held the start. */
function leastDelays(graph: Mutable, waitTarget: Uint32Array): LeastDelays {
	const launch: [number[], number[]] = [[], []];
	const stream: number[] = [];
	const interStream: number[] = [];
	const sync: number[] = [];
	for (let task = 0; task < graph.taskCount; task++) {
		let launchLag = Number.NaN;
		let slot = 0;
		let streamLag = Number.POSITIVE_INFINITY;
		let crossed = false;
		for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
			const lag = lagOf(graph, e, task);
			const kind = graph.edgeKind[e];
			if (kind === EdgeKind.launch) {
				launchLag = lag;
				slot = graph.pred[e]! & 1;
			} else if (kind === EdgeKind.intraStream) streamLag = lag;
			else if (kind === EdgeKind.interStream) {
				crossed = true;
				if (lag >= 0 && lag <= INTER_STREAM_SAMPLE_NS) interStream.push(lag);
			}
		}
		if (Number.isNaN(launchLag) || crossed) continue;
		// Idle before the call: the launch alone was waited for. Busy long after it: only the stream was.
		if (streamLag >= launchLag) launch[slot]!.push(launchLag);
		else if (streamLag >= 0 && streamLag < 0.25 * launchLag) stream.push(streamLag);
	}
	graph.waitTask.forEach((task, w) => {
		const lag = graph.measuredStartNs[task]! - graph.measuredEndNs[waitTarget[w]!]!;
		if (lag >= 0 && lag <= INTER_STREAM_SAMPLE_NS) sync.push(lag);
	});
	const low = (values: number[], otherwise: number): number =>
		values.length > 0 ? Math.max(0, quantile(new Float64Array(values), LEAST_QUANTILE)) : otherwise;
	const between = low(stream, 0);
	return {
		launch: [low(launch[0], 0), low(launch[1], 0)],
		intraStream: between,
		interStream: low(interStream, between),
		sync: low(sync, 0),
	};
}
