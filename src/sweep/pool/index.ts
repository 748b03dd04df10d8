/** Worker threads that simulate configurations. */
import { Piscina } from "piscina";
import type { SweepInputs } from "../inputs.js";
import type { RowOrFailure } from "../row.js";
import type { SharedRun } from "../traced/shared-run.js";
import { workerFile } from "./worker-file.js";

export interface SweepPool {
	readonly workers: number;
	/** @throws WorkerDied where the worker ended in the middle of it: the others go on, and another takes its place */
	evaluate(chunk: readonly number[]): Promise<RowOrFailure[]>;
	close(): Promise<void>;
}

export class WorkerDied extends Error {
	override readonly name = "WorkerDied";
}

/** What a worker gets once. */
export interface SweepWorkerData {
	readonly inputs: SweepInputs;
	readonly run: SharedRun | undefined;
	/** As of `Evaluator.evaluate`. */
	readonly sums: boolean;
}

export interface SweepPoolOptions {
	/** That inputs with a traced source are of. */
	readonly run?: SharedRun | undefined;
	/** As of `Evaluator.evaluate`. */
	readonly sums: boolean;
	readonly workers: number;
	/** Of each worker's JavaScript heap. */
	readonly heapMb?: number;
	/** @default the compiled worker */
	readonly filename?: URL;
}

/** Plans are short-lived: with room for several of them, little outlives a collection (15 % more configurations a second). */
const YOUNG_MB = 64;

export function openSweepPool(
	inputs: SweepInputs,
	{ run, sums, workers, heapMb, filename }: SweepPoolOptions,
): SweepPool {
	const piscina = new Piscina({
		filename: (filename ?? workerFile()).href,
		workerData: { inputs, run, sums } satisfies SweepWorkerData,
		minThreads: workers,
		maxThreads: workers,
		concurrentTasksPerWorker: 1,
		idleTimeout: Number.POSITIVE_INFINITY,
		resourceLimits: {
			maxYoungGenerationSizeMb: YOUNG_MB,
			...(heapMb === undefined ? {} : { maxOldGenerationSizeMb: heapMb }),
		},
	});
	// The chunk that was under way rejects, too, and says more.
	piscina.on("error", () => {});
	return {
		workers,
		evaluate: async (chunk) => {
			try {
				return (await piscina.run(chunk)) as RowOrFailure[];
			} catch (error) {
				throw died(error) ?? error;
			}
		},
		close: () => piscina.destroy(),
	};
}

function died(error: unknown): WorkerDied | undefined {
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === "ERR_WORKER_OUT_OF_MEMORY") return new WorkerDied("its worker ran out of memory");
	if (code?.startsWith("ERR_WORKER") === true || /worker exited|Terminating worker/i.test(message))
		return new WorkerDied(`its worker died (${message})`);
	return undefined;
}
