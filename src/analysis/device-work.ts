/**
 * What the device of a rank does, whenever it does it: the input of every measure of device time.
 *
 * Communication is a communication kernel, and for a collective whose ranks are at hand everything from a rank's
 * arrival to the end of its transfer: there the kernel occupies its stream, first waiting, then moving data. Compute
 * is every other kernel, and also memcpy and memset: they are work of the rank for itself.
 */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";

export const DeviceClass = { compute: 0, communication: 1 } as const;
export type DeviceClass = (typeof DeviceClass)[keyof typeof DeviceClass];

export interface DeviceWork {
	readonly count: number;
	/** The task at whose start each piece starts: the kernel, or the arrival at a collective; ascending. */
	readonly first: Uint32Array;
	/** The task at whose finish it ends: the same, or the transfer of the collective. */
	readonly last: Uint32Array;
	readonly deviceClass: Uint8Array;
	/** Pieces of each stream, stream after stream, in the order of their tasks. */
	readonly byStream: Uint32Array;
	/** Where the pieces of each stream begin in `byStream`, and the end of the last. */
	readonly streamOffset: Uint32Array;
}

export function deviceWork(graph: ExecutionGraph, rank: GraphRank): DeviceWork {
	const { kind, processor } = graph;
	let most = 0;
	for (let task = rank.begin; task < rank.end; task++) if (kind[task]! >= TaskKind.kernel) most++;
	const first = new Uint32Array(most);
	const last = new Uint32Array(most);
	const deviceClass = new Uint8Array(most);
	const streamOf = new Uint32Array(most);
	const streams = new Map<number, number>();
	// Of each stream: how many pieces it has, and the arrival that has not seen its transfer yet.
	const lengths: number[] = [];
	const arrived: number[] = [];
	let count = 0;
	// Neighbours are mostly on one stream.
	let lastProcessor = -1;
	let stream = -1;
	for (let task = rank.begin; task < rank.end; task++) {
		const what = kind[task]!;
		if (what < TaskKind.kernel || what === TaskKind.rendezvous) continue;
		if (processor[task] !== lastProcessor) {
			lastProcessor = processor[task]!;
			stream = streams.get(lastProcessor) ?? streams.size;
			if (stream === streams.size) {
				streams.set(lastProcessor, stream);
				lengths.push(0);
				arrived.push(-1);
			}
		}
		if (what === TaskKind.transfer && arrived[stream]! >= 0) {
			last[arrived[stream]!] = task;
			arrived[stream] = -1;
			continue;
		}
		if (what === TaskKind.arrive) arrived[stream] = count;
		first[count] = task;
		last[count] = task;
		deviceClass[count] =
			what === TaskKind.kernel || what === TaskKind.memory ? DeviceClass.compute : DeviceClass.communication;
		streamOf[count] = stream;
		lengths[stream]!++;
		count++;
	}
	return {
		count,
		first: first.subarray(0, count),
		last: last.subarray(0, count),
		deviceClass: deviceClass.subarray(0, count),
		...groupByStream(streamOf, count, lengths),
	};
}

function groupByStream(streamOf: Uint32Array, count: number, lengths: readonly number[]) {
	const streamOffset = new Uint32Array(lengths.length + 1);
	lengths.forEach((length, stream) => {
		streamOffset[stream + 1] = streamOffset[stream]! + length;
	});
	const next = streamOffset.slice();
	const byStream = new Uint32Array(count);
	for (let piece = 0; piece < count; piece++) byStream[next[streamOf[piece]!]!++] = piece;
	return { byStream, streamOffset };
}
