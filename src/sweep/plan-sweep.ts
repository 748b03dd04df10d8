import { PipelinePeaks } from "../plan/schedule/pipeline-peaks.js";
import { type Chunk, cutChunks } from "./chunks.js";
import type { SweepInputs } from "./inputs.js";
import { SweepSpace } from "./space.js";
import { type Survey, surveySpace } from "./survey.js";

/** What there is to do: the same for everyone who is given the same inputs. */
export interface SweepPlan {
	readonly space: SweepSpace;
	readonly survey: Survey;
	readonly chunks: readonly Chunk[];
}

export function planSweep(inputs: SweepInputs): SweepPlan {
	const space = new SweepSpace(inputs);
	const survey = surveySpace(space, new PipelinePeaks());
	return { space, survey, chunks: cutChunks(space, survey.feasible) };
}
