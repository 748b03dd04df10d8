/** The plan of a target from the segments of a base run: which instances every rank of the target runs, in order. */
import { numMicroBatches } from "../../config/parallel.js";
import { type Coordinates, groupRanks, rankAt } from "../coordinates.js";
import { layOutParts } from "../layout.js";
import type { ExecutionPlan, RankProgram } from "../program.js";
import { messagesOfPipeline } from "../stage-passes.js";
import { gradientBuckets } from "./buckets.js";
import { TargetDurations } from "./durations.js";
import { type DeviceShare, deviceShares } from "./provenance.js";
import { StageProgram, type TracedPlanInputs } from "./stage-program.js";
import { TracedBlocks } from "./traced-blocks.js";

export interface TracedPlan extends ExecutionPlan {
	readonly provenance: readonly DeviceShare[];
}

/** @returns a plan with all ranks of `replicas` replicas. */
export function tracedPlan(inputs: TracedPlanInputs): TracedPlan {
	const { target, blockLibrary, cost, replicas } = inputs;
	const { model, parallel } = target;
	const stages = parallel.pipelineModelParallelSize;
	const parts = layOutParts(model, parallel);
	const blocks = new TracedBlocks(blockLibrary, target, cost);
	const durations = new TargetDurations(blockLibrary, inputs.base, target, cost);
	const ranks: Coordinates[] = [];
	for (let stage = 0; stage < stages; stage++)
		for (let data = 0; data < replicas; data++)
			for (let tensor = 0; tensor < parallel.tensorModelParallelSize; tensor++)
				ranks.push({ tensor, context: 0, data, stage });
	const { groupsOf, groupSize } = groupRanks(parallel, ranks);
	const messages = messagesOfPipeline(parts.length, numMicroBatches(parallel));
	const perStage = ranks.length / stages;
	const programs = ranks.map((at, r): RankProgram => {
		const own = parts.filter(({ stage }) => stage === at.stage).reverse();
		const program = new StageProgram(inputs, blocks, durations, at, parts, gradientBuckets(model, parallel, own)).run();
		const shift = (r % perStage) * messages;
		return {
			rank: rankAt(parallel, at),
			stage: at.stage,
			deviceName: inputs.deviceName,
			replicas: parallel.dataParallelSize / replicas,
			...program,
			message: program.message.map((id) => id + shift),
			group: groupsOf[r]!,
		};
	});
	const plan = { blockLibrary: blocks.finish(), programs, messageCount: messages * perStage, groupSize };
	return { ...plan, provenance: deviceShares(plan, blocks.sources) };
}
