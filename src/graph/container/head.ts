/** Reads and checks header and section table before anything is laid on the sections. */
import { firstNonZero } from "../../lib/bytes.js";
import { crc32 } from "../../lib/crc32.js";
import { UserError } from "../../lib/errors.js";
import { headChecksum } from "./encode.js";
import {
	COLUMNS,
	COMM_COLUMNS,
	ELEMENT,
	ENTRY,
	FACTS_SECTION,
	FORMAT_VERSION,
	HEADER,
	LABEL_COLUMNS,
	MAGIC,
	MAX_SECTIONS,
	META_SECTION,
	SECTION_ALIGNMENT,
	STRING_BYTES_SECTION,
	STRING_OFFSETS_SECTION,
} from "./layout.js";

export interface SectionEntry {
	readonly id: number;
	readonly name: string;
	readonly elementType: number;
	readonly offset: number;
	readonly byteLength: number;
	readonly count: number;
	readonly checksum: number;
	/** Where the entry itself lies in the file. */
	readonly at: number;
}

export interface Head {
	readonly tasks: number;
	readonly edges: number;
	readonly waits: number;
	readonly sections: readonly SectionEntry[];
}

const NAMES = new Map<number, string>([
	[META_SECTION, "meta"],
	[STRING_BYTES_SECTION, "stringBytes"],
	[STRING_OFFSETS_SECTION, "stringOffsets"],
	...COLUMNS.map((column) => [column.id, column.field] as const),
	[FACTS_SECTION, "facts"],
	...[...LABEL_COLUMNS, ...COMM_COLUMNS].map(({ id, field }) => [id, field] as const),
]);

/** Refuses in one line: which file, which byte, what is wrong, what to do. */
export function refuse(path: string, byte: number, problem: string, remedy = "pack it again"): never {
	throw new UserError(`${path}: byte ${byte}: ${problem}; ${remedy}`);
}

