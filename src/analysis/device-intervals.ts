/**
 * What the device of a rank does and when, sorted by start: the input of the sweeps.
 *
 * Communication is a communication kernel, and for a collective whose ranks are at hand everything from a rank's
 * arrival to the end of its transfer: there the kernel occupies its stream, first waiting, then moving data. Compute
 * is every other kernel, and also memcpy and memset: they are work of the rank for itself.
 */
import { type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import { growableF64, growableU8, growableU32 } from "../lib/growable.js";
import { sortRows } from "../lib/sort.js";
import type { TaskTimes } from "./times.js";

export const DeviceClass = { compute: 0, communication: 1 } as const;
export type DeviceClass = (typeof DeviceClass)[keyof typeof DeviceClass];

export interface DeviceIntervals {
	readonly count: number;
	/** Ascending. */
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	readonly deviceClass: Uint8Array;
	/** The task at whose start the interval starts: the kernel, or the arrival at a collective. */
	readonly task: Uint32Array;
}

export function deviceIntervals(graph: ExecutionGraph, rank: GraphRank, times: TaskTimes): DeviceIntervals {
	const startNs = growableF64();
	const endNs = growableF64();
	const deviceClass = growableU8();
	const task = growableU32();
	const push = (start: number, end: number, of: DeviceClass, id: number): void => {
		startNs.push(start);
		endNs.push(end);
		deviceClass.push(of);
		task.push(id);
	};
	// Arrivals that have not seen their transfer yet, by stream.
	const arrived = new Map<number, number>();
	for (let id = rank.begin; id < rank.end; id++) {
		switch (graph.kind[id]) {
			case TaskKind.kernel:
			case TaskKind.memory:
				push(times.startNs[id]!, times.finishNs[id]!, DeviceClass.compute, id);
				break;
			case TaskKind.comm:
				push(times.startNs[id]!, times.finishNs[id]!, DeviceClass.communication, id);
				break;
			case TaskKind.arrive:
				arrived.set(graph.processor[id]!, id);
				break;
			case TaskKind.transfer: {
				const arrival = arrived.get(graph.processor[id]!) ?? id;
				arrived.delete(graph.processor[id]!);
				push(times.startNs[arrival]!, times.finishNs[id]!, DeviceClass.communication, arrival);
				break;
			}
		}
	}
	return sortIntervals(startNs.view(), endNs.view(), deviceClass.view(), task.view());
}

/** Puts intervals in order of their starts; equal starts keep their order. */
export function sortIntervals(
	startNs: Float64Array,
	endNs: Float64Array,
	deviceClass: Uint8Array,
	task: Uint32Array,
): DeviceIntervals {
	const count = startNs.length;
	const order = sortRows(
		Uint32Array.from({ length: count }, (_, i) => i),
		startNs,
	);
	return {
		count,
		startNs: Float64Array.from(order, (row) => startNs[row]!),
		endNs: Float64Array.from(order, (row) => endNs[row]!),
		deviceClass: Uint8Array.from(order, (row) => deviceClass[row]!),
		task: Uint32Array.from(order, (row) => task[row]!),
	};
}
