import { writeFileAtomic } from "../../lib/atomic-file.js";
import type { ExecutionGraph } from "../graph.js";
import type { RunFacts } from "../rank/rank-facts.js";
import { encodeGraph } from "./encode.js";
import type { ContainerMeta } from "./meta.js";

/**
 * Packs a graph into the file `path`, which is replaced only once all is on disk.
 * @returns bytes written.
 * @throws UserError where the path cannot be written, EnvironmentError where the disk is full.
 */
export function writeContainer(path: string, graph: ExecutionGraph, meta: ContainerMeta, facts?: RunFacts): number {
	return writeFileAtomic(path, encodeGraph(graph, meta, facts));
}
