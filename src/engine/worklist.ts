/** The worklist of a kernel over a graph in its memory: rank by rank, as far as each can go. */
import { Status } from "../abi/status.js";
import { everyRange, type GraphInMemory } from "./graph-in-memory.js";
import { exportSections, launcherSections, launchSections, strandSections } from "./sections.js";

/** What joins a part of a graph to the others. */
export interface Seams {
	/** Tasks whose times are sent elsewhere. */
	readonly exported: Uint32Array;
	/** Tasks that come to a meeting elsewhere, each followed by the number of that external task. */
	readonly comesTo: Uint32Array;
}

/** Lays out what the worklist needs; false where only the order of time will do. */
export function prepareWorklist(placed: GraphInMemory, seams?: Seams): boolean {
	const { arena, kernel, graph, strands } = placed;
	arena.reserve(strandSections(strands));
	everyRange(graph.taskCount, (from, to) => {
		kernel.exports.findStrands(arena.control, from, to);
		return true;
	});
	if (seams) {
		arena.inputs({ EXPORT_TASK: seams.exported });
		arena.reserve(exportSections(seams.exported.length));
		arena.write("EXPORTS", seams.exported.length);
	}
	return graph.waitTask.length === 0 || prepareLaunches(placed, seams?.comesTo);
}

const NOTHING: Uint32Array = new Uint32Array(0);
/** See assembly/worklist/launches.ts. */
const COMES_TO = 0x80000000;

/** Lists the launches that runtime dependencies ask about. */
function prepareLaunches({ arena, kernel, graph, processors }: GraphInMemory, comesTo = NOTHING): boolean {
	const { exports } = kernel;
	const { control } = arena;
	arena.reserve(launcherSections(processors));
	exports.openLaunchCounts(control);
	const notes = arena.u32("BOUND_BY", graph.taskCount);
	for (let i = 0; i < comesTo.length; i += 2) notes[comesTo[i]!] = COMES_TO + comesTo[i + 1]!;
	everyRange(graph.taskCount, (from, to) => {
		exports.noteMeetings(control, from, to);
		return true;
	});
	const inLine = (status: number): boolean => status === Status.OK;
	if (!everyRange(graph.taskCount, (from, to) => inLine(exports.countLaunches(control, from, to)))) return false;
	if (!inLine(exports.placeLaunchers(control))) return false;
	arena.reserve(launchSections(arena.read("LAUNCHES")));
	return everyRange(graph.taskCount, (from, to) => inLine(exports.listLaunches(control, from, to)));
}

/** Runs as long as there is something to do; returns the status that it ends with. */
export function runWorklist({ arena, kernel }: GraphInMemory): number {
	let status: number = Status.UNFINISHED;
	while (status === Status.UNFINISHED) status = kernel.exports.runWorklist(arena.control);
	return status;
}
