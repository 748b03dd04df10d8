/**
 * One linear pass over what points somewhere. A container whose checksums are right can still have been written by a
 * program with a fault; the engine indexes memory with these numbers, so none may point outside.
 */
import { EdgeKind, type ExecutionGraph, NO_PROCESSOR, TaskKind } from "../graph.js";

const TASK_KINDS = Math.max(...Object.values(TaskKind)) + 1;
const EDGE_KINDS = Math.max(...Object.values(EdgeKind)) + 1;

/** What is wrong with a graph, and in which element of which column; undefined for a sound one. */
export interface Fault {
	readonly field: keyof ExecutionGraph;
	readonly index: number;
	readonly problem: string;
}

export function findFault(graph: ExecutionGraph): Fault | undefined {
	const { taskCount, processors, strings } = graph;
	return (
		findOffsetFault(graph) ??
		findAbove(graph, "pred", 2 * taskCount, "points to no task") ??
		findAbove(graph, "edgeKind", EDGE_KINDS, "is no kind of edge") ??
		findAbove(graph, "kind", TASK_KINDS, "is no kind of task") ??
		findAbove(graph, "processor", processors.length, "is no processor", NO_PROCESSOR) ??
		findAbove(graph, "name", strings.length, "is no string") ??
		findAbove(graph, "shape", strings.length, "is no string") ??
		findAbove(graph, "waitTask", taskCount, "is no task") ??
		findAbove(graph, "waitStream", processors.length, "is no processor") ??
		findBadTime(graph, "durationNs", 0) ??
		findBadTime(graph, "measuredStartNs", -Infinity) ??
		findBadTime(graph, "measuredEndNs", -Infinity) ??
		findBadTime(graph, "delayNs", -Infinity) ??
		findBadTime(graph, "waitDelayNs", -Infinity) ??
		findRankFault(graph) ??
		findStepFault(graph)
	);
}

function findOffsetFault({ predOffset, edgeCount, taskCount }: ExecutionGraph): Fault | undefined {
	let previous = 0;
	for (let i = 0; i <= taskCount; i++) {
		const offset = predOffset[i]!;
		if (offset < previous)
			return { field: "predOffset", index: i, problem: `${offset} is less than ${previous} before it` };
		previous = offset;
	}
	if (predOffset[0] !== 0) return { field: "predOffset", index: 0, problem: "does not start at 0" };
	if (previous === edgeCount) return undefined;
	return { field: "predOffset", index: taskCount, problem: `ends at ${previous}, not at the ${edgeCount} edges` };
}

type Index = "pred" | "edgeKind" | "kind" | "processor" | "name" | "shape" | "waitTask" | "waitStream";

function findAbove(graph: ExecutionGraph, field: Index, limit: number, what: string, except = -1): Fault | undefined {
	const column = graph[field];
	for (let i = 0; i < column.length; i++) {
		const value = column[i]!;
		if (value >= limit && value !== except) return { field, index: i, problem: `${value} ${what}` };
	}
	return undefined;
}

type Time = "durationNs" | "measuredStartNs" | "measuredEndNs" | "delayNs" | "waitDelayNs";

function findBadTime(graph: ExecutionGraph, field: Time, least: number): Fault | undefined {
	const column = graph[field];
	for (let i = 0; i < column.length; i++) {
		const value = column[i]!;
		// NaN fails both comparisons.
		if (!(value >= least && value - value === 0)) return { field, index: i, problem: `${value} is no time` };
	}
	return undefined;
}

/** Ranks follow each other from task 0; after the last one come only meetings of several ranks. */
function findRankFault({ ranks, taskCount, kind }: ExecutionGraph): Fault | undefined {
	let end = 0;
	for (let i = 0; i < ranks.length; i++) {
		const rank = ranks[i]!;
		if (rank.begin !== end || rank.end < rank.begin) {
			return { field: "ranks", index: i, problem: `tasks ${rank.begin} to ${rank.end} do not follow ${end}` };
		}
		end = rank.end;
	}
	if (end > taskCount)
		return { field: "ranks", index: ranks.length - 1, problem: `ends at ${end} of ${taskCount} tasks` };
	for (let task = end; task < taskCount; task++) {
		if (kind[task] !== TaskKind.rendezvous) return { field: "kind", index: task, problem: "belongs to no rank" };
	}
	return undefined;
}

function findStepFault({ steps, taskCount }: ExecutionGraph): Fault | undefined {
	for (let i = 0; i < steps.length; i++) {
		const { step, beginTask, endTask } = steps[i]!;
		if (beginTask >= taskCount) return { field: "steps", index: i, problem: `begins with task ${beginTask}` };
		if (endTask >= taskCount && step !== "all")
			return { field: "steps", index: i, problem: `ends with task ${endTask}` };
	}
	return undefined;
}
