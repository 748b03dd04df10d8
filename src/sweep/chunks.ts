/**
 * The work of a sweep in pieces. They follow from the space alone, whoever works on them: so any number of workers and
 * shards gives the same results, and a journal can be taken up by others.
 */
import type { SweepSpace } from "./space.js";
import { structureOf, taskEstimate } from "./structure.js";

export interface Chunk {
	/** Numbers of configurations; those of a structure stand together. */
	readonly indices: readonly number[];
	/** Tasks, roughly. */
	readonly tasks: number;
}

/** So that a result is in the journal a fraction of a second after it is known, and no worker is long alone at the end. */
export const MOST_TASKS = 2e7;
const MOST_CONFIGURATIONS = 64;
/** A small sweep, too, is worth sharing out. */
const LEAST_CHUNKS = 64;

/** @param feasible numbers of the configurations to simulate */
export function cutChunks(space: SweepSpace, feasible: readonly number[]): Chunk[] {
	const jobs = feasible.map((index) => {
		const job = space.jobAt(index);
		return { index, structure: structureOf(job), tasks: taskEstimate(space, job) };
	});
	jobs.sort((a, b) => compare(a.structure, b.structure) || a.index - b.index);
	const total = jobs.reduce((sum, { tasks }) => sum + tasks, 0);
	const limit = Math.min(MOST_TASKS, total / LEAST_CHUNKS);
	const chunks: Chunk[] = [];
	let indices: number[] = [];
	let sum = 0;
	const close = (): void => {
		if (indices.length > 0) chunks.push({ indices, tasks: sum });
		indices = [];
		sum = 0;
	};
	for (const { index, tasks } of jobs) {
		if (sum + tasks > limit || indices.length === MOST_CONFIGURATIONS) close();
		indices.push(index);
		sum += tasks;
	}
	close();
	return chunks;
}

/** Part `shard` of `shards`, from 0: every so-manieth chunk, so that all parts have cheap and dear ones alike. */
export function shardOf(chunks: readonly Chunk[], shard: number, shards: number): Chunk[] {
	return chunks.filter((_, c) => c % shards === shard);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
