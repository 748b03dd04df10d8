/** Hands chunks out to workers and takes in what comes back, in whatever order that is. */
import type { Chunk } from "./chunks.js";
import { type SweepPool, WorkerDied } from "./pool/index.js";
import type { RowOrFailure } from "./row.js";

export interface RunOptions {
	/** Called with what each chunk gives, as it comes. */
	readonly take: (outcomes: readonly RowOrFailure[]) => void;
	/** Ends the run: what is under way is given up. */
	readonly stop?: AbortSignal;
}

/** Chunks under way for each worker: one waits, so that none is idle while this thread is busy. */
const AHEAD = 2;

/**
 * Resolves when all chunks are done, or at once when it is stopped. A chunk whose worker dies is tried again at the end,
 * each of its configurations by itself; one with which a worker dies again is given as failed.
 */
export async function runChunks(pool: SweepPool, chunks: readonly Chunk[], { take, stop }: RunOptions): Promise<void> {
	const retries: number[] = [];
	const attempt = async (indices: readonly number[], died: (why: string) => void): Promise<void> => {
		if (stop?.aborted) return;
		try {
			const outcomes = await pool.evaluate(indices);
			if (!stop?.aborted) take(outcomes);
		} catch (error) {
			if (stop?.aborted) return;
			if (!(error instanceof WorkerDied)) throw error;
			died(error.message);
		}
	};
	const work = async (): Promise<void> => {
		await concurrently(AHEAD * pool.workers, chunks, ({ indices }) => attempt(indices, () => retries.push(...indices)));
		await concurrently(pool.workers, retries, (index) =>
			attempt([index], (why) => take([{ index, failed: `${why}, twice` }])),
		);
	};
	const stopped = new Promise<void>((resolve) => {
		if (stop?.aborted) resolve();
		stop?.addEventListener("abort", () => resolve(), { once: true });
	});
	await Promise.race([stopped, work()]);
}

/** Works on all items in order, so many at a time; ends with the first failure. */
async function concurrently<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	let next = 0;
	const lane = async (): Promise<void> => {
		while (next < items.length) await work(items[next++]!);
	};
	await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
