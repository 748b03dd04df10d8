/** Turns a graph into the bytes of a container, chunk by chunk; the columns are passed on as views, never copied. */
import { alignUp, bytesOf, isLittleEndian } from "../../lib/bytes.js";
import { crc32 } from "../../lib/crc32.js";
import { EnvironmentError } from "../../lib/errors.js";
import type { ExecutionGraph } from "../graph.js";
import type { RunFacts } from "../rank/rank-facts.js";
import {
	COLUMNS,
	ELEMENT,
	type ElementName,
	ENTRY,
	FORMAT_VERSION,
	HEADER,
	MAGIC,
	META_FIELDS,
	META_SECTION,
	type Rows,
	SECTION_ALIGNMENT,
	STRING_BYTES_SECTION,
	STRING_OFFSETS_SECTION,
} from "./layout.js";
import type { ContainerMeta } from "./meta.js";
import { factSections } from "./write-facts.js";

interface Section {
	readonly id: number;
	readonly element: ElementName;
	readonly bytes: Uint8Array;
}

/** Number of elements that a column must have in a graph of these counts. */
export function expectedRows(rows: Rows, counts: { tasks: number; edges: number; waits: number }): number {
	if (rows === "tasks + 1") return counts.tasks + 1;
	return counts[rows];
}

/**
 * The container of a graph, as chunks in the order of the file. The checksums cost one pass over all columns before
 * the first chunk comes out.
 * @param facts what predictions need besides; without them the file is smaller and only replayed.
 */
export function* encodeGraph(
	graph: ExecutionGraph,
	meta: ContainerMeta,
	facts?: RunFacts,
): Generator<Uint8Array, void, undefined> {
	requireLittleEndian();
	const sections = [...collectSections(graph, meta), ...(facts ? factSections(graph, facts) : [])];
	const head = encodeHead(graph, sections);
	yield head;
	let position = head.length;
	for (const section of sections) {
		const offset = alignUp(position, SECTION_ALIGNMENT);
		if (offset > position) yield new Uint8Array(offset - position);
		if (section.bytes.length > 0) yield section.bytes;
		position = offset + section.bytes.length;
	}
}

/** Columns are views on the bytes of the file, which is little-endian. */
export function requireLittleEndian(): void {
	if (!isLittleEndian()) throw new EnvironmentError("containers need a little-endian machine; this one is big-endian");
}

function collectSections(graph: ExecutionGraph, meta: ContainerMeta): Section[] {
	const counts = { tasks: graph.taskCount, edges: graph.edgeCount, waits: graph.waitTask.length };
	const json: Record<string, unknown> = { ...meta };
	for (const field of META_FIELDS) json[field] = graph[field];
	const strings = encodeStrings(graph.strings);
	const sections: Section[] = [
		{ id: META_SECTION, element: "u8", bytes: new TextEncoder().encode(JSON.stringify(json)) },
		{ id: STRING_BYTES_SECTION, element: "u8", bytes: strings.heap },
		{ id: STRING_OFFSETS_SECTION, element: "u32", bytes: bytesOf(strings.offsets) },
	];
	for (const { id, field, element, rows } of COLUMNS) {
		const column = graph[field];
		const expected = expectedRows(rows, counts);
		if (column.length !== expected) throw new Error(`column ${field} has ${column.length} rows, expected ${expected}`);
		sections.push({ id, element, bytes: bytesOf(column) });
	}
	return sections;
}

/** All strings end to end in UTF-8; string i is the bytes [offsets[i], offsets[i + 1]). */
function encodeStrings(strings: readonly string[]): { heap: Uint8Array; offsets: Uint32Array } {
	const offsets = new Uint32Array(strings.length + 1);
	let end = 0;
	for (let i = 0; i < strings.length; i++) {
		end += Buffer.byteLength(strings[i]!, "utf8");
		if (end > 0xffffffff) throw new EnvironmentError("the names of this graph take more than 4 GiB");
		offsets[i + 1] = end;
	}
	const heap = new Uint8Array(end);
	const encoder = new TextEncoder();
	for (let i = 0; i < strings.length; i++) encoder.encodeInto(strings[i]!, heap.subarray(offsets[i], offsets[i + 1]));
	return { heap, offsets };
}

function encodeHead(graph: ExecutionGraph, sections: readonly Section[]): Uint8Array {
	const head = new Uint8Array(HEADER.bytes + sections.length * ENTRY.bytes);
	const view = new DataView(head.buffer);
	let position = head.length;
	sections.forEach((section, i) => {
		const at = HEADER.bytes + i * ENTRY.bytes;
		const { code, bytes } = ELEMENT[section.element];
		position = alignUp(position, SECTION_ALIGNMENT);
		view.setUint32(at + ENTRY.id, section.id, true);
		view.setUint16(at + ENTRY.elementType, code, true);
		view.setUint16(at + ENTRY.elementBytes, bytes, true);
		view.setBigUint64(at + ENTRY.offset, BigInt(position), true);
		view.setBigUint64(at + ENTRY.byteLength, BigInt(section.bytes.length), true);
		view.setBigUint64(at + ENTRY.count, BigInt(section.bytes.length / bytes), true);
		view.setUint32(at + ENTRY.checksum, crc32(section.bytes), true);
		position += section.bytes.length;
	});
	head.set(MAGIC, HEADER.magic);
	view.setUint32(HEADER.version, FORMAT_VERSION, true);
	view.setUint32(HEADER.flags, 0, true);
	view.setBigUint64(HEADER.fileBytes, BigInt(position), true);
	view.setUint32(HEADER.sectionCount, sections.length, true);
	view.setUint32(HEADER.entryBytes, ENTRY.bytes, true);
	view.setBigUint64(HEADER.taskCount, BigInt(graph.taskCount), true);
	view.setBigUint64(HEADER.edgeCount, BigInt(graph.edgeCount), true);
	view.setBigUint64(HEADER.waitCount, BigInt(graph.waitTask.length), true);
	view.setUint32(HEADER.checksum, headChecksum(head), true);
	return head;
}

/** CRC-32 of header and table, without the four bytes of the checksum itself. */
export function headChecksum(head: Uint8Array): number {
	return crc32(head.subarray(HEADER.bytes), crc32(head.subarray(0, HEADER.checksum)));
}
