/**
 * The graph of one rank while it is being built: tasks and edges in the order they were found, measured times beside
 * them. `assemble.ts` numbers them, `delays.ts` turns measured lags into delays.
 *
 * Columns are written by index into arrays that are large enough from the start: pages that are never touched cost
 * nothing, and plain stores are several times faster than a growing vector's.
 */
import { Slab } from "../lib/slab.js";
import { type EdgeKind, EXACT, NO_PROCESSOR, type Processor, TaskKind } from "./graph.js";

export const FROM_START = 0;
export const FROM_FINISH = 1;

export class RankDraft {
	taskCount = 0;
	readonly kind: Uint8Array;
	readonly processor: Uint32Array;
	readonly name: Uint32Array;
	readonly shape: Uint32Array;
	/** Measured begin and end, ns of the trace's clock. */
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;

	edgeCount = 0;
	/** 2 x predecessor + slot, as in the graph. */
	edgeFrom: Uint32Array;
	edgeTo: Uint32Array;
	edgeKind: Uint8Array;
	edgeConfidence: Uint8Array;

	readonly waits: DraftWait[] = [];
	readonly processors: Processor[] = [];

	/** Strings that the trace does not hold; their ids follow on the trace's. */
	readonly addedStrings: string[] = [];

	/** @param mostTasks more tasks than will ever be added. */
	constructor(
		readonly rank: number,
		mostTasks: number,
		private readonly traceStrings: number,
		originNs: number,
	) {
		const tasks = mostTasks + 1;
		const edges = tasks + (tasks >> 3) + 16;
		const columns = 2 * Slab.room(8 * tasks) + 3 * Slab.room(4 * tasks) + Slab.room(tasks);
		const slab = new Slab(columns + 2 * Slab.room(4 * edges) + 2 * Slab.room(edges));
		this.startNs = slab.f64(tasks);
		this.endNs = slab.f64(tasks);
		this.processor = slab.u32(tasks);
		this.name = slab.u32(tasks);
		this.shape = slab.u32(tasks);
		this.kind = slab.u8(tasks);
		this.edgeFrom = slab.u32(edges);
		this.edgeTo = slab.u32(edges);
		this.edgeKind = slab.u8(edges);
		this.edgeConfidence = slab.u8(edges);
		this.addTask(TaskKind.source, NO_PROCESSOR, 0, 0, originNs, originNs);
	}

	addString(text: string): number {
		return this.traceStrings + this.addedStrings.push(text) - 1;
	}

	addProcessor(processor: Processor): number {
		return this.processors.push(processor) - 1;
	}

	addTask(kind: TaskKind, processor: number, name: number, shape: number, startNs: number, endNs: number): number {
		const task = this.taskCount++;
		if (task >= this.kind.length) throw new Error(`a draft for ${this.kind.length} tasks was given more`);
		this.kind[task] = kind;
		this.processor[task] = processor;
		this.name[task] = name;
		this.shape[task] = shape;
		this.startNs[task] = startNs;
		this.endNs[task] = endNs;
		return task;
	}

	addEdge(kind: EdgeKind, from: number, slot: number, to: number, confidence: number = EXACT): void {
		if (this.edgeCount === this.edgeTo.length) this.growEdges();
		const edge = this.edgeCount++;
		this.edgeFrom[edge] = 2 * from + slot;
		this.edgeTo[edge] = to;
		this.edgeKind[edge] = kind;
		this.edgeConfidence[edge] = confidence;
	}

	addWait(wait: DraftWait): void {
		this.waits.push(wait);
	}

	private growEdges(): void {
		const wider = <T extends Uint32Array | Uint8Array>(column: T): T => {
			const copy = new (column.constructor as new (length: number) => T)(2 * column.length);
			copy.set(column);
			return copy;
		};
		this.edgeFrom = wider(this.edgeFrom);
		this.edgeTo = wider(this.edgeTo);
		this.edgeKind = wider(this.edgeKind);
		this.edgeConfidence = wider(this.edgeConfidence);
	}
}

/** A runtime dependency, and the task it was seen to wait for (the source: nothing), to tell its delay. */
export interface DraftWait {
	readonly task: number;
	/** Local processor. */
	readonly stream: number;
	readonly target: number;
	readonly confidence: number;
}
