/**
 * The graph of one rank, complete but for what only all ranks together can tell: which collectives meet, and where its
 * clock stands. Plain data in one buffer, so that a worker that read the trace hands it over without a copy.
 *
 * Tasks are numbered from 0 (the source) in a topological order of the fixed edges. Every communication kernel of a rank
 * that is read together with others is an arrival and, next to it, a transfer that lasts as long as was recorded.
 */
import type { TraceWarning } from "../../trace/columns.js";
import type { RankComms } from "../comms/rank-comms.js";
import type { GraphStep, Processor } from "../graph.js";
import type { TaskLabels } from "./labels.js";

export interface RankBlock {
	readonly rank: number;
	readonly worldSize: number;
	readonly path: string;
	readonly deviceName: string;
	/** Absolute nanoseconds of time 0. */
	readonly baseNs: bigint;
	/** The first moment of the trace: nothing starts before. */
	readonly firstNs: number;
	readonly taskCount: number;
	readonly edgeCount: number;
	readonly columns: BlockColumns;
	readonly processors: readonly Processor[];
	/** Tasks are local numbers. */
	readonly steps: readonly GraphStep[];
	/** What `name` and `shape` refer to; 0 is the empty string. */
	readonly strings: readonly string[];
	/** Its rows are the local numbers of the transfers. Empty where no other rank is read. */
	readonly comms: RankComms;
	readonly warnings: readonly TraceWarning[];
	/** Edges that closed a cycle and were dropped. */
	readonly droppedEdges: number;
	/** What was taken off the device's times, ns. */
	readonly deviceShiftNs: number;
	/** By how much its edges and waits go back in measured time, added up, ns. */
	readonly backwardNs: number;
	/** What part of a step each task belongs to, where that was asked for. */
	readonly labels: TaskLabels | undefined;
}

export interface BlockColumns {
	// One entry a task.
	readonly kind: Uint8Array;
	/** Local; NO_PROCESSOR for the source. */
	readonly processor: Uint32Array;
	readonly name: Uint32Array;
	readonly shape: Uint32Array;
	/** Measured, ns of the trace's own clock. */
	readonly startNs: Float64Array;
	readonly endNs: Float64Array;
	// Edges, CSR by waiting task.
	readonly predOffset: Uint32Array;
	readonly pred: Uint32Array;
	readonly delayNs: Float64Array;
	readonly edgeKind: Uint8Array;
	readonly confidence: Uint8Array;
	// Runtime dependencies.
	readonly waitTask: Uint32Array;
	/** Local processors. */
	readonly waitStream: Uint32Array;
	readonly waitDelayNs: Float64Array;
	readonly waitConfidence: Uint8Array;
	/** The task that each wait was seen to wait for; the source: nothing. */
	readonly waitTarget: Uint32Array;
}

export interface BlockCounts {
	readonly tasks: number;
	readonly edges: number;
	readonly waits: number;
}
