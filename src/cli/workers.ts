/** How many workers read: what the user says, else what the machine has and the work is worth. */
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Below this, a worker takes longer to start than it saves. */
const WORTH_BYTES = 4e6;

export function chooseWorkers(files: readonly string[], given?: number): number {
	if (given !== undefined) return Math.min(given, files.length);
	if (files.length < 2) return 1;
	const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
	return bytes < WORTH_BYTES ? 1 : Math.min(files.length, availableParallelism());
}