export function hasMagic(bytes: Uint8Array): boolean {
	return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Size of the file as its header says, from its first 64 bytes (fewer where it is shorter).
 * @throws UserError where it is no container, was written by another version, or is cut.
 */
export function checkStart(path: string, start: Uint8Array, actualBytes: number): void {
	if (!hasMagic(start)) refuse(path, 0, "not a container of Lumos", "give a file that lumos pack wrote");
	if (start.length < HEADER.bytes) refuse(path, start.length, "cut inside its header");
	const view = new DataView(start.buffer, start.byteOffset, HEADER.bytes);
	const version = view.getUint32(HEADER.version, true);
	if (version > FORMAT_VERSION) {
		const problem = `format ${version} is newer than ${FORMAT_VERSION}, which this version reads`;
		refuse(path, HEADER.version, problem, "update Lumos");
	}
	if (version < FORMAT_VERSION) refuse(path, HEADER.version, `format ${version} is unknown`);
	const fileBytes = Number(view.getBigUint64(HEADER.fileBytes, true));
	if (actualBytes < fileBytes) refuse(path, actualBytes, `cut: ${actualBytes} of ${fileBytes} bytes are there`);
	if (actualBytes > fileBytes) refuse(path, fileBytes, `${actualBytes - fileBytes} bytes after its end`);
}

/** Checks every byte that is not in a section, and that every section lies where it may and holds what was written. */
export function readHead(path: string, file: Uint8Array): Head {
	checkStart(path, file.subarray(0, HEADER.bytes), file.length);
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const sectionCount = view.getUint32(HEADER.sectionCount, true);
	if (sectionCount > MAX_SECTIONS)
		refuse(path, HEADER.sectionCount, `${sectionCount} sections, at most ${MAX_SECTIONS}`);
	const entryBytes = view.getUint32(HEADER.entryBytes, true);
	if (entryBytes !== ENTRY.bytes) refuse(path, HEADER.entryBytes, `table entries of ${entryBytes} bytes`);
	const headBytes = HEADER.bytes + sectionCount * ENTRY.bytes;
	if (headBytes > file.length) refuse(path, HEADER.sectionCount, `${sectionCount} sections do not fit in the file`);
	const checksum = view.getUint32(HEADER.checksum, true);
	if (headChecksum(file.subarray(0, headBytes)) !== checksum) {
		refuse(path, HEADER.checksum, "header or section table is damaged (checksum differs)");
	}
	if (view.getUint32(HEADER.flags, true) !== 0) refuse(path, HEADER.flags, "unknown flags", "update Lumos");
	const sections = Array.from({ length: sectionCount }, (_, i) => readEntry(view, HEADER.bytes + i * ENTRY.bytes));
	checkPlaces(path, file, headBytes, sections);
	for (const section of sections) checkSum(path, file, section);
	return {
		tasks: Number(view.getBigUint64(HEADER.taskCount, true)),
		edges: Number(view.getBigUint64(HEADER.edgeCount, true)),
		waits: Number(view.getBigUint64(HEADER.waitCount, true)),
		sections,
	};
}

function readEntry(view: DataView, at: number): SectionEntry {
	const id = view.getUint32(at + ENTRY.id, true);
	return {
		id,
		name: NAMES.get(id) ?? `#${id}`,
		elementType: view.getUint16(at + ENTRY.elementType, true),
		offset: Number(view.getBigUint64(at + ENTRY.offset, true)),
		byteLength: Number(view.getBigUint64(at + ENTRY.byteLength, true)),
		count: Number(view.getBigUint64(at + ENTRY.count, true)),
		checksum: view.getUint32(at + ENTRY.checksum, true),
		at,
	};
}

/** Sections lie in the order of the table, aligned, apart, inside the file, with zeros between them. */
function checkPlaces(path: string, file: Uint8Array, headBytes: number, sections: readonly SectionEntry[]): void {
	let end = headBytes;
	for (const { name, offset, byteLength, at } of sections) {
		if (offset % SECTION_ALIGNMENT !== 0) {
			refuse(path, at + ENTRY.offset, `section ${name} starts at byte ${offset}, no multiple of ${SECTION_ALIGNMENT}`);
		}
		if (offset < end) refuse(path, at + ENTRY.offset, `section ${name} overlaps what lies before it`);
		if (offset + byteLength > file.length) {
			refuse(path, at + ENTRY.byteLength, `section ${name} ends at byte ${offset + byteLength}, outside the file`);
		}
		const stray = firstNonZero(file, end, offset);
		if (stray >= 0) refuse(path, stray, `padding before section ${name} is not zero`);
		end = offset + byteLength;
	}
	if (end !== file.length) refuse(path, end, `${file.length - end} bytes that belong to no section`);
}

function checkSum(path: string, file: Uint8Array, section: SectionEntry): void {
	const { name, offset, byteLength, checksum } = section;
	const actual = crc32(file.subarray(offset, offset + byteLength));
	if (actual !== checksum) {
		refuse(path, offset, `section ${name} is damaged (checksum ${hex(actual)}, expected ${hex(checksum)})`);
	}
}

/** An entry's element type and counts must agree with its bytes. */
export function checkShape(path: string, entry: SectionEntry, element: keyof typeof ELEMENT, rows?: number): void {
	const { code, bytes } = ELEMENT[element];
	if (entry.elementType !== code) {
		refuse(
			path,
			entry.at + ENTRY.elementType,
			`section ${entry.name} has element type ${entry.elementType}, not ${code}`,
		);
	}
	if (entry.count * bytes !== entry.byteLength) {
		refuse(
			path,
			entry.at + ENTRY.count,
			`section ${entry.name} has ${entry.count} elements in ${entry.byteLength} bytes`,
		);
	}
	if (rows !== undefined && entry.count !== rows) {
		refuse(path, entry.at + ENTRY.count, `section ${entry.name} has ${entry.count} elements, expected ${rows}`);
	}
}

function hex(value: number): string {
	return value.toString(16).padStart(8, "0");
}
