/**
 * Layout of the container: one file that holds an execution graph so that typed arrays can be laid straight on its
 * bytes. docs/format.md describes the same for readers in other languages; change both together, and raise
 * FORMAT_VERSION whenever a file of the old layout could be misread.
 *
 *   0                64                  64 + 40 n     aligned to 64            fileBytes
 *   +----------------+--------------------+---+---------+---+---------+---+------+
 *   | header         | n section entries  | 0 | section | 0 | section | 0 | ...  |
 *   +----------------+--------------------+---+---------+---+---------+---+------+
 *
 * Everything is little-endian. Padding is zero and checked, so that no changed byte goes unseen.
 */
import type { ExecutionGraph } from "../graph.js";

/** 0x89 and the line ends show a file that went through a text conversion, as in PNG. */
export const MAGIC = Uint8Array.of(0x89, 0x4c, 0x55, 0x4d, 0x4f, 0x53, 0x0d, 0x0a);
export const FORMAT_VERSION = 1;
export const SECTION_ALIGNMENT = 64;

/** Byte offsets in the header. */
export const HEADER = {
	magic: 0,
	version: 8,
	flags: 12,
	fileBytes: 16,
	sectionCount: 24,
	entryBytes: 28,
	taskCount: 32,
	edgeCount: 40,
	waitCount: 48,
	reserved: 56,
	checksum: 60,
	bytes: 64,
} as const;

/** Byte offsets in an entry of the section table. */
export const ENTRY = {
	id: 0,
	elementType: 4,
	elementBytes: 6,
	offset: 8,
	byteLength: 16,
	count: 24,
	checksum: 32,
	reserved: 36,
	bytes: 40,
} as const;

/** Bounds the table before anything is allocated for it. */
export const MAX_SECTIONS = 1024;

export const ELEMENT = {
	u8: { code: 1, bytes: 1, view: Uint8Array },
	u32: { code: 2, bytes: 4, view: Uint32Array },
	f64: { code: 3, bytes: 8, view: Float64Array },
} as const;
export type ElementName = keyof typeof ELEMENT;

/** What lays a column on bytes; signed numbers are two's complement in the container's u32. */
export function viewOf(
	element: ElementName,
	isSigned: boolean,
): (typeof ELEMENT)[ElementName]["view"] | Int32ArrayConstructor {
	return element === "u32" && isSigned ? Int32Array : ELEMENT[element].view;
}

/** What the number of elements of a section must be. */
export type Rows = "tasks" | "tasks + 1" | "edges" | "waits";

export interface ColumnSpec {
	readonly id: number;
	readonly field: keyof ExecutionGraph;
	readonly element: ElementName;
	readonly rows: Rows;
}

/** The columns of the graph. A new column is a new line here, with a new id; ids are never used again. */
export const COLUMNS = [
	{ id: 16, field: "kind", element: "u8", rows: "tasks" },
	{ id: 17, field: "processor", element: "u32", rows: "tasks" },
	{ id: 18, field: "name", element: "u32", rows: "tasks" },
	{ id: 19, field: "shape", element: "u32", rows: "tasks" },
	{ id: 20, field: "durationNs", element: "f64", rows: "tasks" },
	{ id: 21, field: "measuredStartNs", element: "f64", rows: "tasks" },
	{ id: 22, field: "measuredEndNs", element: "f64", rows: "tasks" },
	{ id: 32, field: "predOffset", element: "u32", rows: "tasks + 1" },
	{ id: 33, field: "pred", element: "u32", rows: "edges" },
	{ id: 34, field: "delayNs", element: "f64", rows: "edges" },
	{ id: 35, field: "edgeKind", element: "u8", rows: "edges" },
	{ id: 36, field: "confidence", element: "u8", rows: "edges" },
	{ id: 48, field: "waitTask", element: "u32", rows: "waits" },
	{ id: 49, field: "waitStream", element: "u32", rows: "waits" },
	{ id: 50, field: "waitDelayNs", element: "f64", rows: "waits" },
	{ id: 51, field: "waitConfidence", element: "u8", rows: "waits" },
] as const satisfies readonly ColumnSpec[];

/** Sections that are no columns: JSON, and the strings as one UTF-8 heap with the offset of each and of the end. */
export const META_SECTION = 1;
export const STRING_BYTES_SECTION = 2;
export const STRING_OFFSETS_SECTION = 3;

/** Parts of the graph that are small objects and travel in the JSON section. */
export const META_FIELDS = ["ranks", "processors", "steps"] as const satisfies readonly (keyof ExecutionGraph)[];

type Packed = (typeof COLUMNS)[number]["field"] | (typeof META_FIELDS)[number] | "strings" | "taskCount" | "edgeCount";
type MustBeEmpty<Field extends never> = Field;
/** Fails to compile where a field of the graph is not packed. */
export type UnpackedField = MustBeEmpty<Exclude<keyof ExecutionGraph, Packed>>;

/** What predictions need, all or none of it: JSON, a label for every task, and the communication of all ranks in order. */
export const FACTS_SECTION = 4;

/** One entry a task, two's complement where it is a u32. */
export const LABEL_COLUMNS = [
	{ id: 64, field: "pass", element: "u32" },
	{ id: 65, field: "place", element: "u32" },
	{ id: 66, field: "call", element: "u32" },
	{ id: 67, field: "main", element: "u8" },
] as const;

/** One entry an operation, rank by rank; texts are indices into the strings of the JSON. */
export const COMM_COLUMNS = [
	{ id: 80, field: "row", element: "u32", isText: false, isSigned: false },
	{ id: 81, field: "collective", element: "u32", isText: true, isSigned: false },
	{ id: 82, field: "dtype", element: "u32", isText: true, isSigned: false },
	{ id: 83, field: "inElems", element: "f64", isText: false, isSigned: false },
	{ id: 84, field: "outElems", element: "f64", isText: false, isSigned: false },
	{ id: 85, field: "groupName", element: "u32", isText: true, isSigned: false },
	{ id: 86, field: "groupDesc", element: "u32", isText: true, isSigned: false },
	{ id: 87, field: "groupRanks", element: "u32", isText: true, isSigned: false },
	{ id: 88, field: "groupSize", element: "u32", isText: false, isSigned: true },
	{ id: 89, field: "src", element: "u32", isText: false, isSigned: true },
	{ id: 90, field: "dst", element: "u32", isText: false, isSigned: true },
] as const;
