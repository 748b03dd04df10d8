/** `lumos.inspect/1`: what `lumos inspect --json` prints. */
import { z } from "zod";
import { count, ingestTiming, ms, rankNumber, source, stepName, warning } from "./schema-parts.js";

const found = z.enum(["metadata", "inferred", "file name", "given", "unknown"]).describe("how it was found");

const finding = z.object({ value: z.union([z.number(), z.string(), z.null()]), found });
export type Finding = z.infer<typeof finding>;

/** What can be known of a job, in the order in which it is shown; `value` is null where it was not found. */
const job = z.object({
	worldSize: finding,
	backend: finding,
	tensorParallel: finding,
	pipelineParallel: finding,
	dataParallel: finding,
	contextParallel: finding,
	expertParallel: finding,
	virtualPipeline: finding,
	layers: finding,
	hiddenSize: finding,
	heads: finding,
	sequenceLength: finding,
	microBatchSize: finding,
	microBatches: finding,
	schedule: finding,
});

const inspectRank = z.object({
	rank: rankNumber,
	rankFound: found,
	path: z.string(),
	device: z.string().describe("empty where there is none"),
	threads: count,
	streams: count,
	events: count,
	steps: z.array(z.object({ step: stepName, measuredMs: ms })),
});

const clocks = z
	.object({
		medianResidualUs: z.number().describe("median distance of an end from the others of its collective, microseconds"),
		ranks: z.array(
			z.object({
				rank: rankNumber,
				offsetUs: z.number().describe("by how much its clock is ahead of the first rank's"),
				driftPpm: z.number().describe("by how much it gains on it, parts per million"),
				residualUs: z.number().nullable().describe("null where it shares no collective"),
				aligned: z.boolean().describe("whether its clock is known against those of most ranks"),
			}),
		),
	})
	.describe("where the clocks of several ranks stood, by the common ends of their collectives");
export type InspectClocks = z.infer<typeof clocks>;

export const inspectResult = z.object({
	schema: z.literal("lumos.inspect/1"),
	source,
	ranks: z.array(inspectRank),
	processGroups: z.array(
		z.object({
			name: z.string(),
			desc: z.string(),
			backend: z.string(),
			size: count,
			ranks: z.array(rankNumber),
		}),
	),
	job,
	clocks: clocks.nullable().optional().describe("null for one rank, and where no collective is shared"),
	skipped: z.array(z.object({ what: z.string(), count })).describe("events that were counted but not kept"),
	warnings: z.array(warning),
	timing: ingestTiming,
});

export type InspectResult = z.infer<typeof inspectResult>;
export type InspectRank = z.infer<typeof inspectRank>;
