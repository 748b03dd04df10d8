/**
 * A training graph of many ranks with all that measures read: names, shapes, ranks, one step each, and as measured times
 * those of a simulation.
 */
import { simulate, type Timeline } from "../src/engine/index.js";
import { EXACT, type ExecutionGraph, TaskKind } from "../src/graph/graph.js";
import { trainingGraph } from "./training-graph.js";

/** As many as a real job of one model has. */
const OPERATOR_NAMES = 120;
const KERNEL_NAMES = 60;

export interface MeasuredJob {
	readonly graph: ExecutionGraph;
	readonly times: Timeline;
}

/** About `tasksPerRank` tasks for each of `ranks` ranks. */
export function measuredJob(ranks: number, tasksPerRank: number): MeasuredJob {
	const bare = trainingGraph(ranks, tasksPerRank);
	const { taskCount, kind } = bare;
	const times = simulate(bare);
	const message = "allreduce 1048576>1048576 BFloat16 in [0, 1, 2, 3, 4, 5, 6, 7]";
	const strings = ["", message, "ncclDevKernel_AllReduce"];
	for (let i = 0; i < OPERATOR_NAMES; i++) strings.push(`aten::operator_${i}`);
	for (let i = 0; i < KERNEL_NAMES; i++) strings.push(`void kernel_${i}<float>(float*)`);
	const name = new Uint32Array(taskCount);
	const shape = new Uint32Array(taskCount);
	for (let task = 0; task < taskCount; task++) {
		if (kind[task]! < TaskKind.kernel) name[task] = 3 + ((Math.imul(task, 2654435761) >>> 16) % OPERATOR_NAMES);
		else if (kind[task] === TaskKind.kernel)
			name[task] = 3 + OPERATOR_NAMES + ((Math.imul(task, 2654435761) >>> 16) % KERNEL_NAMES);
		else if (kind[task]! >= TaskKind.arrive) {
			name[task] = 2;
			shape[task] = 1;
		}
	}
	const graph = {
		...bare,
		steps: bare.ranks.map(({ rank, begin, end }) => ({
			rank,
			step: 1,
			beginTask: begin,
			endTask: end - 1,
			measuredStartNs: times.finishNs[begin]!,
			measuredEndNs: times.finishNs[end - 1]!,
		})),
		name,
		shape,
		measuredStartNs: times.startNs,
		measuredEndNs: times.finishNs,
		confidence: new Uint8Array(bare.edgeCount).fill(EXACT),
		waitConfidence: new Uint8Array(bare.waitTask.length).fill(EXACT),
		strings,
	};
	return { graph, times };
}
