/** The formats of result files, by the ending of their names. */
import { extname } from "node:path";
import { writeFileAtomic } from "../../lib/atomic-file.js";
import { UserError } from "../../lib/errors.js";
import { parquetChunks } from "./parquet.js";
import type { Table } from "./table.js";
import { csvChunks, ndjsonChunks } from "./text.js";

const FORMATS = {
	".parquet": parquetChunks,
	".csv": csvChunks,
	".ndjson": ndjsonChunks,
	".jsonl": ndjsonChunks,
} as const satisfies Record<string, (table: Table) => Iterable<Uint8Array>>;

export type TableFormat = keyof typeof FORMATS;

/** @throws UserError for a name with another ending: call it before the results are there. */
export function tableFormat(path: string): TableFormat {
	const ending = extname(path).toLowerCase();
	if (ending in FORMATS) return ending as TableFormat;
	throw new UserError(`${path}: unknown kind of table; end the name with ${Object.keys(FORMATS).join(", ")}`);
}

/**
 * Writes the table whole or not at all, replacing what was there.
 * @returns bytes written
 * @throws UserError where the path cannot be written, EnvironmentError where the disk is full
 */
export function writeTable(path: string, table: Table, format: TableFormat): number {
	return writeFileAtomic(path, FORMATS[format](table));
}
