/** The part of `lumos.replay/1` that holds a replay with changes against the one without. */
import type { RankChange } from "../rewrite/change-ranks.js";
import type { ReplayResult, WhatIf } from "./replay-result.js";

/** `before` and `after` are of the same graph and steps. */
export function describeWhatIf(changes: readonly RankChange[], before: ReplayResult, after: ReplayResult): WhatIf {
	const beforeMs = before.iteration.replayedMs;
	const afterMs = after.iteration.replayedMs;
	const was = sumsByRank(before);
	return {
		changes: [...changes],
		iteration: {
			step: after.iteration.step,
			beforeMs,
			afterMs,
			changePct: beforeMs > 0 ? (100 * (afterMs - beforeMs)) / beforeMs : 0,
		},
		ranks: [...sumsByRank(after)].map(([rank, sums]) => ({ rank, before: was.get(rank)!, after: sums })),
	};
}

/** In the order of the steps. */
function sumsByRank({ steps, stragglers }: ReplayResult): Map<number, WhatIf["ranks"][number]["before"]> {
	const sums = new Map<number, { stepsMs: number; waitMs: number; pointToPointWaitMs: number }>();
	for (const { rank, replayedMs } of steps) {
		const sum = sums.get(rank) ?? { stepsMs: 0, waitMs: 0, pointToPointWaitMs: 0 };
		sum.stepsMs += replayedMs;
		sums.set(rank, sum);
	}
	for (const { rank, waitMs, pointToPointWaitMs } of stragglers) {
		const sum = sums.get(rank);
		if (sum !== undefined) Object.assign(sum, { waitMs, pointToPointWaitMs });
	}
	return sums;
}
