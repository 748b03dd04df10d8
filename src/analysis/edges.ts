/** How many dependencies a graph has, by kind and by evidence: stated by the trace (exact), or inferred by a rule. */
import { EdgeKind, EXACT, type ExecutionGraph } from "../graph/graph.js";

export interface Evidence {
	readonly exact: number;
	readonly inferred: number;
}

export type EdgeCounts = Readonly<Record<keyof typeof EdgeKind, Evidence>> & {
	/** Blocking calls that wait for whatever was launched on a stream by then. */
	readonly runtimeSync: Evidence;
};

const KINDS = Math.max(...Object.values(EdgeKind)) + 1;

/** Of the tasks [begin, end): how many edges of each kind they wait for, the inferred ones at 2 x kind, the exact at 2 x kind + 1. */
export function edgeTally(graph: ExecutionGraph, begin: number, end: number): Uint32Array {
	const { predOffset, edgeKind, confidence } = graph;
	const tally = new Uint32Array(2 * KINDS);
	for (let edge = predOffset[begin]!; edge < predOffset[end]!; edge++)
		tally[2 * edgeKind[edge]! + (confidence[edge] === EXACT ? 1 : 0)]!++;
	return tally;
}

/** @param tallies of parts of the graph that make up the whole. @default all of it as one */
export function countEdges(
	graph: ExecutionGraph,
	tallies: readonly Uint32Array[] = [edgeTally(graph, 0, graph.taskCount)],
): EdgeCounts {
	const sum = (at: number): number => tallies.reduce((total, tally) => total + tally[at]!, 0);
	const byKind = Object.fromEntries(
		Object.entries(EdgeKind).map(([name, kind]) => [name, { exact: sum(2 * kind + 1), inferred: sum(2 * kind) }]),
	) as Record<keyof typeof EdgeKind, Evidence>;
	const exactWaits = graph.waitConfidence.reduce((count, confidence) => count + (confidence === EXACT ? 1 : 0), 0);
	return { ...byKind, runtimeSync: { exact: exactWaits, inferred: graph.waitConfidence.length - exactWaits } };
}
