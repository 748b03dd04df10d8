/** What `lumos validate --calibrate` and `lumos calibrate` say of a fit. */
import { z } from "zod";
import type { FitResult } from "../cost/calibrate/fit.js";
import { count } from "./schema-parts.js";

export const fitSummary = z
	.object({
		fitted: z
			.array(
				z.object({
					name: z.string().describe("field of the hardware description"),
					before: z.number(),
					value: z.number(),
					low: z.number().describe("of the 90 % interval"),
					high: z.number(),
					atBound: z.boolean().describe("at the end of what is physically possible: something else is off"),
				}),
			)
			.describe("the parameters that were fitted: all there are"),
		refused: z
			.array(z.object({ name: z.string(), value: z.number(), reason: z.string() }))
			.describe("parameters that the measurements do not show; they keep the value they had"),
		kinds: z.array(
			z.object({
				kind: z.string(),
				count,
				beforePct: z.number().describe("mean |error| before the fit"),
				afterPct: z.number(),
			}),
		),
	})
	.describe("parameters of the hardware fitted to measurements");

export type FitSummary = z.infer<typeof fitSummary>;

export function summarizeFit({ fitted, refused, kinds }: FitResult): FitSummary {
	return { fitted: [...fitted], refused: [...refused], kinds: [...kinds] };
}
