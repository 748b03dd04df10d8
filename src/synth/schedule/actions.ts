/** What a stage does in one step, in order: passes over micro-batches, and exchanges with its neighbours between them. */
import type { Job } from "../job.js";
import { gpipe } from "./gpipe.js";
import { interleaved } from "./interleaved.js";
import { oneForwardOneBackward } from "./one-forward-one-backward.js";
import type { Action } from "./types.js";

/** The job must have been checked. */
export function scheduleOf(job: Job, stage: number): Action[] {
	const { pipelineParallel: stages, microBatches, virtualPipeline: chunks } = job;
	switch (job.schedule) {
		case "1f1b":
			return oneForwardOneBackward({ stage, stages, microBatches, split: false });
		case "zb-h1":
			return oneForwardOneBackward({ stage, stages, microBatches, split: true });
		case "gpipe":
			return gpipe({ stage, stages, microBatches });
		case "interleaved":
			return interleaved({ stage, stages, microBatches, chunks });
	}
}
