/** What a benchmark measures, and the file that a run of all of them leaves. */
import { z } from "zod";

export const figureSchema = z.object({
	name: z.string(),
	value: z.number(),
	unit: z.string(),
	/** What it is held against, measured in the same run. */
	rival: z.string().optional(),
	/** How many times better than the rival, more is better whatever the unit. */
	ratio: z.number().positive().optional(),
	/** Half the spread of the ratio over repeated measurements, as a part of their median. */
	noise: z.number().nonnegative().optional(),
	/** The least ratio that the project promises. */
	target: z.number().positive().optional(),
});
export type Figure = z.infer<typeof figureSchema>;

/** What each `*.bench.ts` exports by default. */
export type Benchmark = () => Promise<Figure[]>;

export const runSchema = z.object({
	schema: z.literal("lumos.bench/1"),
	machine: z.object({ cpu: z.string(), cores: z.number(), memoryGb: z.number(), os: z.string() }),
	node: z.string(),
	/** Versions of this package and of those that the figures depend on. */
	packages: z.record(z.string(), z.string()),
	takenAt: z.string(),
	/** How often each benchmark ran, each time in a process of its own. */
	repeats: z.number().int().positive(),
	figures: z.array(figureSchema.extend({ bench: z.string() })),
});
export type BenchRun = z.infer<typeof runSchema>;

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Half the spread as a part of the median; 0 for a single value. From five values on without the two extremes: one slow
 * moment of the machine is no property of what is measured.
 */
export function relativeSpread(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const kept = sorted.length < 5 ? sorted : sorted.slice(1, -1);
	return (kept.at(-1)! - kept[0]!) / 2 / median(sorted);
}
