/** Which ranks are stages of one pipeline: those that send to each other, directly or through others. */
import type { ExecutionGraph } from "../graph/graph.js";
import type { Meetings } from "./meetings.js";
import { pointToPointTest } from "./point-to-point.js";

export interface Pipelines {
	/** One entry a meeting: 1 for sends and receives. */
	readonly isPointToPoint: Uint8Array;
	/** One entry a meeting: 1 for those where stages of one pipeline meet. */
	readonly spansStages: Uint8Array;
}

export function findPipelines(
	graph: Pick<ExecutionGraph, "ranks" | "shape" | "name" | "strings">,
	{ count, offset, member, rank, arrival }: Meetings,
): Pipelines {
	const test = pointToPointTest(graph.strings);
	const isPointToPoint = new Uint8Array(count);
	const pipelineOf = Uint32Array.from(graph.ranks, (_, r) => r);
	const find = (r: number): number => {
		let root = r;
		while (pipelineOf[root] !== root) root = pipelineOf[root]!;
		pipelineOf[r] = root;
		return root;
	};
	for (let m = 0; m < count; m++) {
		const first = offset[m]!;
		if (first === offset[m + 1] || !test(graph, arrival[member[first]!]!)) continue;
		isPointToPoint[m] = 1;
		const root = find(rank[member[first]!]!);
		for (let i = first + 1; i < offset[m + 1]!; i++) pipelineOf[find(rank[member[i]!]!)] = root;
	}
	const spansStages = new Uint8Array(count);
	// By pipeline: the last meeting at which one of its ranks was seen, counted from 1.
	const seenAt = new Uint32Array(graph.ranks.length);
	for (let m = 0; m < count; m++) {
		for (let i = offset[m]!; i < offset[m + 1]!; i++) {
			const pipeline = find(rank[member[i]!]!);
			if (seenAt[pipeline] === m + 1) spansStages[m] = 1;
			seenAt[pipeline] = m + 1;
		}
	}
	return { isPointToPoint, spansStages };
}
