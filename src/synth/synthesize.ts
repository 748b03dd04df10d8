/** Emulates a job and writes its traces, one file a rank, with the truth beside them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFailure } from "../lib/atomic-file.js";
import { execute } from "./execute/execute.js";
import type { RankTimes } from "./execute/rank-execution.js";
import { type Job, type Recording, worldSize } from "./job.js";
import { OutputFolder, TRUTH_FILE, traceFile } from "./output-folder.js";
import { RankPool } from "./pool/rank-pool.js";
import type { RankResult } from "./pool/rank-task.js";
import { rankProgram } from "./program/training-step.js";
import { type JobStep, jobSteps, type RankTruth } from "./truth.js";
import { truthText } from "./truth-file.js";

export interface SynthRequest {
	readonly job: Job;
	readonly recording: Recording;
	readonly folder: string;
	/** Whose traces are written; all ranks are emulated in any case. */
	readonly ranks: readonly number[];
	readonly workers: number;
	/** Replaces an earlier run. */
	readonly force: boolean;
	readonly onProgress?: (doneRanks: number, bytes: number) => void;
}

export interface SynthOutcome {
	readonly files: number;
	readonly events: number;
	readonly bytes: number;
	readonly compressedBytes: number;
	readonly steps: readonly JobStep[];
	readonly programMs: number;
	readonly executeMs: number;
	readonly writeMs: number;
}

/** All ranks of a job, executed. */
export function emulate(job: Job): { times: RankTimes[]; programMs: number; executeMs: number } {
	const started = performance.now();
	const programs = Array.from({ length: worldSize(job) }, (_, rank) => rankProgram(job, rank));
	const built = performance.now();
	const times = execute(programs, job.seed);
	return { times, programMs: built - started, executeMs: performance.now() - built };
}

/** @throws UserError for a folder that cannot take the traces, EnvironmentError for a full disk or a dead worker. */
export async function synthesize(request: SynthRequest): Promise<SynthOutcome> {
	const { job } = request;
	const folder = OutputFolder.open(request.folder, request.force);
	try {
		const { times, programMs, executeMs } = emulate(job);
		const writeStarted = performance.now();
		const results = await writeAll(request, folder, times);
		const truths = results.map(({ truth }) => truth);
		writeTruth(request, folder, truths);
		folder.commit();
		const sum = (of: (result: RankResult) => number): number => results.reduce((total, one) => total + of(one), 0);
		return {
			files: request.ranks.length,
			events: sum(({ events }) => events),
			bytes: sum(({ bytes }) => bytes),
			compressedBytes: sum(({ compressedBytes }) => compressedBytes),
			steps: jobSteps(truths),
			programMs,
			executeMs,
			writeMs: performance.now() - writeStarted,
		};
	} catch (error) {
		folder.discard();
		throw error;
	}
}

/** As many ranks are under way as there are workers; the times of a rank are let go once it is written. */
async function writeAll(request: SynthRequest, folder: OutputFolder, times: RankTimes[]): Promise<RankResult[]> {
	const { job, recording, onProgress } = request;
	const wanted = new Set(request.ranks);
	const pool = new RankPool(Math.min(request.workers, times.length));
	const results: RankResult[] = new Array(times.length);
	let next = 0;
	let done = 0;
	let bytes = 0;
	const work = async (): Promise<void> => {
		while (next < times.length) {
			const rank = next++;
			const name = traceFile(rank);
			const path = wanted.has(rank) ? folder.temporary(name) : undefined;
			const task = { job, recording, rank, times: times[rank]!, path };
			const result = await pool.write(task, join(request.folder, name));
			results[rank] = result;
			bytes += result.bytes;
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

function writeTruth({ job, recording, folder }: SynthRequest, to: OutputFolder, truths: readonly RankTruth[]): void {
	try {
		writeFileSync(to.temporary(TRUTH_FILE), truthText(job, recording, truths), { flag: "wx", flush: true });
	} catch (error) {
		throw writeFailure(join(folder, TRUTH_FILE), error);
	}
}
