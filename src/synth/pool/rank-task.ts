/** What a worker is asked to do with a rank, and what it answers. Both cross threads: plain data alone. */
import type { RankTimes } from "../execute/rank-execution.js";
import type { Job, Recording } from "../job.js";
import type { RankTruth } from "../truth.js";

export interface RankTask {
	readonly job: Job;
	readonly recording: Recording;
	readonly rank: number;
	readonly times: RankTimes;
	/** An empty file to write the trace to; undefined for a rank whose truth alone is wanted. */
	readonly path: string | undefined;
}

export interface RankResult {
	readonly truth: RankTruth;
	readonly events: number;
	readonly bytes: number;
	readonly compressedBytes: number;
}

/** A file that cannot be written keeps its code across threads; any other failure is a bug and thrown. */
export type RankAnswer = RankResult | { readonly failure: { readonly code: string; readonly message: string } };
