/** How much memory a graph takes in the engine, before it is given any. */
import { CONTROL_BYTES } from "../abi/control.js";
import { EdgeKind, NO_PROCESSOR } from "../graph/graph.js";
import type { GraphColumns } from "./graph-columns.js";
import { endBehind, type Section } from "./memory.js";
import { exportSections, launcherSections, launchSections, resultSections, strandSections } from "./sections.js";
import type { SimulationGraph } from "./simulation-graph.js";

export interface GraphCounts {
	readonly tasks: number;
	readonly edges: number;
	readonly waits: number;
	readonly processors: number;
	/** Tasks without edges, and those with edges and no processor: no fewer than the strands of the worklist. */
	readonly strands: number;
	/** Edges by which tasks are launched. */
	readonly launches: number;
	readonly externals: number;
	readonly exports: number;
}

/** Bytes of a memory in which the worklist runs over a graph, its columns included. */
export function worklistBytes(counts: GraphCounts): number {
	const { waits, processors, launches, strands, exports } = counts;
	// The kernel's own data are in front of the control block.
	return endBehind(KERNEL_BYTES + CONTROL_BYTES, [
		...columnSections(counts),
		...resultSections(counts),
		...strandSections(strands + 1),
		...(exports > 0 ? [{ field: "EXPORT_TASK", bytes: exports * 4 } as const, ...exportSections(exports)] : []),
		...(waits > 0 ? [...launcherSections(processors), ...launchSections(launches)] : []),
	]);
}

const KERNEL_BYTES = 4096;

/** The columns of a graph that are read. */
export function columnSections({ tasks, edges, waits }: Pick<GraphCounts, "tasks" | "edges" | "waits">): Section[] {
	return [
		{ field: "DURATION", bytes: tasks * 8 },
		{ field: "PRED_OFFSET", bytes: (tasks + 1) * 4 },
		{ field: "PRED", bytes: edges * 4 },
		{ field: "DELAY", bytes: edges * 8 },
		{ field: "EDGE_KIND", bytes: edges },
		{ field: "PROCESSOR", bytes: tasks * 4 },
		{ field: "WAIT_TASK", bytes: waits * 4 },
		{ field: "WAIT_STREAM", bytes: waits * 4 },
		{ field: "WAIT_DELAY", bytes: waits * 8 },
	];
}

/** Counts the tasks [begin, end), which name so many processors and have so many waits. */
export function countTasks(
	graph: GraphColumns,
	[begin, end]: readonly [number, number],
	waits: number,
	processors: number,
): GraphCounts {
	const { predOffset, processor, edgeKind } = graph;
	const firstEdge = predOffset[begin]!;
	const endEdge = predOffset[end]!;
	let strands = 0;
	for (let task = begin; task < end; task++) {
		if (processor[task] === NO_PROCESSOR || predOffset[task] === predOffset[task + 1]) strands++;
	}
	let launches = 0;
	if (waits > 0) for (let edge = firstEdge; edge < endEdge; edge++) if (edgeKind[edge] === EdgeKind.launch) launches++;
	const counts = { tasks: end - begin, edges: endEdge - firstEdge, waits, processors, strands, launches };
	return { ...counts, externals: 0, exports: 0 };
}

/** Whether the worklist runs over a graph in one memory of so many bytes. */
export function fitsInto(graph: SimulationGraph, limitBytes: number): boolean {
	const { taskCount, edgeCount } = graph;
	const waits = graph.waitTask.length;
	// No graph takes as much: each task a strand, a launch and a processor of its own.
	const most = { tasks: taskCount, edges: edgeCount, waits, strands: taskCount, launches: edgeCount };
	if (worklistBytes({ ...most, processors: taskCount + waits, externals: 0, exports: 0 }) <= limitBytes) return true;
	let processors = 0;
	for (let task = 0; task < taskCount; task++) {
		const on = graph.processor[task]!;
		if (on !== NO_PROCESSOR && on >= processors) processors = on + 1;
	}
	for (let wait = 0; wait < waits; wait++) processors = Math.max(processors, graph.waitStream[wait]! + 1);
	return worklistBytes(countTasks(graph, [0, taskCount], waits, processors)) <= limitBytes;
}
