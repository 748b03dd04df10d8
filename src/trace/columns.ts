/**
 * What reading a trace gives: one row an event, one typed array a field, strings interned once.
 *
 * Times are nanoseconds relative to `Trace.baseNs` (f64: exact up to 104 days). Rows keep the order of the file.
 * Flow events between a launch and its kernel (`ac2g`) are counted but not kept: the correlation id says the same.
 */

/** What an event is, whatever name the dialect at hand gives to its category. */
export const Category = {
	/** A category that Lumos does not know; counted in `Trace.skipped`, never a row. */
	other: 0,
	/** A PyTorch operator (`cpu_op`, 2021: `Operator`). */
	cpuOp: 1,
	/** `record_function` ranges and `ProfilerStep#N` (`user_annotation`). */
	userAnnotation: 2,
	/** A call of the CUDA or HIP runtime or driver (`cuda_runtime`, `cuda_driver`, `Runtime`; `mtia_runtime` …). */
	runtime: 3,
	/** A kernel on a device (`kernel`; of another accelerator, whatever runs on its streams). */
	kernel: 4,
	/** `gpu_memcpy`. */
	memcpy: 5,
	/** `gpu_memset`. */
	memset: 6,
	/** The device-side shadow of an annotation (`gpu_user_annotation`). */
	gpuAnnotation: 7,
	/** `cuda_sync`: exact evidence of who waits for what. */
	sync: 8,
	/** `nn.Module: …` ranges of `python_function` (other Python frames are counted, not kept). */
	module: 9,
	/** The profiler's own time (`overhead`). */
	overhead: 10,
} as const;
export type Category = (typeof Category)[keyof typeof Category];

/** Marks an absent integer field (correlation, stream, sequence, …). */
export const NONE = -1;

export interface EventColumns {
	readonly count: number;
	readonly category: Uint8Array;
	/** Id in `Trace.strings`. */
	readonly name: Uint32Array;
	readonly startNs: Float64Array;
	readonly durNs: Float64Array;
	/** Index in `Trace.tracks`. */
	readonly track: Uint32Array;
	/** Joins a runtime call with what it launched; low 32 bits; NONE where absent. */
	readonly correlation: Int32Array;
	/** Device stream (`args.stream`, else from the track's tid); NONE on CPU rows. */
	readonly stream: Int32Array;
	/** `External id`: joins a runtime call or kernel with the operator that caused it; NONE where absent. */
	readonly externalId: Int32Array;
	/** Autograd `Sequence number`: joins a forward operator with its backward; NONE where absent. */
	readonly sequence: Int32Array;
	/** Interned text of `Input Dims` (operators) or of `grid` and `block` (kernels); 0 = the empty string. */
	readonly shape: Uint32Array;
	/** Row of `Trace.comms` for an event with collective metadata, of `Trace.syncs` for a `sync` row, else NONE. */
	readonly detail: Int32Array;
	/** Bytes moved by memcpy and memset rows, else 0. */
	readonly bytes: Float64Array;
}

/** Collective metadata, on kernels and `record_param_comms` operators. String columns are ids; numbers NONE where absent. */
export interface CommColumns {
	readonly count: number;
	readonly event: Uint32Array;
	/** "Collective name", as recorded (`allreduce`, `_allgather_base`, `send`, …). */
	readonly collective: Uint32Array;
	readonly dtype: Uint32Array;
	readonly inElems: Float64Array;
	readonly outElems: Float64Array;
	readonly groupSize: Int32Array;
	/** "Process Group Name", unquoted. */
	readonly groupName: Uint32Array;
	readonly groupDesc: Uint32Array;
	/** "Process Group Ranks", as text. */
	readonly groupRanks: Uint32Array;
	readonly seq: Int32Array;
	readonly srcRank: Int32Array;
	readonly dstRank: Int32Array;
}

/** The arguments of `cuda_sync` rows; NONE where absent or not given (CUDA 12.9 writes -1). */
export interface SyncColumns {
	readonly count: number;
	readonly event: Uint32Array;
	readonly waitOnStream: Int32Array;
	readonly recordCorrelation: Int32Array;
	readonly eventId: Int32Array;
}

/** `fwdbwd` flows: a forward operator and the backward operator that answers it. */
export interface FlowColumns {
	readonly count: number;
	readonly fromTrack: Uint32Array;
	readonly fromNs: Float64Array;
	readonly toTrack: Uint32Array;
	readonly toNs: Float64Array;
}

export interface Track {
	/** Text of `pid` and `tid` as recorded, unquoted. */
	readonly pid: string;
	readonly tid: string;
	/** From `thread_name`/`process_name` metadata; empty where absent. */
	readonly name: string;
	readonly processName: string;
}

export interface StringTable {
	readonly count: number;
	/** The string of an id; id 0 is the empty string. */
	get(id: number): string;
	/** The id of a string, or -1 where no event uses it. */
	find(text: string): number;
}

export type Found = "metadata" | "inferred" | "file name" | "given" | "unknown";

export interface TraceWarning {
	/** Stable, kebab-case: `truncated`, `unknown-category`, `duplicate-key`, … */
	readonly code: string;
	readonly message: string;
	readonly count: number;
}

export interface ProcessGroup {
	readonly name: string;
	readonly desc: string;
	readonly backend: string;
	readonly size: number;
	readonly ranks: readonly number[];
}

export interface Step {
	/** N of `ProfilerStep#N`; `all` where the trace has none. */
	readonly step: number | "all";
	readonly startNs: number;
	readonly endNs: number;
	/** Track of the range; NONE for `all`. */
	readonly track: number;
}

export interface Trace {
	readonly path: string;
	/** Inflated and on-disk size. */
	readonly bytes: number;
	readonly compressedBytes: number;
	/** Events in the file, kept or not. */
	readonly eventCount: number;
	/** What was not kept, by category or reason. */
	readonly skipped: readonly { readonly what: string; readonly count: number }[];
	readonly warnings: readonly TraceWarning[];
	/** Absolute nanoseconds (of the recorder's clock) of time 0. */
	readonly baseNs: bigint;
	/** Top-level keys other than `traceEvents`, parsed. */
	readonly header: Readonly<Record<string, unknown>>;
	readonly rank: number;
	readonly rankFound: Found;
	readonly worldSize: number;
	readonly worldSizeFound: Found;
	readonly backend: string;
	readonly processGroups: readonly ProcessGroup[];
	/** Name of the device the kernels ran on; empty for CPU-only traces. */
	readonly deviceName: string;
	readonly steps: readonly Step[];
	readonly tracks: readonly Track[];
	readonly events: EventColumns;
	readonly comms: CommColumns;
	readonly syncs: SyncColumns;
	readonly forwardBackward: FlowColumns;
	readonly strings: StringTable;
}
