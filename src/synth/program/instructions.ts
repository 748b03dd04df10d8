/**
 * The program of a rank as flat arrays: what its CPU threads do in order, and the device work that they enqueue. One
 * entry an instruction, one entry a piece of work; names and shapes stand once, in tables of kinds.
 */
import type { Group, Place } from "../place.js";

/** What `a`, `b` and `ns` of an instruction mean. */
export const Op = {
	/** A range opens. a: kind of range, b: sequence number (0: none), ns: time until what is in it. */
	begin: 0,
	/** The innermost range closes. ns: time from what is in it. */
	end: 1,
	/** Time that belongs to no event of its own. ns. */
	cpu: 2,
	/** Another thread goes on; the one that called it waits for it. a: thread, ns: latency. */
	switchThread: 3,
	/** A call that enqueues work. a: work, ns: cost of the call, as for all calls. */
	launch: 4,
	/** a: event, b: stream. */
	record: 5,
	/** a: event, b: stream. */
	wait: 6,
	/** a: stream. */
	syncStream: 7,
	syncDevice: 8,
} as const;

export const Thread = { main: 0, autograd: 1 } as const;

/** Streams by index, and the numbers that CUDA gives them. */
export const Stream = { compute: 0, tensor: 1, pipelineNext: 2, data: 3, model: 4, pipelinePrevious: 5 } as const;
export const STREAM_NUMBERS = [7, 16, 20, 24, 28, 32] as const;

/** What the profiler writes about a collective or a transfer. */
export interface CollectiveInfo {
	/** As Kineto writes it: `allreduce`, `send`, `recv`, `coalesced`. */
	readonly name: string;
	readonly group: Group;
	readonly inElements: number;
	readonly outElements: number;
	readonly dtype: "BFloat16" | "Float" | "Long";
	readonly source?: number;
	readonly destination?: number;
}

export type RangeCategory = "cpu_op" | "user_annotation" | "python_function";

export interface RangeKind {
	readonly category: RangeCategory;
	readonly name: string;
	readonly dims?: readonly (readonly number[])[];
	/** Of each of `dims`. @default c10::BFloat16 */
	readonly types?: readonly string[];
	/** Runs on behalf of an operator of the forward pass. */
	readonly backward?: boolean;
	/** The operator on which the `fwdbwd` flow begins or ends, where it has a sequence number. */
	readonly flow?: boolean;
	readonly collective?: CollectiveInfo;
}

export interface WorkKind {
	readonly category: "kernel" | "gpu_memcpy" | "gpu_memset";
	readonly name: string;
	/** Index into `STREAM_NUMBERS`. */
	readonly stream: number;
	readonly call: string;
	readonly launch?: {
		readonly grid: readonly number[];
		readonly block: readonly number[];
		readonly registers: number;
		readonly sharedMemory: number;
	};
	readonly bytes?: number;
	readonly collective?: CollectiveInfo;
}

export interface Program {
	readonly place: Place;
	readonly rangeKinds: readonly RangeKind[];
	readonly workKinds: readonly WorkKind[];
	/** Per instruction. */
	readonly count: number;
	readonly op: Uint8Array;
	readonly a: Uint32Array;
	readonly b: Uint32Array;
	readonly ns: Float64Array;
	/** Per piece of work, in the order of launches; numbers from 0. */
	readonly workCount: number;
	readonly workKind: Uint32Array;
	/** Of a collective: the time on the wire, after the last member has arrived. */
	readonly workNs: Float64Array;
	/** From the start of the launching call. */
	readonly launchLatencyNs: Float64Array;
	/** Position of a collective in its group, from 1; 0 for everything else. */
	readonly workSequence: Uint32Array;
	/** Meetings that work w takes part in: [meetingOffset[w], meetingOffset[w + 1]). */
	readonly meetingOffset: Uint32Array;
	/** The same number on every member. */
	readonly meetingKey: Float64Array;
	readonly meetingSize: Uint32Array;
	readonly meetingNs: Float64Array;
	readonly eventCount: number;
}

/** Time that a call leaves to nobody is part of the step to the next instruction. */
export function isCall(op: number): boolean {
	return op >= Op.launch;
}
