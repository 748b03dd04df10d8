/**
 * The control block of the engine: the u32 fields that every export reads, in their order in memory. The mirror of
 * assembly/layout.ts, where each field is described; a test holds the two together.
 */
export const CONTROL_FIELDS = [
	"TASKS",
	"EDGES",
	"EXTERNALS",
	"WAITS",
	"LINKS",
	"DURATION",
	"PRED_OFFSET",
	"PRED",
	"DELAY",
	"EDGE_KIND",
	"PROCESSOR",
	"WAIT_TASK",
	"WAIT_STREAM",
	"WAIT_DELAY",
	"PROCESSORS",
	"ASCENDING",
	"SOURCES",
	"FIRST_MEETING",
	"START",
	"FINISH",
	"BOUND_BY",
	"SETTLED",
	"SETTLED_COUNT",
	"WAIT_RESOLVED",
	"STRAND",
	"STRANDS",
	"STACK",
	"STACKED",
	"LAUNCHERS",
	"AT_FIRST",
	"LAST_ON",
	"LAUNCHES",
	"LAUNCH",
	"EXPORTS",
	"EXPORT_TASK",
	"EXPORT_NEXT",
	"OUTBOX",
	"OUTBOX_COUNT",
	"FORCE",
	"ORDER",
	"ORDERED_COUNT",
	"PLACE",
	"LATEST",
	"WAITERS",
	"WAIT_NEXT",
	"SUCC_OFFSET",
	"SUCC",
	"COUNTER",
	"HEAP",
	"LINK_OF",
	"LINK_CAPACITY",
	"LINK_STATE",
	"LINK_HEAP",
	"TIME",
	"REGIONS",
	"REGION",
	"REGION_STACK",
	"MARK",
	"RUN",
	"RUN_COUNT",
	"NARROW",
	"LIGHT",
	"HEAVY",
	"HEAVY_SLOT",
	"HEAVY_DELAY",
	"ASKED_AT",
	"CHECKS",
	"CHECK",
] as const;
export type ControlField = (typeof CONTROL_FIELDS)[number];

/** Bytes from the start of the control block. */
export function controlOffset(field: ControlField): number {
	return 4 * CONTROL_FIELDS.indexOf(field);
}

export const CONTROL_BYTES = 4 * CONTROL_FIELDS.length;

/** What the build of the engine must answer to `abiVersion()`. */
export const ABI_VERSION = 3;
