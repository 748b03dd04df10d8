/** From descriptions of a model, its parallelism and a cluster to what every rank runs. */
import type { HardwareConfig } from "../config/hardware.js";
import type { ModelConfig } from "../config/model.js";
import { numMicroBatches, type ParallelConfig } from "../config/parallel.js";
import type { CostModel } from "../cost/cost-model.js";
import { type BlockLibrary, GROUP_ROLES, type GroupRole } from "./block.js";
import { workOf } from "./block-store.js";
import { LANES } from "./blocks/lanes.js";
import type { FrameworkOptions } from "./blocks/rank-context.js";
import { groupRanks, rankAt, ranksOfStage, stageCoordinates } from "./coordinates.js";
import { layOutParts } from "./layout.js";
import { PlanCache } from "./plan-cache.js";
import { PlanLibrary } from "./plan-library.js";
import { type ExecutionPlan, NO_MESSAGE, type RankProgram } from "./program.js";
import { messagesOfPipeline } from "./stage-passes.js";

export interface PlanInputs {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly hardware: HardwareConfig;
	readonly cost: CostModel;
	readonly options: FrameworkOptions;
}

export interface PlanOptions {
	/**
	 * Every rank of the job instead of one a stage. Ranks of a stage behave alike without noise, so that the times are
	 * the same to the bit.
	 * @default false
	 */
	readonly everyRank?: boolean;
	/**
	 * What plans that were built before left: then the same plan takes less time. Its strings may stand in another order,
	 * with others between them. @default an empty one
	 */
	readonly cache?: PlanCache;
}

/** Reads a description of a whole job; `checkParallel` must have accepted it. */
export function buildPlan(inputs: PlanInputs, options: PlanOptions = {}): ExecutionPlan {
	const { everyRank = false, cache = new PlanCache() } = options;
	const { model, parallel, hardware, cost, options: framework } = inputs;
	const stages = parallel.pipelineModelParallelSize;
	const microBatches = numMicroBatches(parallel);
	const parts = layOutParts(model, parallel);
	const store = cache.store({
		model,
		work: workOf(parallel),
		gpusPerNode: hardware.node.gpusPerNode,
		options: framework,
		folded: foldedRoles(stages, everyRank),
		cost,
	});
	const planLibrary = new PlanLibrary(store, parallel, parts);
	const scripts = cache.scripts({
		schedule: parallel.schedule,
		stages,
		chunks: parallel.virtualPipelineSize,
		microBatches,
		messages: framework.messages,
		overlapGradReduce: parallel.overlapGradReduce,
		overlapParamGather: parallel.overlapParamGather,
	});
	const stageBlocks = scripts.map((script, stage) => planLibrary.blocksOf(script, stage));

	const messages = messagesOfPipeline(parts.length, microBatches);
	const perStage = everyRank ? ranksOfStage(parallel) : 1;
	const ranks = Array.from({ length: stages }, (_, stage) => stageCoordinates(parallel, stage, perStage)).flat();
	const replicas = ranksOfStage(parallel) / perStage;
	const { groupsOf, groupSize } = groupRanks(parallel, ranks);
	const programs = ranks.map((at, r): RankProgram => {
		const { message, microBatch, chunk } = scripts[at.stage]!;
		const shift = (r % perStage) * messages;
		return {
			rank: rankAt(parallel, at),
			stage: at.stage,
			deviceName: hardware.gpu.name,
			replicas,
			block: stageBlocks[at.stage]!,
			message: shift === 0 ? message : message.map((id) => (id === NO_MESSAGE ? id : id + shift)),
			microBatch,
			chunk,
			group: groupsOf[r]!,
		};
	});
	const { strings } = store.strings;
	const blockLibrary: BlockLibrary = { lanes: LANES, blocks: planLibrary.blocks, strings };
	return { blockLibrary, programs, messageCount: messages * perStage, groupSize };
}

/** Groups that are inside a stage are folded into its one rank; those across stages if there is only one. */
function foldedRoles(stages: number, everyRank: boolean): readonly GroupRole[] {
	if (everyRank) return [];
	return stages === 1 ? GROUP_ROLES : ["tensor", "context", "expert", "data", "expertData"];
}
