/** Text tables: columns as wide as their widest cell, numbers to the right, no lines. */
import { stripVTControlCharacters } from "node:util";

export interface Column {
	readonly title: string;
	readonly align?: "left" | "right";
}

export interface TableOptions {
	/** Characters before each line. @default 2 */
	readonly indent?: number;
	/** Applied to the padded titles. */
	readonly heading?: (text: string) => string;
	/** Columns of the page: gaps shrink where the table would be wider. @default any */
	readonly width?: number;
}

/** Characters between columns. */
const GAP = 3;
const LEAST_GAP = 1;

/** Characters that a text takes on a terminal, colours not counted. */
export function visibleWidth(text: string): number {
	return [...stripVTControlCharacters(text)].length;
}

export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
	const blanks = " ".repeat(Math.max(0, width - visibleWidth(text)));
	return align === "left" ? text + blanks : blanks + text;
}

/** One line a row, the titles first; cells may carry colours. */
export function formatTable(
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
	options: TableOptions = {},
): string[] {
	const { indent = 2, heading = (text) => text, width = Number.POSITIVE_INFINITY } = options;
	const widths = columns.map(({ title }, c) =>
		rows.reduce((widest, row) => Math.max(widest, visibleWidth(row[c] ?? "")), title.length),
	);
	const room = width - indent - widths.reduce((sum, cell) => sum + cell, 0);
	const gap = Math.max(LEAST_GAP, Math.min(GAP, Math.floor(room / Math.max(1, columns.length - 1))));
	const line = (cells: readonly string[]): string =>
		columns.map(({ align }, c) => pad(cells[c] ?? "", widths[c]!, align)).join(" ".repeat(gap));
	const margin = " ".repeat(indent);
	const titles = columns.some(({ title }) => title !== "")
		? [heading(line(columns.map(({ title }) => title)).trimEnd())]
		: [];
	return [...titles, ...rows.map(line)].map((text) => (margin + text).trimEnd());
}
