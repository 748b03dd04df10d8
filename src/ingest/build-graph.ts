/** From what was read of each rank to the graph of all of them: each block is put into its place by a worker. */
import { contradiction, isAcyclicAsMeasured } from "../graph/build.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { completeJoin, type JoinOptions, type JoinPlan, planJoin } from "../graph/join/join.js";
import { type GraphColumns, placeBlock } from "../graph/join/place.js";
import type { RankBlock } from "../graph/rank/block.js";
import type { TraceWarning } from "../trace/index.js";
import type { WorkerPool } from "./pool.js";
import type { Compute } from "./rank-read.js";

export interface GraphOfRanks {
	readonly graph: ExecutionGraph;
	readonly plan: JoinPlan;
	readonly warnings: readonly TraceWarning[];
}

/**
 * @param blocks one a rank, in the order of their ranks.
 * @param pool undefined: this thread does it.
 */
export async function buildFromBlocks(
	blocks: readonly RankBlock[],
	pool: WorkerPool | undefined,
	options: JoinOptions,
	compute: Compute,
): Promise<GraphOfRanks> {
	const plan = await compute(() => planJoin(blocks, { ...options, shared: pool !== undefined }));
	if (pool !== undefined) await placeInPool(plan, blocks, pool);
	const acyclic = await compute(() => {
		if (pool === undefined)
			for (const [b, block] of blocks.entries()) placeBlock(plan.graph, block, plan.placements[b]!);
		return completeJoin(plan, blocks).provenAcyclic || isAcyclicAsMeasured(blocks, plan);
	});
	if (acyclic) return { graph: plan.graph, plan, warnings: plan.warnings };
	const apart = await buildFromBlocks(blocks, pool, { ...options, apart: true }, compute);
	return { ...apart, warnings: [...apart.warnings, contradiction(plan.matches.count)] };
}

async function placeInPool({ graph, placements }: JoinPlan, blocks: readonly RankBlock[], pool: WorkerPool) {
	const columns = columnsOf(graph);
	await Promise.all(
		blocks.map((block, b) => {
			const { taskCount, edgeCount, firstNs, comms } = block;
			const part = { taskCount, edgeCount, firstNs, columns: block.columns, comms: { row: comms.row } };
			return pool.place({ graph: columns, block: part, placement: placements[b]! });
		}),
	);
}

/** Only what workers write: the rest of a graph is not small. */
function columnsOf(graph: ExecutionGraph): GraphColumns {
	const { kind, processor, name, shape, durationNs, measuredStartNs, measuredEndNs } = graph;
	const { predOffset, pred, delayNs, edgeKind, confidence } = graph;
	const { waitTask, waitStream, waitDelayNs, waitConfidence } = graph;
	return {
		kind,
		processor,
		name,
		shape,
		durationNs,
		measuredStartNs,
		measuredEndNs,
		predOffset,
		pred,
		delayNs,
		edgeKind,
		confidence,
		waitTask,
		waitStream,
		waitDelayNs,
		waitConfidence,
	};
}
