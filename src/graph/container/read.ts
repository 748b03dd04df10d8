/** Reads a container: once into one buffer, then columns as views on it. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { EnvironmentError, UserError } from "../../lib/errors.js";
import type { ExecutionGraph } from "../graph.js";
import type { RunFacts } from "../rank/rank-facts.js";
import { expectedRows, requireLittleEndian } from "./encode.js";
import { checkShape, checkStart, type Head, readHead, refuse, type SectionEntry } from "./head.js";
import {
	COLUMNS,
	ELEMENT,
	HEADER,
	META_FIELDS,
	META_SECTION,
	STRING_BYTES_SECTION,
	STRING_OFFSETS_SECTION,
} from "./layout.js";
import { type ContainerJson, type ContainerMeta, containerJson } from "./meta.js";
import { readFacts } from "./read-facts.js";
import { findFault } from "./validate.js";

/** One `read` call takes at most 2 GiB. */
const READ_BYTES = 1 << 30;

export interface Container {
	readonly graph: ExecutionGraph;
	readonly meta: ContainerMeta;
	/**
	 * What predictions need; undefined where the file was packed without. Read when it is asked for.
	 * @throws UserError where it contradicts the graph.
	 */
	readonly facts: () => RunFacts | undefined;
}

export interface ReadOptions {
	/** Where the bytes go, at a multiple of 64 bytes. @default memory of their own */
	readonly allocate?: (bytes: number) => Uint8Array;
}

/**
 * Reads and checks a container.
 * @throws UserError naming file and byte where it is not a whole, sound container of this format.
 */
export function readContainer(path: string, options: ReadOptions = {}): Container {
	return decodeContainer(path, readWhole(path, options.allocate ?? ((bytes) => new Uint8Array(bytes))));
}

/** The same on bytes at hand; `path` is only named in errors. Columns are views on `file`, whose start must be 8-byte aligned. */
export function decodeContainer(path: string, file: Uint8Array): Container {
	requireLittleEndian();
	const head = readHead(path, file);
	const byId = new Map(head.sections.map((section) => [section.id, section]));
	const { meta, parts } = readMeta(path, file, requireSection(path, byId, META_SECTION, "meta"));
	const counts = { taskCount: head.tasks, edgeCount: head.edges };
	const graph: Record<string, unknown> = { ...counts, ...parts, strings: readStrings(path, file, byId) };
	for (const column of COLUMNS) {
		const section = requireSection(path, byId, column.id, column.field);
		checkShape(path, section, column.element, expectedRows(column.rows, head));
		const View = ELEMENT[column.element].view;
		graph[column.field] = new View(file.buffer as ArrayBuffer, file.byteOffset + section.offset, section.count);
	}
	// Every field is set: layout.ts does not compile otherwise.
	const checked = graph as unknown as ExecutionGraph;
	checkGraph(path, checked, head);
	return { graph: checked, meta, facts: () => readFacts(path, file, byId, checked) };
}

function readWhole(path: string, make: (bytes: number) => Uint8Array): Uint8Array {
	let fd: number;
	try {
		fd = openSync(path, "r");
	} catch (error) {
		throw new UserError(`${path}: cannot be opened (${(error as NodeJS.ErrnoException).code}); check the path`);
	}
	try {
		const stat = fstatSync(fd);
		if (!stat.isFile()) throw new UserError(`${path}: not a file; give a file that lumos pack wrote`);
		const start = new Uint8Array(Math.min(stat.size, HEADER.bytes));
		readFull(fd, start, path);
		checkStart(path, start, stat.size);
		const file = allocate(path, stat.size, make);
		readFull(fd, file, path);
		return file;
	} finally {
		closeSync(fd);
	}
}

function allocate(path: string, bytes: number, make: (bytes: number) => Uint8Array): Uint8Array {
	try {
		return make(bytes);
	} catch {
		throw new EnvironmentError(`${path}: no memory for its ${bytes} bytes`);
	}
}

function readFull(fd: number, target: Uint8Array, path: string): void {
	let done = 0;
	while (done < target.length) {
		const got = readSync(fd, target, done, Math.min(READ_BYTES, target.length - done), done);
		if (got === 0) refuse(path, done, "ended while it was read");
		done += got;
	}
}

function requireSection(path: string, byId: Map<number, SectionEntry>, id: number, name: string): SectionEntry {
	const section = byId.get(id);
	return section ?? refuse(path, HEADER.bytes, `section ${name} is missing`);
}

function readMeta(path: string, file: Uint8Array, section: SectionEntry) {
	checkShape(path, section, "u8");
	let json: unknown;
	try {
		json = JSON.parse(text(file, section.offset, section.offset + section.byteLength));
	} catch {
		refuse(path, section.offset, "section meta is not JSON");
	}
	const result = containerJson.safeParse(json);
	if (!result.success) {
		const issue = result.error.issues[0]!;
		refuse(path, section.offset, `section meta, ${issue.path.join(".")}: ${issue.message}`);
	}
	const { createdBy, source, warnings, job } = result.data;
	const parts: Partial<ContainerJson> = {};
	for (const field of META_FIELDS) Object.assign(parts, { [field]: result.data[field] });
	return { meta: { createdBy, source, warnings, job } satisfies ContainerMeta, parts };
}

function readStrings(path: string, file: Uint8Array, byId: Map<number, SectionEntry>): string[] {
	const heap = requireSection(path, byId, STRING_BYTES_SECTION, "stringBytes");
	const table = requireSection(path, byId, STRING_OFFSETS_SECTION, "stringOffsets");
	checkShape(path, heap, "u8");
	checkShape(path, table, "u32");
	const offsets = new Uint32Array(file.buffer, file.byteOffset + table.offset, table.count);
	const strings: string[] = [];
	for (let i = 0; i + 1 < offsets.length; i++) {
		const begin = offsets[i]!;
		const end = offsets[i + 1]!;
		if (end < begin || end > heap.byteLength) {
			refuse(path, table.offset + 4 * (i + 1), `string ${i} ends at ${end}, outside [${begin}, ${heap.byteLength}]`);
		}
		strings.push(text(file, heap.offset + begin, heap.offset + end));
	}
	return strings;
}

/** Buffer, since TextDecoder takes no views on shared memory everywhere. */
function text(file: Uint8Array, begin: number, end: number): string {
	return Buffer.from(file.buffer, file.byteOffset + begin, end - begin).toString("utf8");
}

function checkGraph(path: string, graph: ExecutionGraph, head: Head): void {
	const fault = findFault(graph);
	if (fault === undefined) return;
	const { field, index, problem } = fault;
	const column = COLUMNS.find((candidate) => candidate.field === field);
	const section = head.sections.find(({ id }) => id === (column?.id ?? META_SECTION))!;
	const byte = column === undefined ? section.offset : section.offset + index * ELEMENT[column.element].bytes;
	refuse(path, byte, `${field}[${index}]: ${problem}`);
}
