/** Results as columns, one row a configuration: what every format of file is written from. */

export type ColumnType = "double" | "int" | "string" | "boolean";

export type Cell = number | string | boolean | null | undefined;

export interface Column {
	/** In snake_case, with its unit: `iteration_ms`. */
	readonly name: string;
	readonly type: ColumnType;
	/** Whether cells may be missing: null, undefined or, in numbers, NaN and infinities, which no format shares. */
	readonly nullable: boolean;
	readonly description: string;
	readonly values: ArrayLike<Cell>;
}

export interface Table {
	/** All equally long, at least one. */
	readonly columns: readonly Column[];
	/**
	 * Where the rows come from: written into the file where its format has a place for it (Parquet's key-value
	 * metadata). What differs between runs of the same sweep (times, hosts, shards) would make their files differ.
	 */
	readonly metadata: Readonly<Record<string, string>>;
}

/** @throws Error for columns of different lengths, or of the same name: a bug of the caller. */
export function rowCount({ columns }: Table): number {
	const rows = columns[0]!.values.length;
	const names = new Set<string>();
	for (const { name, values } of columns) {
		if (values.length !== rows) throw new Error(`column ${name} has ${values.length} rows of ${rows}`);
		if (names.has(name)) throw new Error(`two columns are called ${name}`);
		names.add(name);
	}
	return rows;
}

/**
 * A cell as its column's type has it; null where it is missing.
 * @throws Error for a missing cell of a column that has none, and for one of another type: a bug of the caller.
 */
export function cellOf(column: Column, row: number): number | string | boolean | null {
	const { name, type, nullable, values } = column;
	const value = values[row];
	if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) {
		if (nullable) return null;
		throw new Error(`column ${name} has no value in row ${row}`);
	}
	const fits = type === "int" ? Number.isSafeInteger(value) : typeof value === (type === "double" ? "number" : type);
	if (!fits) throw new Error(`column ${name} of type ${type} holds ${typeof value} ${value} in row ${row}`);
	return value;
}
