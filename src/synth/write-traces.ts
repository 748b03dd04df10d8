/** Writes the traces of an emulated job, one file a rank, with the truth beside them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFailure } from "../lib/atomic-file.js";
import type { RankTimes } from "./execute/rank-execution.js";
import type { Job, Recording } from "./job.js";
import { RankPool } from "./pool/rank-pool.js";
import type { RankResult } from "./pool/rank-task.js";
import { TRUTH_FILE, TraceSet, traceFile } from "./trace-set.js";
import { type JobStep, jobSteps, type RankTruth } from "./truth.js";
import { truthText } from "./truth-file.js";

export interface WriteRequest {
	readonly job: Job;
	readonly recording: Recording;
	/** Must exist. */
	readonly folder: string;
	/** Whose traces are written; the truth covers all ranks. */
	readonly ranks: readonly number[];
	readonly workers: number;
	readonly onProgress?: (doneRanks: number, bytes: number) => void;
}

export interface WrittenTraces {
	readonly files: number;
	readonly events: number;
	readonly bytes: number;
	readonly compressedBytes: number;
	readonly steps: readonly JobStep[];
}

/**
 * @param times of every rank; emptied on the way, so that a rank's are let go once it is written.
 * @throws UserError where the folder cannot be written, EnvironmentError for a full disk or a dead worker; nothing is
 * left behind.
 */
export async function writeTraces(request: WriteRequest, times: RankTimes[]): Promise<WrittenTraces> {
	const set = new TraceSet(request.folder);
	try {
		const results = await writeRanks(request, set, times);
		const truths = results.map(({ truth }) => truth);
		writeTruth(request, set, truths);
		set.commit();
		const sum = (of: (result: RankResult) => number): number => results.reduce((total, one) => total + of(one), 0);
		return {
			files: request.ranks.length,
			events: sum(({ events }) => events),
			bytes: sum(({ bytes }) => bytes),
			compressedBytes: sum(({ compressedBytes }) => compressedBytes),
			steps: jobSteps(truths),
		};
	} catch (error) {
		set.discard();
		throw error;
	}
}

/** As many ranks are under way as there are workers. */
async function writeRanks(request: WriteRequest, set: TraceSet, times: RankTimes[]): Promise<RankResult[]> {
	const { job, recording, folder, onProgress } = request;
	const wanted = new Set(request.ranks);
	const count = times.length;
	const pool = new RankPool(Math.min(request.workers, count));
	const results: RankResult[] = new Array(count);
	let done = 0;
	let bytes = 0;
	const work = async (): Promise<void> => {
		for (let ofRank = times.shift(); ofRank !== undefined; ofRank = times.shift()) {
			const rank = count - times.length - 1;
			const name = traceFile(rank);
			const path = wanted.has(rank) ? set.temporary(name) : undefined;
			results[rank] = await pool.write({ job, recording, rank, times: ofRank, path }, join(folder, name));
			bytes += results[rank].bytes;
			onProgress?.(++done, bytes);
		}
	};
	try {
		await Promise.all(Array.from({ length: pool.workers }, work));
	} finally {
		await pool.close();
	}
	return results;
}

function writeTruth({ job, recording, folder }: WriteRequest, set: TraceSet, truths: readonly RankTruth[]): void {
	try {
		writeFileSync(set.temporary(TRUTH_FILE), truthText(job, recording, truths), { flag: "r+", flush: true });
	} catch (error) {
		throw writeFailure(join(folder, TRUTH_FILE), error);
	}
}
