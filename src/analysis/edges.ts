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

export function countEdges(graph: ExecutionGraph): EdgeCounts {
	const kinds = Object.keys(EdgeKind) as (keyof typeof EdgeKind)[];
	const exact = new Uint32Array(kinds.length);
	const all = new Uint32Array(kinds.length);
	for (let edge = 0; edge < graph.edgeCount; edge++) {
		const kind = graph.edgeKind[edge]!;
		all[kind]!++;
		if (graph.confidence[edge] === EXACT) exact[kind]!++;
	}
	const byKind = Object.fromEntries(
		kinds.map((name) => {
			const kind = EdgeKind[name];
			return [name, { exact: exact[kind]!, inferred: all[kind]! - exact[kind]! }];
		}),
	) as Record<keyof typeof EdgeKind, Evidence>;
	const exactWaits = graph.waitConfidence.reduce((count, confidence) => count + (confidence === EXACT ? 1 : 0), 0);
	return { ...byKind, runtimeSync: { exact: exactWaits, inferred: graph.waitConfidence.length - exactWaits } };
}
