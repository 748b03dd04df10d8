/** `lumos.pack/1`: what `lumos pack --json` prints. */
import { z } from "zod";
import { count, ingestTiming, ms, source, warning } from "./schema-parts.js";

export const packResult = z.object({
	schema: z.literal("lumos.pack/1"),
	path: z.string(),
	bytes: count,
	source,
	graph: z.object({ tasks: count, edges: count, steps: count }),
	warnings: z.array(warning),
	timing: ingestTiming.extend({ graphMs: ms, writeMs: ms }),
});

export type PackResult = z.infer<typeof packResult>;
