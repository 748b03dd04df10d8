/**
 * Measured lags become delays. A task started when the last of its predecessors let it; that edge's delay is the whole
 * lag seen on it. The others were not what it waited for: they keep the least delay that an edge of their kind shows
 * (or the lag, where that is less), so that an edited graph still waits for them.
 */
import { sampleQuantile } from "../lib/sort.js";
import { EdgeKind, TaskKind } from "./graph.js";
import type { BlockColumns } from "./rank/block.js";

/** An edge's least delay is this quantile of the lags where nothing else can have held the task. */
const LEAST_QUANTILE = 0.1;
/** Lags up to this are samples of the delay between streams, ns. */
const INTER_STREAM_SAMPLE_NS = 10_000;

type Columns = Pick<
	BlockColumns,
	| "kind"
	| "predOffset"
	| "pred"
	| "edgeKind"
	| "delayNs"
	| "startNs"
	| "endNs"
	| "waitTask"
	| "waitTarget"
	| "waitDelayNs"
>;

export interface LeastDelays {
	/** From the call's start, from its finish. */
	readonly launch: readonly [number, number];
	readonly intraStream: number;
	readonly interStream: number;
	readonly sync: number;
}

/** Fills `delayNs` and `waitDelayNs` from the measured times of one rank. */
export function fitDelays(graph: Columns): void {
	fillLags(graph);
	const least = leastDelays(graph);
	const waitsOf = new Map<number, number[]>();
	graph.waitTask.forEach((task, w) => {
		const list = waitsOf.get(task);
		if (list) list.push(w);
		else waitsOf.set(task, [w]);
	});
	const { kind, predOffset } = graph;
	for (let task = 0; task < kind.length; task++) {
		const waits = kind[task] === TaskKind.syncReturn ? (waitsOf.get(task) ?? NO_WAITS) : NO_WAITS;
		// A task that waited for one thing waited for all of its lag.
		if (predOffset[task + 1]! - predOffset[task]! + waits.length > 1) fitTask(graph, task, least, waits);
	}
}

const NO_WAITS: readonly number[] = [];

/** Every delay starts as the lag that was measured on it. */
function fillLags(graph: Columns): void {
	const { kind, predOffset, pred, delayNs, startNs, endNs, waitTask, waitTarget, waitDelayNs } = graph;
	for (let task = 0; task < kind.length; task++) {
		const start = startNs[task]!;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const encoded = pred[e]!;
			delayNs[e] = start - (encoded & 1 ? endNs[encoded >> 1]! : startNs[encoded >> 1]!);
		}
	}
	for (let w = 0; w < waitTask.length; w++) waitDelayNs[w] = startNs[waitTask[w]!]! - endNs[waitTarget[w]!]!;
}

/** Leaves the lag on the edge or wait that explains the start best, and the least delay of their kind on the others. */
function fitTask(graph: Columns, task: number, least: LeastDelays, waits: readonly number[]): void {
	const { kind, predOffset, pred, edgeKind, delayNs, waitDelayNs } = graph;
	const begin = predOffset[task]!;
	const end = predOffset[task + 1]!;
	// Ranks meet without delay: a transfer starts when the last has arrived.
	if (kind[task] === TaskKind.transfer) {
		delayNs.fill(0, begin, end);
		return;
	}
	let handedOver = kind[task] === TaskKind.syncReturn;
	for (let e = begin; e < end; e++) if (edgeKind[e] === EdgeKind.interThread) handedOver = true;

	let binding = -1;
	let bindingLag = 0;
	let leastExcess = Number.POSITIVE_INFINITY;
	for (let e = begin; e < end; e++) {
		const lag = delayNs[e]!;
		const floor = floorOf(edgeKind[e]!, pred[e]! & 1, least, handedOver);
		if (lag - floor < leastExcess) {
			leastExcess = lag - floor;
			binding = e;
			bindingLag = lag;
		}
		if (floor < lag) delayNs[e] = floor;
	}
	let bindingWait = -1;
	for (const w of waits) {
		const lag = waitDelayNs[w]!;
		if (lag - least.sync < leastExcess) {
			leastExcess = lag - least.sync;
			bindingWait = w;
			bindingLag = lag;
		}
		waitDelayNs[w] = Math.max(0, Math.min(lag, least.sync));
	}
	if (bindingWait >= 0) waitDelayNs[bindingWait] = bindingLag;
	else if (binding >= 0) delayNs[binding] = bindingLag;
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

/** What each kind of edge takes at least, from the tasks where no other edge can have held the start. Delays are lags. */
function leastDelays(graph: Columns): LeastDelays {
	const { kind, predOffset, pred, edgeKind, delayNs } = graph;
	const launch: [number[], number[]] = [[], []];
	const stream: number[] = [];
	const interStream: number[] = [];
	for (let task = 0; task < kind.length; task++) {
		if (kind[task]! < TaskKind.kernel) continue;
		let launchLag = Number.NaN;
		let slot = 0;
		let streamLag = Number.POSITIVE_INFINITY;
		let crossed = false;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const lag = delayNs[e]!;
			if (edgeKind[e] === EdgeKind.launch) {
				launchLag = lag;
				slot = pred[e]! & 1;
			} else if (edgeKind[e] === EdgeKind.intraStream) streamLag = lag;
			else if (edgeKind[e] === EdgeKind.interStream) {
				crossed = true;
				if (lag >= 0 && lag <= INTER_STREAM_SAMPLE_NS) interStream.push(lag);
			}
		}
		if (Number.isNaN(launchLag) || crossed) continue;
		// Idle before the call: the launch alone was waited for. Busy long after it: only the stream was.
		if (streamLag >= launchLag) launch[slot]!.push(launchLag);
		else if (streamLag >= 0 && streamLag < 0.25 * launchLag) stream.push(streamLag);
	}
	const sync = graph.waitDelayNs.filter((lag) => lag >= 0 && lag <= INTER_STREAM_SAMPLE_NS);
	const between = low(stream, 0);
	return {
		launch: [low(launch[0], 0), low(launch[1], 0)],
		intraStream: between,
		interStream: low(interStream, between),
		sync: low(sync, 0),
	};
}

function low(samples: ArrayLike<number>, otherwise: number): number {
	return samples.length > 0 ? Math.max(0, sampleQuantile(samples, LEAST_QUANTILE)) : otherwise;
}
