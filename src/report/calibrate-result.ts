/** `lumos.calibrate/1`: what `lumos calibrate --json` prints. */
import { z } from "zod";
import { fitSummary } from "./fit-result.js";
import { count, ms, warning } from "./schema-parts.js";

export const calibrateResult = z.object({
	schema: z.literal("lumos.calibrate/1"),
	base: z.string().describe("the hardware that the fit started from"),
	path: z.string().describe("the description that was written"),
	measurements: z.array(z.object({ file: z.string(), count })),
	fit: fitSummary,
	suggestions: z
		.array(
			z.object({
				what: z.string(),
				beforePct: z.number().describe("root mean square uncertainty of what has to be predicted, before it"),
				afterPct: z.number(),
				about: z.array(z.string()).describe("parameters that it tells most of"),
			}),
		)
		.describe("the measurements that would narrow what is uncertain most, each given those before it"),
	warnings: z.array(warning),
	timing: z.object({ totalMs: ms, peakRssMb: z.number().min(0) }),
});

export type CalibrateResult = z.infer<typeof calibrateResult>;
