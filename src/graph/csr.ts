/** The edges of all drafts as one table by the task that waits. */
import type { JoinedCollectives } from "./collectives.js";
import type { DraftedRank } from "./drafted-rank.js";
import { EXACT } from "./graph.js";

export function fillEdges(
	graph: {
		predOffset: Uint32Array;
		pred: Uint32Array;
		edgeKind: Uint8Array;
		confidence: Uint8Array;
		taskCount: number;
	},
	ranks: readonly DraftedRank[],
	numberings: readonly { position: Uint32Array; dropped: Uint8Array }[],
	base: readonly number[],
	joined: Pick<JoinedCollectives, "edgeFrom" | "edgeTo" | "edgeKind">,
): void {
	const { predOffset, pred, edgeKind, confidence, taskCount } = graph;
	ranks.forEach(({ draft }, r) => {
		const { position, dropped } = numberings[r]!;
		const { edgeTo, edgeCount } = draft;
		const first = base[r]! + 1;
		for (let e = 0; e < edgeCount; e++) if (!dropped[e]) predOffset[first + position[edgeTo[e]!]!]!++;
	});
	for (const to of joined.edgeTo) predOffset[to + 1]!++;
	for (let t = 0; t < taskCount; t++) predOffset[t + 1]! += predOffset[t]!;
	const next = predOffset.slice(0, taskCount);
	ranks.forEach(({ draft }, r) => {
		const { position, dropped } = numberings[r]!;
		const { edgeFrom, edgeTo, edgeCount } = draft;
		const first = base[r]!;
		for (let e = 0; e < edgeCount; e++) {
			if (dropped[e]) continue;
			const at = next[first + position[edgeTo[e]!]!]!++;
			const from = edgeFrom[e]!;
			pred[at] = 2 * (first + position[from >> 1]!) + (from & 1);
			edgeKind[at] = draft.edgeKind[e]!;
			confidence[at] = draft.edgeConfidence[e]!;
		}
	});
	joined.edgeTo.forEach((to, e) => {
		const at = next[to]!++;
		pred[at] = joined.edgeFrom[e]!;
		edgeKind[at] = joined.edgeKind;
		confidence[at] = EXACT;
	});
}
