/** What the kernel needs beside the graph, section by section (assembly/layout.ts says what each holds). */
import type { Section } from "./memory.js";

export interface ResultCounts {
	readonly tasks: number;
	/** Tasks whose times are received. */
	readonly externals: number;
	readonly waits: number;
}

/** What every simulation writes. */
export function resultSections({ tasks, externals, waits }: ResultCounts): Section[] {
	return [
		{ field: "START", bytes: (tasks + externals) * 8 },
		{ field: "FINISH", bytes: (tasks + externals) * 8 },
		{ field: "BOUND_BY", bytes: tasks * 4 },
		{ field: "SETTLED", bytes: tasks * 4 },
		{ field: "WAIT_RESOLVED", bytes: waits * 4 },
	];
}

/** Work space of the worklist: `strands` is how many tasks have no edges or are meetings, and one more. */
export function strandSections(strands: number): Section[] {
	return [
		{ field: "STRAND", bytes: strands * 24 },
		{ field: "STACK", bytes: strands * 4 },
	];
}

export function exportSections(exports: number): Section[] {
	return [
		{ field: "EXPORT_NEXT", bytes: exports * 4 },
		{ field: "OUTBOX", bytes: exports * 4 },
	];
}

/** For runtime dependencies in the worklist. */
export function launcherSections(processors: number): Section[] {
	return [
		{ field: "LAUNCHERS", bytes: processors * 128 },
		{ field: "AT_FIRST", bytes: processors * 4 },
		{ field: "LAST_ON", bytes: processors * 4 },
	];
}

export function launchSections(launches: number): Section[] {
	return [{ field: "LAUNCH", bytes: launches * 12 }];
}

/** Entry 0 of the heap stands here in its cache line, see assembly/queue/heap.ts. */
const HEAP_SHIFT = 48;

export interface LoopCounts extends ResultCounts {
	readonly edges: number;
	readonly processors: number;
	/** Whether task numbers are a topological order. */
	readonly ascending: boolean;
	readonly links: number;
	/** Tasks that occupy one. */
	readonly linkTasks: number;
}

/** Work space of the event loop. */
export function loopSections({ tasks, edges, waits, processors, ascending, links, linkTasks }: LoopCounts): Section[] {
	return [
		{ field: "SUCC_OFFSET", bytes: (2 * tasks + 2) * 4 },
		{ field: "SUCC", bytes: edges * 4 },
		{ field: "COUNTER", bytes: tasks * 4 },
		// Every begin and end of a task on a link puts an event into the heap.
		{ field: "HEAP", bytes: (tasks + 2 * linkTasks) * 16, shift: HEAP_SHIFT },
		...(waits > 0 && !ascending ? [{ field: "ORDER", bytes: tasks * 4 } as const] : []),
		...(waits > 0
			? ([
					{ field: "PLACE", bytes: tasks * 4 },
					{ field: "AT_FIRST", bytes: processors * 4 },
					{ field: "LATEST", bytes: processors * 4 },
					{ field: "WAITERS", bytes: processors * 4 },
					{ field: "WAIT_NEXT", bytes: waits * 4 },
				] as const)
			: []),
		...(linkTasks > 0
			? ([
					{ field: "LINK_STATE", bytes: links * 32 },
					{ field: "LINK_HEAP", bytes: linkTasks * 16 },
				] as const)
			: []),
	];
}
