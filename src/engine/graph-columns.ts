/**
 * Columns of a graph in the memory of the engine, before there is a graph: whoever builds it, on any thread, writes
 * each value where the simulation reads it, and `simulate` copies nothing.
 */
import { columnSections, worklistBytes } from "./footprint.js";
import { type Kernel, MAX_MEMORY_BYTES } from "./kernel-interface.js";
import { align, endBehind, firstColumn } from "./memory.js";
import type { SimulationGraph } from "./simulation-graph.js";
import { wasmKernel } from "./wasm.js";

/** The columns of a graph that the engine reads. */
export type GraphColumns = Omit<SimulationGraph, "taskCount" | "edgeCount" | "ranks">;

export interface GraphSize {
	readonly taskCount: number;
	readonly edgeCount: number;
	/** Runtime dependencies. */
	readonly waitCount: number;
}

/** A memory that holds columns, and where it is free. */
export interface ColumnHome {
	readonly kernel: Kernel;
	end: number;
	/** Whether somebody has views of the results of a simulation; they end where the memory is free. */
	lent: boolean;
}

const homes = new WeakMap<ArrayBufferLike, ColumnHome>();

/**
 * Columns filled with zeros, each over shared memory that can be posted to workers, for a graph of that size. They are
 * in the memory of the engine where a graph of that size fits into so many bytes of it; elsewhere otherwise.
 *
 * @throws EnvironmentError where there is no memory for them.
 */
export function allocateColumns(size: GraphSize, memoryLimitBytes = MAX_MEMORY_BYTES): GraphColumns {
	const counts = { tasks: size.taskCount, edges: size.edgeCount, waits: size.waitCount };
	const least = { ...counts, processors: 0, strands: 0, launches: 0, externals: 0, exports: 0 };
	if (worklistBytes(least) > memoryLimitBytes) return sharedColumns(size);
	const kernel = wasmKernel();
	const { columns, end } = columnsIn(kernel, size);
	homes.set(columns.pred.buffer, { kernel, end, lent: false });
	return columns;
}

/** Columns in the memory of a kernel, which is free behind them. */
export function columnsIn(kernel: Kernel, size: GraphSize): { readonly columns: GraphColumns; readonly end: number } {
	let end = firstColumn(kernel);
	kernel.grow(endBehind(end, columnSections({ tasks: size.taskCount, edges: size.edgeCount, waits: size.waitCount })));
	const buffer = kernel.buffer();
	const columns = layColumns(size, (bytes) => {
		const byteOffset = align(end);
		end = byteOffset + bytes;
		return { buffer, byteOffset };
	});
	return { columns, end };
}

/** Columns in shared memory of their own. */
export function sharedColumns(size: GraphSize): GraphColumns {
	return layColumns(size, (bytes) => ({ buffer: new SharedArrayBuffer(bytes), byteOffset: 0 }));
}

interface Place {
	readonly buffer: ArrayBufferLike;
	readonly byteOffset: number;
}

function layColumns({ taskCount, edgeCount, waitCount }: GraphSize, place: (bytes: number) => Place): GraphColumns {
	const f64 = (length: number): Float64Array => {
		const { buffer, byteOffset } = place(8 * length);
		return new Float64Array(buffer, byteOffset, length);
	};
	const u32 = (length: number): Uint32Array => {
		const { buffer, byteOffset } = place(4 * length);
		return new Uint32Array(buffer, byteOffset, length);
	};
	const u8 = (length: number): Uint8Array => {
		const { buffer, byteOffset } = place(length);
		return new Uint8Array(buffer, byteOffset, length);
	};
	return {
		durationNs: f64(taskCount),
		predOffset: u32(taskCount + 1),
		pred: u32(edgeCount),
		delayNs: f64(edgeCount),
		edgeKind: u8(edgeCount),
		processor: u32(taskCount),
		waitTask: u32(waitCount),
		waitStream: u32(waitCount),
		waitDelayNs: f64(waitCount),
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
	homes.set(buffer, { kernel, end, lent: false });
	return new Uint8Array(buffer, begin, bytes);
}

/** The memory that the columns of a graph are in, if they came from `allocateColumns`. */
export function homeOf(graph: GraphColumns): ColumnHome | undefined {
	return homes.get(graph.pred.buffer);
}
