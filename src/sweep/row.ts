/**
 * What is kept of a simulated configuration. All else that is said of it follows from these numbers and its job.
 *
 * Summing up what devices do takes longer than simulating it. A sweep that ranks by time needs the sums of those alone that
 * it shows: in the rows of the others (`timesAlone`) they are NaN.
 */
import type { Breakdown } from "../analysis/index.js";

/** Shares of the time in which devices work; the rest is the cost models' alone. */
export interface RestsOn {
	readonly measuredShare: number;
	readonly scaledShare: number;
}

export function modelledShare({ measuredShare, scaledShare }: RestsOn): number {
	return Math.max(0, 1 - measuredShare - scaledShare);
}

export interface SweepRow {
	/** Number of the configuration in the space. */
	readonly index: number;
	readonly iterationMs: number;
	/** Of the 90 % interval. */
	readonly lowMs: number;
	readonly highMs: number;
	/** The mean GPU; communication counts from when all have arrived, `otherMs` is the bubble; adds up to the iteration. */
	readonly breakdown: Breakdown;
	/** The mean GPU: communication that nothing hides, counted from its arrival at it, waiting included. */
	readonly waitingCommMs: number;
	/** From traces. */
	readonly restsOn?: RestsOn;
	readonly tasks: number;
}

/** A row without sums of what devices do. */
export function timesAlone(index: number, iterationMs: number, tasks: number): SweepRow {
	const none = Number.NaN;
	return {
		index,
		iterationMs,
		lowMs: none,
		highMs: none,
		breakdown: { exposedComputeMs: none, exposedCommMs: none, overlappedMs: none, otherMs: none },
		waitingCommMs: none,
		tasks,
	};
}

export function hasSums({ waitingCommMs }: SweepRow): boolean {
	return !Number.isNaN(waitingCommMs);
}

/** A configuration that could not be simulated. */
export interface FailedRow {
	readonly index: number;
	readonly failed: string;
}

export type RowOrFailure = SweepRow | FailedRow;

export function isFailed(outcome: RowOrFailure): outcome is FailedRow {
	return "failed" in outcome;
}
