/**
 * Joins tasks to the slices that Kineto would have recorded: a blocking call from its own cost to its return is one
 * slice, and so is a collective from the arrival of the rank to the end of its transfer.
 */
import type { TaskTimes } from "../../analysis/index.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../graph/graph.js";

export type SliceCategory = "cpu_op" | "cuda_runtime" | "kernel" | "gpu_memcpy" | "gpu_memset";

export interface Slice {
	/** The task that names it and at whose start it starts. */
	task: number;
	category: SliceCategory;
	startNs: number;
	endNs: number;
	/** Of a call its own number, of device work that of the call which launched it. */
	correlation: number;
	/** The launching call of device work; 0 for none (task 0 is a source). */
	launch: number;
}

/** The slices of all ranks, each track in order. The same object is given again and again: read it, do not keep it. */
export function* slices(graph: ExecutionGraph, times: TaskTimes): Generator<Slice, void, undefined> {
	const slice: Slice = { task: 0, category: "cpu_op", startNs: 0, endNs: 0, correlation: 0, launch: 0 };
	// What has begun on a processor and ends with a later task.
	const begun = new Map<number, number>();
	for (let task = 0; task < graph.taskCount; task++) {
		const processor = graph.processor[task]!;
		const kind = graph.kind[task]!;
		slice.task = task;
		slice.launch = 0;
		slice.startNs = times.startNs[task]!;
		slice.endNs = times.finishNs[task]!;
		switch (kind) {
			case TaskKind.cpuOp:
				slice.category = "cpu_op";
				break;
			case TaskKind.runtime:
			case TaskKind.launch:
				slice.category = "cuda_runtime";
				break;
			case TaskKind.syncCall:
			case TaskKind.arrive:
				begun.set(processor, task);
				continue;
			case TaskKind.syncReturn:
			case TaskKind.transfer: {
				const first = begun.get(processor);
				begun.delete(processor);
				if (first !== undefined) {
					slice.task = first;
					slice.startNs = times.startNs[first]!;
				}
				slice.category = kind === TaskKind.transfer ? "kernel" : "cuda_runtime";
				break;
			}
			case TaskKind.kernel:
			case TaskKind.comm:
				slice.category = "kernel";
				break;
			case TaskKind.memory:
				slice.category = /memset/i.test(graph.strings[graph.name[task]!]!) ? "gpu_memset" : "gpu_memcpy";
				break;
			default:
				continue;
		}
		if (isDevice(slice.category)) slice.launch = launchOf(graph, slice.task);
		// Kineto numbers every call; device work whose launch was before the capture has a number of its own.
		slice.correlation = slice.launch > 0 ? slice.launch : slice.task;
		yield slice;
	}
}

function isDevice(category: SliceCategory): boolean {
	return category !== "cpu_op" && category !== "cuda_runtime";
}

function launchOf(graph: ExecutionGraph, task: number): number {
	for (let edge = graph.predOffset[task]!; edge < graph.predOffset[task + 1]!; edge++) {
		if (graph.edgeKind[edge] === EdgeKind.launch) return graph.pred[edge]! >>> 1;
	}
	return 0;
}
