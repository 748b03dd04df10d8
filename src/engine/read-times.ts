/** Takes the results of a simulation out of the memory of the kernel. */
import type { GraphInMemory } from "./graph-in-memory.js";
import { BY_WAIT, type Times, UNBOUND } from "./timeline.js";

/** Copies of the results of the last run, or views that live until the next. */
export function readTimes({ arena, graph, waits }: GraphInMemory, copy: boolean): Times {
	const { taskCount } = graph;
	const take = <T extends Float64Array | Uint32Array>(column: T): T => (copy ? (column.slice() as T) : column);
	const startNs = take(arena.f64("START", taskCount));
	const finishNs = take(arena.f64("FINISH", taskCount));
	const bounds = arena.u32("BOUND_BY", taskCount);
	const boundBy = waits.original ? bounds.slice() : take(bounds);
	let makespanNs = 0;
	for (let task = 0; task < taskCount; task++) if (finishNs[task]! > makespanNs) makespanNs = finishNs[task]!;

	const { original } = waits;
	const resolved = arena.u32("WAIT_RESOLVED", waits.task.length);
	// Waits that the kernel has in another order are put back into that of the graph, in copies.
	const waitResolved = original ? resolved.slice() : take(resolved);
	if (original) {
		for (let i = 0; i < resolved.length; i++) waitResolved[original[i]!] = resolved[i]!;
		for (const task of new Set(waits.task)) {
			const bound = boundBy[task]!;
			if (bound >= BY_WAIT && bound !== UNBOUND) boundBy[task] = BY_WAIT + original[bound - BY_WAIT]!;
		}
	}
	return { startNs, finishNs, boundBy, settledOrder: take(arena.u32("SETTLED", taskCount)), waitResolved, makespanNs };
}
