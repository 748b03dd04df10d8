/** The worklist of a kernel over a graph in its memory: rank by rank, as far as each can go. */
import { Status } from "../abi/status.js";
import type { GraphInMemory } from "./graph-in-memory.js";
import { exportSections, launcherSections, launchSections, strandSections } from "./sections.js";

/** Lays out what the worklist needs; false where only the order of time will do. */
export function prepareWorklist(placed: GraphInMemory, exported?: Uint32Array): boolean {
	const { arena, kernel, waits, processors, strands } = placed;
	arena.reserve(strandSections(strands));
	if (waits.task.length > 0) {
		arena.reserve(launcherSections(processors));
		if (kernel.exports.countLaunches(arena.control) !== Status.OK) return false;
		arena.reserve(launchSections(arena.read("LAUNCHES")));
		if (kernel.exports.listLaunches(arena.control) !== Status.OK) return false;
	}
	if (exported) {
		arena.inputs({ EXPORT_TASK: exported });
		arena.reserve(exportSections(exported.length));
		arena.write("EXPORTS", exported.length);
	}
	return true;
}
