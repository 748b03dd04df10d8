/** Tables as text: CSV (RFC 4180, lines end with \n) and NDJSON (one object a line). Missing cells are empty or null. */
import { type Column, cellOf, rowCount, type Table } from "./table.js";

/** Rows that are encoded at once. */
const ROWS = 4096;

/** Numbers are written so that they read back the same; times and the like keep all their digits. */
export function* csvChunks(table: Table): Generator<Uint8Array> {
	yield Buffer.from(`${table.columns.map(({ name }) => quoted(name)).join(",")}\n`);
	yield* lines(table, (columns, row) => columns.map((column) => csvCell(column, row)).join(","));
}

export function* ndjsonChunks(table: Table): Generator<Uint8Array> {
	const keys = table.columns.map(({ name }) => JSON.stringify(name));
	yield* lines(table, (columns, row) => {
		const cells = columns.map((column, i) => `${keys[i]}:${JSON.stringify(cellOf(column, row))}`);
		return `{${cells.join(",")}}`;
	});
}

function* lines(table: Table, line: (columns: readonly Column[], row: number) => string): Generator<Uint8Array> {
	const rows = rowCount(table);
	for (let from = 0; from < rows; from += ROWS) {
		let text = "";
		for (let row = from; row < Math.min(rows, from + ROWS); row++) text += `${line(table.columns, row)}\n`;
		yield Buffer.from(text);
	}
}

function csvCell(column: Column, row: number): string {
	const value = cellOf(column, row);
	// An empty text is quoted, so that it is told from a missing one.
	return value === null ? "" : value === "" ? '""' : quoted(String(value));
}

function quoted(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
