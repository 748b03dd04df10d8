/** Tables in comma-separated text: the first line names the columns. */

export interface CsvLine {
	/** From 1, as editors count. */
	readonly line: number;
	/** Without blanks around them. */
	readonly cells: readonly string[];
}

/** A cell and what ends it: quoted cells may hold commas, and quotes as two of them. */
const CELL = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/y;

function cellsOf(text: string): string[] {
	const cells: string[] = [];
	CELL.lastIndex = 0;
	for (;;) {
		const found = CELL.exec(text);
		// A quote that never ends, or text behind one: as it stands.
		if (!found) return text.split(",").map((cell) => cell.trim());
		cells.push(found[1]?.replaceAll('""', '"') ?? found[2]!.trim());
		if (found[3] === "") return cells;
	}
}

/** Lines with content; a byte order mark and either kind of line end are no content. */
export function csvLines(text: string): CsvLine[] {
	return text
		.replace(/^\uFEFF/, "")
		.split(/\r?\n/)
		.map((content, i) => ({ line: i + 1, content: content.trim() }))
		.filter(({ content }) => content !== "")
		.map(({ line, content }) => ({ line, cells: cellsOf(content) }));
}
