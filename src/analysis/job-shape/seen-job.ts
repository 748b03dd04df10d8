/** What traces show of the shape of their job, as plain numbers: small enough to be kept beside a packed graph. */
import { z } from "zod";
import { describeSurveys } from "./index.js";
import type { Survey } from "./survey.js";
import { feedForward, vocabularyRows } from "./widths.js";

const number = z.number().nullable();

/** Null is what was not found; the fields are those of JobShape, and the widths of one rank. */
export const seenJob = z.object({
	tensorParallel: number,
	pipelineParallel: number,
	dataParallel: number,
	contextParallel: number,
	virtualPipeline: number,
	layers: number,
	hiddenSize: number,
	heads: number,
	sequenceLength: number,
	microBatchSize: number,
	microBatches: number,
	schedule: z.string().nullable(),
	feedForward: z.object({ ffn: z.number(), swiglu: z.boolean(), headSize: number }).nullable(),
	vocabularyRows: number,
});
export type SeenJob = z.infer<typeof seenJob>;

export function seenInSurveys(surveys: readonly Survey[]): SeenJob {
	const shape = describeSurveys(surveys);
	const hiddenSize = shape.hiddenSize.value;
	return {
		tensorParallel: shape.tensorParallel.value,
		pipelineParallel: shape.pipelineParallel.value,
		dataParallel: shape.dataParallel.value,
		contextParallel: shape.contextParallel.value,
		virtualPipeline: shape.virtualPipeline.value,
		layers: shape.layers.value,
		hiddenSize,
		heads: shape.heads.value,
		sequenceLength: shape.sequenceLength.value,
		microBatchSize: shape.microBatchSize.value,
		microBatches: shape.microBatches.value,
		schedule: shape.schedule.value,
		feedForward: hiddenSize === null ? null : feedForward(surveys, hiddenSize),
		vocabularyRows: vocabularyRows(surveys),
	};
}
