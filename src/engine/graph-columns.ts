/**
 * Columns of a graph in the memory of the engine, before there is a graph: whoever builds it, on any thread, writes
 * each value where the simulation reads it, and `simulate` copies nothing.
 */

import type { Kernel } from "./kernel-interface.js";
import { align, firstColumn } from "./memory.js";
import type { SimulationGraph } from "./simulation-graph.js";
import { wasmKernel } from "./wasm.js";

/** The columns of a graph that the engine reads. */
export type GraphColumns = Omit<SimulationGraph, "taskCount" | "edgeCount">;

export interface GraphSize {
	readonly taskCount: number;
	readonly edgeCount: number;
	/** Runtime dependencies. */
	readonly waitCount: number;
}

/** A memory that holds columns, and where it is free. */
export interface ColumnHome {
	readonly kernel: Kernel;
	readonly end: number;
}

const homes = new WeakMap<ArrayBufferLike, ColumnHome>();

/**
 * Columns filled with zeros, each over shared memory that can be posted to workers, for a graph of that size.
 *
 * @throws EnvironmentError where there is no memory for them.
 */
export function allocateColumns({ taskCount, edgeCount, waitCount }: GraphSize): GraphColumns {
	const kernel = wasmKernel();
	let end = firstColumn(kernel);
	const place = (bytes: number): number => {
		const address = end;
		end = align(address + bytes);
		return address;
	};
	const at = {
		durationNs: place(taskCount * 8),
		predOffset: place((taskCount + 1) * 4),
		pred: place(edgeCount * 4),
		delayNs: place(edgeCount * 8),
		processor: place(taskCount * 4),
		edgeKind: place(edgeCount),
		waitTask: place(waitCount * 4),
		waitStream: place(waitCount * 4),
		waitDelayNs: place(waitCount * 8),
	};
	kernel.grow(end);
	const buffer = kernel.buffer();
	homes.set(buffer, { kernel, end });
	return {
		durationNs: new Float64Array(buffer, at.durationNs, taskCount),
		predOffset: new Uint32Array(buffer, at.predOffset, taskCount + 1),
		pred: new Uint32Array(buffer, at.pred, edgeCount),
		delayNs: new Float64Array(buffer, at.delayNs, edgeCount),
		processor: new Uint32Array(buffer, at.processor, taskCount),
		edgeKind: new Uint8Array(buffer, at.edgeKind, edgeCount),
		waitTask: new Uint32Array(buffer, at.waitTask, waitCount),
		waitStream: new Uint32Array(buffer, at.waitStream, waitCount),
		waitDelayNs: new Float64Array(buffer, at.waitDelayNs, waitCount),
	};
}

/** A file that is longer leaves the engine no room of its own beside it in one memory. */
const MOST_ROOM_BYTES = 2 ** 31;

/**
 * Room for a whole file of columns, which a graph is then laid on: in the memory of the engine where it fits.
 *
 * @throws EnvironmentError where there is no memory for it.
 */
export function allocateRoom(bytes: number): Uint8Array {
	if (bytes > MOST_ROOM_BYTES) return new Uint8Array(new SharedArrayBuffer(bytes));
	const kernel = wasmKernel();
	const begin = firstColumn(kernel);
	const end = align(begin + bytes);
	kernel.grow(end);
	const buffer = kernel.buffer();
	homes.set(buffer, { kernel, end });
	return new Uint8Array(buffer, begin, bytes);
}

/** The memory that the columns of a graph are in, if they came from `allocateColumns`. */
export function homeOf(graph: GraphColumns): ColumnHome | undefined {
	return homes.get(graph.pred.buffer);
}
