/** From the traces of a job to its execution graph, in this process. src/ingest/ does the same in many. */
import type { Trace, TraceWarning } from "../trace/columns.js";
import type { KernelClassTable } from "../trace/kernel-classes.js";
import { isAcyclic } from "./acyclic.js";
import type { ExecutionGraph } from "./graph.js";
import { completeJoin, type JoinOptions, type JoinPlan, planJoin } from "./join/join.js";
import { placeBlock } from "./join/place.js";
import type { RankBlock } from "./rank/block.js";
import { draftRank } from "./rank/draft-rank.js";

export interface BuiltGraph {
	readonly graph: ExecutionGraph;
	readonly warnings: readonly TraceWarning[];
}

export interface BuildOptions extends JoinOptions {
	/** Classes of kernels beyond the built-in table. */
	readonly kernelClasses?: KernelClassTable;
}

/** @param traces one a rank, in the order of their ranks. */
export function buildGraph(traces: readonly Trace[], { kernelClasses, ...options }: BuildOptions = {}): BuiltGraph {
	return joinBlocks(
		traces.map((trace) => draftRank(trace, { kernelClasses, meets: traces.length > 1 })),
		options,
	);
}

/** @param blocks one a rank, in the order of their ranks. */
export function joinBlocks(blocks: readonly RankBlock[], options: JoinOptions = {}): BuiltGraph {
	const plan = planJoin(blocks, options);
	blocks.forEach((block, b) => {
		placeBlock(plan.graph, block, plan.placements[b]!);
	});
	const { graph, provenAcyclic } = completeJoin(plan, blocks);
	if (provenAcyclic || isAcyclicAsMeasured(blocks, plan)) return { graph, warnings: plan.warnings };
	const apart = joinBlocks(blocks, { ...options, apart: true });
	return { graph: apart.graph, warnings: [...apart.warnings, contradiction(plan.matches.count)] };
}

export function contradiction(count: number): TraceWarning {
	const message = "the ranks' collectives wait for each other in a circle; each keeps its recorded duration";
	return { code: "collectives-contradict", message, count };
}

/** Whether all tasks can run if every runtime wait waits for what it was seen to wait for. */
export function isAcyclicAsMeasured(blocks: readonly RankBlock[], { graph, placements }: JoinPlan): boolean {
	const targets = new Uint32Array(graph.waitTask.length);
	blocks.forEach(({ columns }, b) => {
		const { firstTask, firstWait } = placements[b]!;
		columns.waitTarget.forEach((target, w) => {
			targets[firstWait + w] = firstTask + target;
		});
	});
	return isAcyclic(graph, targets);
}
