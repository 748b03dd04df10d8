/** From descriptions of a model, its parallelism and a cluster to what every rank runs. */
import type { HardwareConfig } from "../config/hardware.js";
import type { ModelConfig } from "../config/model.js";
import { numMicroBatches, type ParallelConfig } from "../config/parallel.js";
import type { CostModel } from "../cost/cost-model.js";
import { type BlockLibrary, GROUP_ROLES, type GroupRole } from "./block.js";
import { Emitter } from "./blocks/emitter.js";
import { LANES } from "./blocks/lanes.js";
import { type FrameworkOptions, rankContext } from "./blocks/rank-context.js";
import { StringTable } from "./blocks/strings.js";
import { type Coordinates, groupRanks, rankAt, stageCoordinates } from "./coordinates.js";
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
}

/** Reads a description of a whole job; `checkParallel` must have accepted it. */
export function buildPlan(inputs: PlanInputs, { everyRank = false }: PlanOptions = {}): ExecutionPlan {
	const { model, parallel, hardware, cost, options } = inputs;
	const stages = parallel.pipelineModelParallelSize;
	const rank = rankContext(model, parallel, options, hardware.node.gpusPerNode);
	const strings = new StringTable();
	const e = new Emitter(cost, strings, foldedRoles(stages, everyRank));
	const planLibrary = new PlanLibrary(e, rank);
	const microBatches = numMicroBatches(parallel);
	const stagePrograms = Array.from({ length: stages }, (_, stage) => planLibrary.stageProgram(stage, microBatches));

	const messages = messagesOfPipeline(planLibrary.parts.length, microBatches);
	const ranks = Array.from({ length: stages }, (_, stage) => {
		const all = stageCoordinates(parallel, stage);
		return everyRank ? all : all.slice(0, 1);
	}).flat();
	const perStage = ranks.length / stages;
	const replicas = everyRank ? 1 : stageCoordinates(parallel, 0).length;
	const { groupsOf, groupSize } = groupRanks(parallel, ranks);
	const programs = ranks.map((at: Coordinates, r): RankProgram => {
		const { block, message, microBatch, chunk } = stagePrograms[at.stage]!;
		const shift = (r % perStage) * messages;
		return {
			rank: rankAt(parallel, at),
			stage: at.stage,
			deviceName: hardware.gpu.name,
			replicas,
			block,
			message: shift === 0 ? message : message.map((id) => (id === NO_MESSAGE ? id : id + shift)),
			microBatch,
			chunk,
			group: groupsOf[r]!,
		};
	});
	const blocks: BlockLibrary = { lanes: LANES, blocks: planLibrary.blocks, strings: strings.strings };
	return { blockLibrary: blocks, programs, messageCount: messages * perStage, groupSize };
}

/** Groups that are inside a stage are folded into its one rank; those across stages if there is only one. */
function foldedRoles(stages: number, everyRank: boolean): ReadonlySet<GroupRole> {
	if (everyRank) return new Set();
	const inside: GroupRole[] = ["tensor", "context", "expert", "data", "expertData"];
	return new Set(stages === 1 ? GROUP_ROLES : inside);
}
