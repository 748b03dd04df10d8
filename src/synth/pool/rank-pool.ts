/** Workers that write the traces of ranks, one rank each at a time. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { writeFailure } from "../../lib/atomic-file.js";
import { EnvironmentError } from "../../lib/errors.js";
import type { RankAnswer, RankResult, RankTask } from "./rank-task.js";

/** Workers run plain JavaScript, also where this file runs as TypeScript: then the build is needed. */
function workerFile(): string {
	const beside = fileURLToPath(new URL("./worker.js", import.meta.url));
	const built = fileURLToPath(new URL("../../../dist/synth/pool/worker.js", import.meta.url));
	return existsSync(beside) ? beside : built;
}

export class RankPool {
	readonly #pool: Piscina<RankTask, RankAnswer>;

	constructor(readonly workers: number) {
		this.#pool = new Piscina({ filename: workerFile(), minThreads: workers, maxThreads: workers });
	}

	/**
	 * Hands the task's times over to a worker: they cannot be used here any more.
	 * @throws UserError or EnvironmentError where `path` cannot be written, EnvironmentError where the worker died.
	 */
	async write(task: RankTask, path: string): Promise<RankResult> {
		const { atNs, workStartNs, workEndNs } = task.times;
		const transferList = [atNs.buffer, workStartNs.buffer, workEndNs.buffer] as ArrayBuffer[];
		let answer: RankAnswer;
		try {
			answer = await this.#pool.run(task, { transferList });
		} catch (error) {
			if (/^Worker|terminat|exited/i.test((error as Error).message))
				throw new EnvironmentError(`a worker died while it wrote rank ${task.rank}: ${(error as Error).message}`);
			throw error;
		}
		if ("failure" in answer) throw writeFailure(path, Object.assign(new Error(answer.failure.message), answer.failure));
		return answer;
	}

	close(): Promise<void> {
		return this.#pool.destroy();
	}
}
