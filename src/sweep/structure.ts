/** What decides which blocks run in which order: jobs that agree in it differ in durations alone. */
import { numMicroBatches } from "../config/parallel.js";
import { tracedTasks } from "../predict/simulate-target.js";
import type { SweepJob, SweepSpace } from "./space.js";

/** Sizes do not count, only whether a group has more than one member: a collective of one is left out. */
export function structureOf({ model, parallel }: SweepJob): string {
	const { tensorModelParallelSize: tp, contextParallelSize: cp, dataParallelSize: dp } = parallel;
	const { expertModelParallelSize: ep, pipelineModelParallelSize: pp } = parallel;
	return JSON.stringify([
		[model.numLayers, model.numExperts, model.moeRouterTopk],
		[pp, parallel.virtualPipelineSize, parallel.schedule, numMicroBatches(parallel), parallel.layersPerStage],
		[tp > 1, cp > 1, dp * cp > 1, ep > 1, parallel.sequenceParallel],
		[parallel.recompute, parallel.useDistributedOptimizer],
		[parallel.overlapGradReduce, parallel.overlapParamGather, parallel.dtype, parallel.gradReduceInFp32],
	]);
}

/** Tasks that its simulation settles, roughly: chunks of work are cut by it. */
export function taskEstimate({ inputs }: SweepSpace, job: SweepJob): number {
	return inputs.traced ? tracedTasks(inputs.traced.tasksPerPass, job) : describedTasks(job);
}

function describedTasks({ model, parallel }: SweepJob): number {
	const { pipelineModelParallelSize: pp, virtualPipelineSize: vpp, recompute } = parallel;
	const ofLayer = TASKS_OF_LAYER * (recompute === "full" ? 1.4 : 1);
	const ofPart = TASKS_OF_PART * pp * vpp;
	return numMicroBatches(parallel) * (model.numLayers * ofLayer + ofPart);
}

/** Of a layer's forward and backward pass, and of a part's messages. */
const TASKS_OF_LAYER = 66;
const TASKS_OF_PART = 20;
