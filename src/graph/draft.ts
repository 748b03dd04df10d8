/**
 * The graph of one rank while it is being built: tasks and edges in the order they were found, measured times beside
 * them. `assemble.ts` numbers them, `delays.ts` turns measured lags into delays.
 */
import {
	type GrowableF64,
	type GrowableU8,
	type GrowableU32,
	growableF64,
	growableU8,
	growableU32,
} from "../lib/growable.js";
import { type EdgeKind, EXACT, NO_PROCESSOR, type Processor, TaskKind } from "./graph.js";

export const FROM_START = 0;
export const FROM_FINISH = 1;

export class RankDraft {
	readonly kind: GrowableU8;
	readonly processor: GrowableU32;
	readonly name: GrowableU32;
	readonly shape: GrowableU32;
	/** Measured begin and end, ns of the trace's clock. */
	readonly startNs: GrowableF64;
	readonly endNs: GrowableF64;

	/** 2 x predecessor + slot, as in the graph. */
	readonly edgeFrom = growableU32();
	readonly edgeTo = growableU32();
	readonly edgeKind = growableU8();
	readonly edgeConfidence = growableU8();

	readonly waitTask = growableU32(64);
	readonly waitStream = growableU32(64);
	readonly waitConfidence = growableU8(64);
	/** The task each wait was seen to wait for, to tell its delay. */
	readonly waitTarget = growableU32(64);

	readonly processors: Processor[] = [];

	/** Strings that the trace does not hold; their ids follow on the trace's. */
	readonly addedStrings: string[] = [];

	constructor(
		readonly rank: number,
		expectedTasks: number,
		private readonly traceStrings: number,
		originNs: number,
	) {
		this.kind = growableU8(expectedTasks);
		this.processor = growableU32(expectedTasks);
		this.name = growableU32(expectedTasks);
		this.shape = growableU32(expectedTasks);
		this.startNs = growableF64(expectedTasks);
		this.endNs = growableF64(expectedTasks);
		this.addTask(TaskKind.source, NO_PROCESSOR, 0, 0, originNs, originNs);
	}

	get taskCount(): number {
		return this.kind.length;
	}

	addString(text: string): number {
		return this.traceStrings + this.addedStrings.push(text) - 1;
	}

	addProcessor(processor: Processor): number {
		return this.processors.push(processor) - 1;
	}

	addTask(kind: TaskKind, processor: number, name: number, shape: number, startNs: number, endNs: number): number {
		this.kind.push(kind);
		this.processor.push(processor);
		this.name.push(name);
		this.shape.push(shape);
		this.startNs.push(startNs);
		this.endNs.push(endNs);
		return this.kind.length - 1;
	}

	addEdge(kind: EdgeKind, from: number, slot: number, to: number, confidence: number = EXACT): void {
		this.edgeFrom.push(2 * from + slot);
		this.edgeTo.push(to);
		this.edgeKind.push(kind);
		this.edgeConfidence.push(confidence);
	}

	addWait(task: number, stream: number, target: number, confidence: number): void {
		this.waitTask.push(task);
		this.waitStream.push(stream);
		this.waitTarget.push(target);
		this.waitConfidence.push(confidence);
	}

	/** The measured time of an edge's origin: 2 x task + slot. */
	timeOf(encoded: number): number {
		return encoded & FROM_FINISH ? this.endNs.get(encoded >> 1) : this.startNs.get(encoded >> 1);
	}
}
