/** The row of a configuration from what its stages did. */
import type { StageTimes } from "../predict/stage-times.js";
import type { SweepRow } from "./row.js";

/** @param intervalOf the 90 % interval of an iteration */
export function rowOfStages(
	index: number,
	perStage: readonly StageTimes[],
	tasks: number,
	intervalOf: (iterationMs: number) => Pick<SweepRow, "lowMs" | "highMs">,
): SweepRow {
	const mean = (of: (stage: StageTimes) => number): number =>
		perStage.reduce((sum, stage) => sum + of(stage), 0) / perStage.length;
	const iterationMs = perStage.reduce((latest, stage) => Math.max(latest, stage.iterationMs), 0);
	const exposedComputeMs = mean(({ working }) => working.exposedComputeMs);
	const exposedCommMs = mean(({ working }) => working.exposedCommMs);
	const overlappedMs = mean(({ working }) => working.overlappedMs);
	// A stage that is done before the last one idles.
	const otherMs = Math.max(0, iterationMs - exposedComputeMs - exposedCommMs - overlappedMs);
	const { lowMs, highMs } = intervalOf(iterationMs);
	return {
		index,
		iterationMs,
		lowMs,
		highMs,
		breakdown: { exposedComputeMs, exposedCommMs, overlappedMs, otherMs },
		waitingCommMs: mean(({ breakdown }) => breakdown.exposedCommMs),
		tasks,
	};
}
