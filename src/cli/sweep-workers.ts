/** How many workers simulate: what the user says, else what the machine has cores and memory for. */
import { EnvironmentError } from "../lib/errors.js";
import { formatBytes } from "../lib/format.js";
import type { Chunk } from "../sweep/chunks.js";

/** A worker with its code and the blocks of a plan. */
const WORKER_BYTES = 160e6;
/** Of a chunk: its plans with what their devices do, if all of them ran side by side; `planRunBytes` gives 8 to 10.5. */
const BYTES_PER_TASK = 12;
/** Of a traced run: its segments, and what one target cuts from them; the run itself is shared. */
const BYTES_PER_RUN_TASK = 150;
/** Of what is free: other programs need some, too. */
const SHARE = 0.8;

export interface SweepWorkers {
	readonly workers: number;
	/** Limit of each one's JavaScript heap. */
	readonly heapMb: number;
}

/**
 * @param availableBytes memory that the process may still take
 * @param cores that it may use
 * @param runTasks of the traced run; 0 where there is none
 * @throws EnvironmentError where even those that are asked for do not fit
 */
export function sweepWorkers(
	chunks: readonly Chunk[],
	availableBytes: number,
	cores: number,
	given: number | undefined,
	runTasks = 0,
): SweepWorkers {
	const mostTasks = chunks.reduce((most, { tasks }) => Math.max(most, tasks), 0);
	const each = WORKER_BYTES + BYTES_PER_TASK * mostTasks + BYTES_PER_RUN_TASK * runTasks;
	const room = Math.floor((SHARE * availableBytes) / each);
	const wanted = Math.max(1, Math.min(given ?? cores, chunks.length));
	if (room < (given === undefined ? 1 : wanted))
		throw new EnvironmentError(
			`${wanted} workers of ${formatBytes(each)} do not fit in the ${formatBytes(availableBytes)} of memory that are free; ${room > 0 ? `give --workers ${room}` : "free some"}`,
		);
	return { workers: Math.min(wanted, room), heapMb: Math.ceil((2 * each) / 1e6) };
}
