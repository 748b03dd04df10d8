/** What traces tell of the shape of their job: degrees of parallelism, size of the model, micro-batches, schedule. */
import type { Trace } from "../../trace/columns.js";
import { type Finding, fromMetadata, unknown } from "./finding.js";
import { layersOf } from "./layers.js";
import { parallelismOf } from "./parallelism.js";
import { passesOf, type Schedule } from "./passes.js";
import { sizesOf } from "./sizes.js";
import { type Survey, survey } from "./survey.js";

export type { Finding } from "./finding.js";
export { type Survey, survey };

export interface JobShape {
	readonly worldSize: Finding<number>;
	readonly backend: Finding<string>;
	readonly tensorParallel: Finding<number>;
	readonly pipelineParallel: Finding<number>;
	readonly dataParallel: Finding<number>;
	readonly contextParallel: Finding<number>;
	readonly expertParallel: Finding<number>;
	/** Model chunks a pipeline stage. */
	readonly virtualPipeline: Finding<number>;
	/** Of the whole model. */
	readonly layers: Finding<number>;
	readonly hiddenSize: Finding<number>;
	/** Query heads of the whole model. */
	readonly heads: Finding<number>;
	/** Tokens. */
	readonly sequenceLength: Finding<number>;
	/** Samples. */
	readonly microBatchSize: Finding<number>;
	/** Of one replica in one step. */
	readonly microBatches: Finding<number>;
	readonly schedule: Finding<Schedule>;
}

/**
 * Traces of the ranks of one job, in any number: what a rank does not see is inferred from its peers, else from the
 * degrees of parallelism. What cannot be found is null; jobs that train no transformer have no layers or heads.
 */
export function describeJob(traces: readonly Trace[]): JobShape {
	return describeSurveys(traces.map(survey));
}

/** The same from what was found in each trace already. */
export function describeSurveys(surveys: readonly Survey[]): JobShape {
	const parallelism = parallelismOf(surveys);
	const { degrees, worldSize } = parallelism;
	const passes = passesOf(surveys, parallelism);
	const backend = surveys.find(({ trace }) => trace.backend !== "")?.trace.backend;
	return {
		worldSize,
		backend: backend === undefined ? unknown : fromMetadata(backend),
		tensorParallel: degrees.tensor,
		pipelineParallel: degrees.pipeline,
		dataParallel: degrees.data,
		contextParallel: degrees.context,
		expertParallel: degrees.expert,
		virtualPipeline: passes.virtualPipeline,
		layers: layersOf(surveys, parallelism, passes.microBatches.value),
		...sizesOf(surveys, parallelism),
		microBatches: passes.microBatches,
		schedule: passes.schedule,
	};
}
