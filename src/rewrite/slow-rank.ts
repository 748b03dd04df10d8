/** A rank that is slower than it was: its kernels, or its CPU. */
import { EdgeKind, type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import type { Timing } from "../graph/typical.js";

/** Every kernel of the rank takes `factor` times as long; copies and time on the wire do not. Changes `durationNs`. */
export function slowKernels(
	{ kind }: Pick<ExecutionGraph, "kind">,
	{ begin, end }: GraphRank,
	factor: number,
	{ durationNs }: Pick<Timing, "durationNs">,
): void {
	for (let task = begin; task < end; task++) if (kind[task] === TaskKind.kernel) durationNs[task]! *= factor;
}

/**
 * All CPU time of the rank takes `factor` times as long: its operators and calls, and its threads' untraced time between
 * them. What a call waits for does not, nor does the latency of launches. Changes `durationNs` and `delayNs`.
 */
export function slowCpu(
	{ kind, predOffset, edgeKind }: Pick<ExecutionGraph, "kind" | "predOffset" | "edgeKind">,
	{ begin, end }: GraphRank,
	factor: number,
	{ durationNs, delayNs }: Pick<Timing, "durationNs" | "delayNs">,
): void {
	for (let task = begin; task < end; task++) {
		if (isCpuWork(kind[task]!)) durationNs[task]! *= factor;
		for (let edge = predOffset[task]!; edge < predOffset[task + 1]!; edge++)
			if (isThreadTime(edgeKind[edge]!, kind[task]!) && delayNs[edge]! > 0) delayNs[edge]! *= factor;
	}
}

export function isCpuWork(kind: number): boolean {
	return kind === TaskKind.cpuOp || kind === TaskKind.runtime || kind === TaskKind.launch || kind === TaskKind.syncCall;
}

/** Whether the delay of an edge is a thread's own time before a task of the kind; before a blocking call returns it waits. */
export function isThreadTime(edgeKind: number, kind: number): boolean {
	return edgeKind === EdgeKind.intraThread && kind !== TaskKind.syncReturn;
}
