/**
 * The execution graph: tasks, the processors that run them, and what each task waits for, all in flat arrays.
 *
 * Tasks are numbered rank by rank and, inside a rank, in a topological order of its fixed edges (that of the measured
 * start times wherever those agree with the edges). Task 0 of every rank is its source: duration 0, starts at 0; what
 * was under way when the capture began hangs on it by `entry` edges.
 *
 * An edge belongs to the task that waits: `start(task) = max over its edges (time(pred) + delay)`, where time is the
 * start or the finish of the predecessor. `finish = start + duration`.
 */

/** What a task is. */
export const TaskKind = {
	/** The source of a rank. */
	source: 0,
	/** An exclusive segment of a PyTorch operator. */
	cpuOp: 1,
	/** A runtime or driver call that neither launches nor waits. */
	runtime: 2,
	/** A runtime call that launches device work. */
	launch: 3,
	/** The call side of a blocking call: its own cost. */
	syncCall: 4,
	/** The return of a blocking call (duration 0): its edges and waits are what the call blocks on. */
	syncReturn: 5,
	/** Begin or end of a step on its thread (duration 0). */
	marker: 6,
	/** A compute kernel. */
	kernel: 7,
	/** A communication kernel whose peers are not at hand: recorded duration. */
	comm: 8,
	/** memcpy and memset. */
	memory: 9,
	/** A rank's arrival at a collective (duration 0, on its stream). */
	arrive: 10,
	/** Where the ranks of a collective meet (duration 0, on no processor). */
	rendezvous: 11,
	/** A rank's part of a collective after the last arrival: the wire time. */
	transfer: 12,
} as const;
export type TaskKind = (typeof TaskKind)[keyof typeof TaskKind];

/** Why a task waits. */
export const EdgeKind = {
	entry: 0,
	/** Thread order; the delay is the untraced CPU time between the two. */
	intraThread: 1,
	/** Hand-over between threads. */
	interThread: 2,
	/** From the launching call (its finish; its start where the work began long before the call returned); the delay is the launch latency. */
	launch: 3,
	/** Device work to a blocked CPU call. */
	sync: 4,
	/** Stream order; the delay is the hardware's gap between two kernels. */
	intraStream: 5,
	interStream: 6,
	collective: 7,
} as const;
export type EdgeKind = (typeof EdgeKind)[keyof typeof EdgeKind];

/** Confidence of an edge, 0..254; EXACT for edges that the trace itself states. */
export const EXACT = 255;

/** No processor: rendezvous tasks and sources. */
export const NO_PROCESSOR = 0xffffffff;

export interface Processor {
	readonly rank: number;
	readonly kind: "thread" | "stream";
	/** Thread id or stream number as recorded. */
	readonly id: string;
	readonly name: string;
}

export interface GraphStep {
	readonly rank: number;
	readonly step: number | "all";
	/** Marker tasks; for `all`, the source task and NONE (then the step ends with its last task). */
	readonly beginTask: number;
	readonly endTask: number;
	readonly measuredStartNs: number;
	readonly measuredEndNs: number;
}

export interface GraphRank {
	readonly rank: number;
	/** Tasks [begin, end), its source first. */
	readonly begin: number;
	readonly end: number;
	/** By how much its clock was ahead of the first rank's, which was taken off its times, ns. */
	readonly clockOffsetNs: number;
	/** By how much it gained on that, parts per million; taken off, too. */
	readonly clockDriftPpm: number;
	/** Median distance of the ends of its collectives from those of their other members, ns; null where it shares none. */
	readonly clockResidualNs: number | null;
	readonly deviceName: string;
	readonly path: string;
}

export interface ExecutionGraph {
	readonly taskCount: number;
	readonly edgeCount: number;
	readonly ranks: readonly GraphRank[];
	readonly processors: readonly Processor[];
	readonly steps: readonly GraphStep[];

	// One entry a task.
	readonly kind: Uint8Array;
	readonly processor: Uint32Array;
	/** Ids in `strings`. */
	readonly name: Uint32Array;
	readonly shape: Uint32Array;
	/** What the task does, ns, never what it waited for. */
	readonly durationNs: Float64Array;
	/** When it was measured to start, ns on the common clock; for reports only, no simulation reads it. */
	readonly measuredStartNs: Float64Array;
	/** When it was measured to end. */
	readonly measuredEndNs: Float64Array;

	// Edges, CSR by waiting task.
	readonly predOffset: Uint32Array;
	/** 2 x predecessor + (0: its start, 1: its finish). */
	readonly pred: Uint32Array;
	readonly delayNs: Float64Array;
	readonly edgeKind: Uint8Array;
	readonly confidence: Uint8Array;

	/** Runtime dependencies: `waitTask[i]` (a syncReturn) waits for the last task launched by then on processor `waitStream[i]`. */
	readonly waitTask: Uint32Array;
	readonly waitStream: Uint32Array;
	readonly waitDelayNs: Float64Array;
	readonly waitConfidence: Uint8Array;

	readonly strings: readonly string[];
}
