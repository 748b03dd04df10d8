/**
 * From a plan to an execution graph: what the engine runs as it runs a replay. Tasks are numbered rank by rank in the
 * order of the programs, rendezvous stand behind all of them.
 */
import type { ExecutionGraph } from "../../graph/graph.js";
import type { ExecutionPlan } from "../program.js";
import { GraphArena, type LeanColumns } from "./arena.js";
import { describePlan } from "./describe.js";
import { MeetingTable } from "./meetings.js";
import { placeProgram } from "./place.js";
import { type PlanSize, sizePlan } from "./size.js";

export { GraphArena } from "./arena.js";

/** The columns of a graph that the engine reads. */
export type LeanGraph = Pick<ExecutionGraph, keyof LeanColumns | "taskCount" | "edgeCount">;

/** Only what the engine reads: for sweeps. The graph is a view over `arena` and lives until the arena is used again. */
export function instantiateLean(plan: ExecutionPlan, arena: GraphArena): LeanGraph {
	const size = sizePlan(plan);
	const columns = arena.lean(size.taskCount, size.edgeCount, size.waitCount);
	place(plan, size, columns);
	return { taskCount: size.taskCount, edgeCount: size.edgeCount, ...columns };
}

/** A whole graph, with names, kinds, processors and steps, for analysis and timelines. Nothing in it was measured. */
export function instantiate(plan: ExecutionPlan, arena: GraphArena = new GraphArena()): ExecutionGraph {
	const size = sizePlan(plan);
	const columns = arena.full(size.taskCount, size.edgeCount, size.waitCount);
	place(plan, size, columns);
	return describePlan(plan, size, columns);
}

function place(plan: ExecutionPlan, size: PlanSize, columns: LeanColumns): void {
	const meetings = new MeetingTable(plan, size);
	const cursor = { task: 0, edge: 0, wait: 0 };
	plan.programs.forEach((program, p) => {
		placeProgram(plan, program, p * plan.blockLibrary.lanes.length, columns, meetings, cursor);
		meetings.closeRank(program);
	});
	meetings.write(columns);
}
