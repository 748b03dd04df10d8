/** What the JSON documents of several commands have in common. */
import { z } from "zod";

export const count = z.number().int().min(0);
export const ms = z.number().min(0).describe("milliseconds");
export const rankNumber = z.number().int();
export const stepName = z.union([z.number(), z.literal("all")]).describe("N of ProfilerStep#N, or all");

export const source = z
	.object({
		files: count,
		ranks: count,
		worldSize: count,
		events: count,
		bytes: count.describe("inflated"),
		compressedBytes: count.describe("on disk"),
	})
	.describe("the traces that were read");

export const warning = z.object({
	code: z.string().describe("stable, kebab-case"),
	message: z.string(),
	count,
});

export const breakdown = z
	.object({ exposedComputeMs: ms, exposedCommMs: ms, overlappedMs: ms, otherMs: ms })
	.describe("the four add up to the step");

export const ingestTiming = z.object({
	ingestMs: ms,
	totalMs: ms,
	peakRssMb: z.number().min(0),
	workers: count,
});
