/** Runs what of a sweep is not in its journal yet. */
import type { Chunk } from "./chunks.js";
import type { JournalWriter } from "./journal/write.js";
import type { SweepPlan } from "./plan-sweep.js";
import type { SweepPool } from "./pool/index.js";
import { type FailedRow, hasSums, isFailed, type RowOrFailure, type SweepRow } from "./row.js";
import { runChunks } from "./run-chunks.js";
import { taskEstimate } from "./structure.js";

export interface SessionState {
	readonly done: number;
	readonly total: number;
	/** Estimated work; what the journal had does not count. */
	readonly doneTasks: number;
	readonly totalTasks: number;
	readonly bestMs: number | undefined;
}

export interface SessionResult {
	readonly rows: readonly SweepRow[];
	readonly failed: readonly FailedRow[];
	/** Settled and simulated now, not taken from the journal. */
	readonly tasks: number;
	readonly simulated: number;
}

export class SweepSession {
	readonly #rows = new Map<number, RowOrFailure>();
	readonly #space: SweepPlan["space"];
	readonly #total: number;
	readonly #totalTasks: number;
	/** Of every configuration its estimated work: asked for when it is handed out, and again when it is done. */
	readonly #estimates = new Map<number, number>();
	#doneTasks = 0;
	#tasks = 0;
	#simulated = 0;
	#bestMs: number | undefined;

	/**
	 * @param chunks of this shard
	 * @param known rows of the journal; failures are tried again, and so is what lacks sums
	 * @param sums all rows need sums of what devices do
	 */
	constructor({ space }: SweepPlan, chunks: readonly Chunk[], known: ReadonlyMap<number, RowOrFailure>, sums: boolean) {
		this.#space = space;
		this.#total = chunks.reduce((sum, { indices }) => sum + indices.length, 0);
		for (const { indices } of chunks)
			for (const index of indices) {
				const row = known.get(index);
				if (row && !isFailed(row) && (hasSums(row) || !sums)) this.#keep(row);
			}
		this.#totalTasks = this.left(chunks).reduce((sum, { tasks }) => sum + tasks, 0);
	}

	/** What of these chunks has no result yet. */
	left(chunks: readonly Chunk[]): Chunk[] {
		return chunks
			.map(({ indices }) => {
				const left = indices.filter((index) => !this.#rows.has(index));
				return { indices: left, tasks: left.reduce((sum, index) => sum + this.#estimate(index), 0) };
			})
			.filter(({ indices }) => indices.length > 0);
	}

	async run(
		pool: SweepPool,
		chunks: readonly Chunk[],
		journal: JournalWriter | undefined,
		stop: AbortSignal,
		show: (state: SessionState) => void,
	): Promise<void> {
		const take = (outcomes: readonly RowOrFailure[]): void => {
			journal?.add(outcomes);
			for (const row of outcomes) {
				this.#keep(row);
				this.#doneTasks += this.#estimate(row.index);
				if (isFailed(row)) continue;
				this.#tasks += row.tasks;
				this.#simulated++;
			}
			show(this.state());
		};
		await runChunks(pool, this.left(chunks), { take, stop });
	}

	state(): SessionState {
		return {
			done: this.#rows.size,
			total: this.#total,
			doneTasks: this.#doneTasks,
			totalTasks: this.#totalTasks,
			bestMs: this.#bestMs,
		};
	}

	result(): SessionResult {
		const all = [...this.#rows.values()];
		return {
			rows: all.filter((row): row is SweepRow => !isFailed(row)),
			failed: all.filter(isFailed),
			tasks: this.#tasks,
			simulated: this.#simulated,
		};
	}

	#keep(row: RowOrFailure): void {
		this.#rows.set(row.index, row);
		if (!isFailed(row)) this.#bestMs = Math.min(this.#bestMs ?? row.iterationMs, row.iterationMs);
	}

	#estimate(index: number): number {
		let tasks = this.#estimates.get(index);
		if (tasks === undefined) {
			tasks = taskEstimate(this.#space, this.#space.jobAt(index));
			this.#estimates.set(index, tasks);
		}
		return tasks;
	}
}
