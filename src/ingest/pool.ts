/**
 * Worker threads for what is done rank by rank. The only place that knows Piscina: jobs go to whichever worker is free,
 * in the order given, and what a worker throws comes back as what it was.
 */
import type { ResourceLimits } from "node:worker_threads";
import { Piscina } from "piscina";
import { EnvironmentError, UserError } from "../lib/errors.js";
import type { RankRead } from "./rank-read.js";
import type { Outcome, PlaceJob, ReadJob } from "./worker.js";
import { workerFile } from "./worker-file.js";

export interface WorkerPool {
	readonly workers: number;
	read(job: ReadJob): Promise<RankRead>;
	place(job: PlaceJob): Promise<void>;
	close(): Promise<void>;
}

/**
 * @param filename of the workers' code.
 * @param resourceLimits of each worker's JavaScript heap; columns are outside it.
 */
export function openPool(
	workers: number,
	filename: URL = workerFile(),
	resourceLimits: ResourceLimits = {},
): WorkerPool {
	const piscina = new Piscina({
		filename: filename.href,
		resourceLimits,
		minThreads: workers,
		maxThreads: workers,
		concurrentTasksPerWorker: 1,
		// Between reading and placing there is a moment without jobs.
		idleTimeout: Number.POSITIVE_INFINITY,
	});
	// Every job that was under way rejects, too, and says more.
	piscina.on("error", () => {});
	const run = async <T>(name: string, job: unknown, what: string): Promise<T> => {
		let outcome: Outcome<T>;
		try {
			outcome = (await piscina.run(job, { name })) as Outcome<T>;
		} catch (error) {
			throw died(error, what) ?? error;
		}
		if ("done" in outcome) return outcome.done;
		throw outcome.failed === "user" ? new UserError(outcome.message) : new EnvironmentError(outcome.message);
	};
	return {
		workers,
		read: (job) => run<RankRead>("read", job, `reading ${job.path}`),
		place: (job) => run<void>("place", job, "putting the ranks together"),
		close: () => piscina.destroy(),
	};
}

/** A worker that ended in the middle of a job, as what it is: the machine's doing. */
function died(error: unknown, what: string): EnvironmentError | undefined {
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === "ERR_WORKER_OUT_OF_MEMORY")
		return new EnvironmentError(`a worker ran out of memory while ${what}; give fewer --workers`);
	if (code?.startsWith("ERR_WORKER") === true || /worker exited|Terminating worker/i.test(message))
		return new EnvironmentError(`a worker died while ${what} (${message}); try again with fewer --workers`);
	return undefined;
}
