/**
 * `cuda_sync` rows looked up from the runtime call they belong to: the exact evidence of who waits for what. Recorders
 * on CUDA 12.9 and later write -1 for what they no longer know; then nothing is said here.
 */
import { NONE, type Trace } from "../trace/columns.js";
import type { Calls, LaunchHistory } from "./calls.js";
import { EXACT } from "./graph.js";

export class SyncRows {
	/** Row of `trace.syncs` by runtime row. */
	private readonly ofCall = new Map<number, number>();

	constructor(
		private readonly trace: Trace,
		private readonly calls: Calls,
	) {
		const { syncs, events } = trace;
		for (let i = 0; i < syncs.count; i++) {
			const call = calls.callOf(events.correlation[syncs.event[i]!]!);
			if (call !== NONE) this.ofCall.set(call, i);
		}
	}

	/** The stream that a `StreamSynchronize` call waits for, or NONE. */
	streamOfSync(call: number): number {
		const sync = this.ofCall.get(call);
		if (sync === undefined) return NONE;
		return this.trace.events.stream[this.trace.syncs.event[sync]!]!;
	}

	/** The stream that a `StreamWaitEvent` call makes wait, or NONE. */
	waitingStream(call: number): number {
		return this.streamOfSync(call);
	}

	/** The last work before the event that a call waits for, or undefined where the trace does not say. */
	recordedBeforeSync(
		call: number,
		history: LaunchHistory,
	): { readonly row: number; readonly stream: number; readonly confidence: number } | undefined {
		const sync = this.ofCall.get(call);
		if (sync === undefined) return undefined;
		const stream = this.trace.syncs.waitOnStream[sync]!;
		const record = this.calls.callOf(this.trace.syncs.recordCorrelation[sync]!);
		if (stream === NONE || record === NONE) return undefined;
		const row = history.lastBy(stream, this.trace.events.startNs[record]!);
		return row === NONE ? undefined : { row, stream, confidence: EXACT };
	}
}
