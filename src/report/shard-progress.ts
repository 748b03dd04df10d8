/** How far the shards of a sweep are: `Shards  3 of 8 done, 4 running  1,204 of 4,096 configurations  31.0/s  1 min 33 s left`. */
import { formatCount, formatSeconds } from "../lib/format.js";
import type { ShardsProgress } from "../sweep/submit/supervise.js";

/** @param before configurations that were done when the clock began */
export function formatShardProgress(progress: ShardsProgress, before: number, elapsedMs: number): string {
	const { shards, finished, running, done, total } = progress;
	const parts = [
		`Shards  ${finished} of ${shards} done, ${running} running`,
		`${formatCount(done)} of ${formatCount(total)} configurations`,
	];
	const perSecond = (done - before) / (elapsedMs / 1000);
	if (perSecond > 0) parts.push(`${perSecond.toFixed(1)}/s`, `${formatSeconds((total - done) / perSecond)} left`);
	return parts.join("  ");
}
