/** When the device of a rank does what, sorted by start: the input of the sweeps. */
import type { ExecutionGraph, GraphRank } from "../graph/graph.js";
import { ascending, sortRows } from "../lib/sort.js";
import { DeviceClass, type DeviceWork, deviceWork } from "./device-work.js";
import type { TaskTimes } from "./times.js";

export { DeviceClass };

export interface DeviceIntervals {
	readonly count: number;
	/** Ascending. */
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	readonly deviceClass: Uint8Array;
	/** The task at whose start the interval starts: the kernel, or the arrival at a collective. */
	readonly task: Uint32Array;
}

/** More streams than this are sorted rather than merged. */
const MOST_STREAMS_TO_MERGE = 16;

export function deviceIntervals(graph: ExecutionGraph, rank: GraphRank, times: TaskTimes): DeviceIntervals {
	return intervalsOf(deviceWork(graph, rank), times);
}

/** The intervals of pieces of work; equal starts keep the order of their tasks. */
export function intervalsOf(work: DeviceWork, times: TaskTimes): DeviceIntervals {
	const { count, first, last } = work;
	const startNs = new Float64Array(count);
	const endNs = new Float64Array(count);
	for (let piece = 0; piece < count; piece++) {
		startNs[piece] = times.startNs[first[piece]!]!;
		endNs[piece] = times.finishNs[last[piece]!]!;
	}
	if (isAscending(startNs)) return { count, startNs, endNs, deviceClass: work.deviceClass, task: first };
	const order = mergeStreams(work, startNs) ?? sortRows(ascending(count), startNs);
	return inOrder(order, startNs, endNs, work.deviceClass, first);
}

/** Puts intervals in order of their starts; equal starts keep their order. */
export function sortIntervals(
	startNs: Float64Array,
	endNs: Float64Array,
	deviceClass: Uint8Array,
	task: Uint32Array,
): DeviceIntervals {
	return inOrder(sortRows(ascending(startNs.length), startNs), startNs, endNs, deviceClass, task);
}

function inOrder(
	order: Uint32Array,
	startNs: Float64Array,
	endNs: Float64Array,
	deviceClass: Uint8Array,
	task: Uint32Array,
): DeviceIntervals {
	const count = order.length;
	const sorted = {
		count,
		startNs: new Float64Array(count),
		endNs: new Float64Array(count),
		deviceClass: new Uint8Array(count),
		task: new Uint32Array(count),
	};
	for (let i = 0; i < count; i++) {
		const row = order[i]!;
		sorted.startNs[i] = startNs[row]!;
		sorted.endNs[i] = endNs[row]!;
		sorted.deviceClass[i] = deviceClass[row]!;
		sorted.task[i] = task[row]!;
	}
	return sorted;
}

/** A stream runs its work in order, so that a merge of a few streams sorts all; undefined where one does not. */
function mergeStreams({ count, byStream, streamOffset }: DeviceWork, startNs: Float64Array): Uint32Array | undefined {
	const streams = streamOffset.length - 1;
	if (streams > MOST_STREAMS_TO_MERGE) return undefined;
	for (let stream = 0; stream < streams; stream++) {
		for (let i = streamOffset[stream]! + 1; i < streamOffset[stream + 1]!; i++) {
			if (startNs[byStream[i]!]! < startNs[byStream[i - 1]!]!) return undefined;
		}
	}
	const next = streamOffset.slice();
	const order = new Uint32Array(count);
	for (let i = 0; i < count; i++) {
		let best = -1;
		let earliest = Number.POSITIVE_INFINITY;
		for (let stream = 0; stream < streams; stream++) {
			if (next[stream] === streamOffset[stream + 1]) continue;
			const piece = byStream[next[stream]!]!;
			const start = startNs[piece]!;
			if (start < earliest || (start === earliest && piece < byStream[next[best]!]!)) {
				earliest = start;
				best = stream;
			}
		}
		order[i] = byStream[next[best]!++]!;
	}
	return order;
}

function isAscending(values: Float64Array): boolean {
	for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
	return true;
}
