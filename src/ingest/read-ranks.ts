/** Reads the traces of a job, one a worker at a time where that pays, and checks that they are of one job. */
import { statSync } from "node:fs";
import { asOneJob } from "./one-job.js";
import type { WorkerPool } from "./pool.js";
import { type Compute, type RankRead, type RankReadOptions, readRank } from "./rank-read.js";

export interface ReadRanksOptions extends Omit<RankReadOptions, "meets" | "shared"> {
	/** Compressed bytes read so far, of how many. */
	readonly onProgress?: (bytesRead: number, bytesTotal: number) => void;
	/** How to compute on this thread, where no worker does. */
	readonly compute?: Compute;
}

/** How often workers' progress is looked at. */
const PROGRESS_INTERVAL_MS = 200;

/**
 * @param pool undefined: this thread reads one file after the other.
 * @returns in the order of the ranks.
 * @throws what `readTrace` and `asOneJob` throw; EnvironmentError where a worker dies.
 */
export async function readRanks(
	files: readonly string[],
	pool: WorkerPool | undefined,
	{ onProgress, compute, ...options }: ReadRanksOptions,
): Promise<RankRead[]> {
	const meets = files.length > 1;
	const sizes = files.map(sizeOf);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	if (pool === undefined) {
		const here = { ...options, meets, shared: false };
		return asOneJob(await readHere(files, sizes, here, onProgress, compute));
	}

	const progress = new Float64Array(new SharedArrayBuffer(8 * files.length));
	const report = (): void =>
		onProgress?.(
			progress.reduce((sum, bytes) => sum + bytes, 0),
			total,
		);
	const timer = setInterval(report, PROGRESS_INTERVAL_MS);
	const read = { ...options.read, oneThread: true };
	try {
		const jobs = files.map((path, index) =>
			pool.read({ path, index, progress, options: { ...options, read, meets, shared: true } }),
		);
		return asOneJob(await Promise.all(jobs));
	} finally {
		clearInterval(timer);
	}
}

async function readHere(
	files: readonly string[],
	sizes: readonly number[],
	options: RankReadOptions,
	onProgress: ReadRanksOptions["onProgress"],
	compute: Compute | undefined,
): Promise<RankRead[]> {
	const total = sizes.reduce((sum, size) => sum + size, 0);
	const reads: RankRead[] = [];
	let before = 0;
	for (const [index, file] of files.entries()) {
		reads.push(await readRank(file, options, (done) => onProgress?.(before + done, total), compute));
		before += sizes[index]!;
	}
	return reads;
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
