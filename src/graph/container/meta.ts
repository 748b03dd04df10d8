/** The JSON section of a container: the parts of the graph that are not columns, and where the graph came from. */
import { z } from "zod";
import type { GraphRank, GraphStep, Processor } from "../graph.js";

const count = z.number().int().min(0);

const processor = z.object({
	rank: count,
	kind: z.enum(["thread", "stream"]),
	id: z.string(),
	name: z.string(),
});

const step = z.object({
	rank: count,
	step: z.union([z.number(), z.literal("all")]),
	beginTask: count,
	endTask: count,
	measuredStartNs: z.number(),
	measuredEndNs: z.number(),
});

const rank = z.object({
	rank: count,
	begin: count,
	end: count,
	clockOffsetNs: z.number(),
	// Files of versions before these were known do not have them.
	clockDriftPpm: z.number().default(0),
	clockResidualNs: z.number().nullable().default(null),
	deviceName: z.string(),
	path: z.string(),
});

const warning = z.object({ code: z.string(), message: z.string(), count });

const source = z.object({
	files: count,
	ranks: count,
	worldSize: count,
	events: count,
	bytes: count,
	compressedBytes: count,
});

export const containerJson = z.object({
	createdBy: z.string(),
	source,
	warnings: z.array(warning),
	job: z.record(z.string(), z.unknown()).optional(),
	ranks: z.array(rank),
	processors: z.array(processor),
	steps: z.array(step),
});
export type ContainerJson = z.infer<typeof containerJson>;

/** The traces that a graph was built from. */
export type GraphSource = z.infer<typeof source>;

/** What a container says besides the graph itself. */
export interface ContainerMeta {
	/** Program and version that packed it: `lumos 0.1.0`. */
	readonly createdBy: string;
	readonly source: GraphSource;
	readonly warnings: readonly z.infer<typeof warning>[];
	/** What the traces say about the job, in the form that `lumos inspect --json` prints. */
	readonly job?: Readonly<Record<string, unknown>> | undefined;
}

// The schemas above must take what graph.ts declares.
type Assignable<From extends To, To> = From;
export type CheckedShapes = [
	Assignable<z.infer<typeof processor>, Processor>,
	Assignable<z.infer<typeof step>, GraphStep>,
	Assignable<z.infer<typeof rank>, GraphRank>,
];
