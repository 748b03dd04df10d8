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
}

const GAP = "   ";

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
	const { indent = 2, heading = (text) => text } = options;
	const widths = columns.map(({ title }, c) =>
		rows.reduce((width, row) => Math.max(width, visibleWidth(row[c] ?? "")), title.length),
	);
	const line = (cells: readonly string[]): string =>
		columns.map(({ align }, c) => pad(cells[c] ?? "", widths[c]!, align)).join(GAP);
	const margin = " ".repeat(indent);
	const titles = columns.some(({ title }) => title !== "")
		? [heading(line(columns.map(({ title }) => title)).trimEnd())]
		: [];
	return [...titles, ...rows.map(line)].map((text) => (margin + text).trimEnd());
}
