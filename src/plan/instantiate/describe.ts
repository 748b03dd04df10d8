/** What reports read of an instantiated graph: kinds, names, shapes, evidence, processors, ranks, steps. */
import {
	EXACT,
	type ExecutionGraph,
	type GraphRank,
	type GraphStep,
	NO_PROCESSOR,
	type Processor,
	TaskKind,
} from "../../graph/graph.js";
import type { ExecutionPlan } from "../program.js";
import type { Columns } from "./arena.js";
import type { PlanSize } from "./size.js";

export function describePlan(plan: ExecutionPlan, size: PlanSize, columns: Columns): ExecutionGraph {
	const { blockLibrary, programs } = plan;
	const { kind, name, shape, confidence, waitConfidence } = columns;
	let task = 0;
	let edge = 0;
	let wait = 0;
	for (const program of programs) {
		kind[task] = TaskKind.source;
		name[task] = 0;
		shape[task] = 0;
		task++;
		for (const id of program.block) {
			const block = blockLibrary.blocks[id]!;
			kind.set(block.kind, task);
			name.set(block.nameId, task);
			shape.set(block.shapeId, task);
			confidence.set(block.confidence, edge);
			waitConfidence.set(block.waitConfidence, wait);
			task += block.taskCount;
			edge += block.edgeCount;
			wait += block.waitTask.length;
		}
	}
	kind.fill(TaskKind.rendezvous, task);
	name.fill(0, task);
	shape.fill(0, task);
	confidence.fill(EXACT, edge);
	const ranks = programs.map(
		({ rank, deviceName }, p): GraphRank => ({
			rank,
			begin: size.rankBegin[p]!,
			end: size.rankBegin[p + 1]!,
			clockOffsetNs: 0,
			clockDriftPpm: 0,
			clockResidualNs: null,
			deviceName,
			path: "",
		}),
	);
	return {
		taskCount: size.taskCount,
		edgeCount: size.edgeCount,
		ranks,
		processors: programs.flatMap(({ rank }) => blockLibrary.lanes.map((lane): Processor => ({ rank, ...lane }))),
		steps: ranks.flatMap((rank) => stepsOf(rank, kind)),
		...columns,
		strings: blockLibrary.strings,
	};
}

/** Markers of a rank stand in pairs, begin and end of a step each; without any, the rank is one step. */
function stepsOf({ rank, begin, end }: GraphRank, kind: Uint8Array): GraphStep[] {
	const markers: number[] = [];
	for (let task = begin; task < end; task++) if (kind[task] === TaskKind.marker) markers.push(task);
	const measured = { measuredStartNs: 0, measuredEndNs: 0 };
	if (markers.length === 0) return [{ rank, step: "all", beginTask: begin, endTask: NO_PROCESSOR, ...measured }];
	const steps: GraphStep[] = [];
	for (let i = 0; i + 1 < markers.length; i += 2)
		steps.push({ rank, step: i / 2, beginTask: markers[i]!, endTask: markers[i + 1]!, ...measured });
	return steps;
}
