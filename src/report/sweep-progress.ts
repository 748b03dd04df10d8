/** How far a sweep is: `Simulating  41 %  512 of 1,390 configurations  23.1/s  38 s left  best 30.33 s`. */
import { formatCount, formatMs, formatSeconds } from "../lib/format.js";
import type { StatusLine } from "./status-line.js";

export interface SweepProgressState {
	readonly done: number;
	readonly total: number;
	/** Work of what is done by now, and of all: configurations differ in size. */
	readonly doneTasks: number;
	readonly totalTasks: number;
	readonly bestMs: number | undefined;
}

export function formatSweepProgress(state: SweepProgressState, elapsedMs: number): string {
	const { done, total, doneTasks, totalTasks, bestMs } = state;
	const share = totalTasks > 0 ? Math.min(1, doneTasks / totalTasks) : 1;
	const parts = [
		"Simulating",
		`${Math.floor(share * 100)} %`,
		`${formatCount(done)} of ${formatCount(total)} configurations`,
	];
	if (done > 0 && elapsedMs > 0) {
		parts.push(`${(done / (elapsedMs / 1000)).toFixed(1)}/s`);
		if (share > 0) parts.push(`${formatSeconds(((elapsedMs / share) * (1 - share)) / 1000)} left`);
	}
	if (bestMs !== undefined) parts.push(`best ${formatMs(bestMs)}`);
	return parts.join("  ");
}

export function showSweepProgress(line: StatusLine, state: SweepProgressState): void {
	const share = state.totalTasks > 0 ? Math.min(1, state.doneTasks / state.totalTasks) : undefined;
	line.update((elapsedMs) => formatSweepProgress(state, elapsedMs), share);
}
