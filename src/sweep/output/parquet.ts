/**
 * Tables as Apache Parquet: a row group at a time, Snappy-compressed, with the table's metadata and the description of
 * every column (key `lumos.columns`) in the file's key-value metadata. The same table gives the same bytes.
 */
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { type Column, type ColumnType, cellOf, rowCount, type Table } from "./table.js";

/** Whole row groups are encoded in memory; readers skip what they need not read group by group. */
const ROW_GROUP_ROWS = 65_536;

/** Counts such as parameters exceed 32 bits. */
const PARQUET_TYPES = {
	double: "DOUBLE",
	int: "INT64",
	string: "STRING",
	boolean: "BOOLEAN",
} as const satisfies Record<ColumnType, string>;

export function* parquetChunks(table: Table, groupRows: number = ROW_GROUP_ROWS): Generator<Uint8Array> {
	const rows = rowCount(table);
	const { columns } = table;
	const writer = new ByteWriter();
	const parquet = new ParquetWriter({
		writer,
		schema: schemaFromColumnData({ columnData: columns.map((column) => sourceOf(column, 0, 0)) }),
		createdBy: "lumos",
		kvMetadata: [...Object.entries(table.metadata), ["lumos.columns", describe(columns)] as const].map(
			([key, value]) => ({ key, value }),
		),
	});
	for (let from = 0; from < rows; from += groupRows) {
		const to = Math.min(rows, from + groupRows);
		// Sources name no type: the schema has it.
		const columnData = columns.map((column) => {
			const { name, data } = sourceOf(column, from, to);
			return { name, data };
		});
		parquet.write({ columnData, rowGroupSize: groupRows });
		yield written(writer);
	}
	parquet.finish();
	yield written(writer);
}

function sourceOf(column: Column, from: number, to: number): ColumnSource {
	const { name, type, nullable } = column;
	const cells = Array.from({ length: to - from }, (_, i) => {
		const value = cellOf(column, from + i);
		return type === "int" && value !== null ? BigInt(value) : value;
	});
	return { name, type: PARQUET_TYPES[type], nullable, data: cells };
}

/** What has been written since the last time. */
function written(writer: ByteWriter): Uint8Array {
	const bytes = writer.getBytes().slice();
	writer.index = 0;
	return bytes;
}

function describe(columns: readonly Column[]): string {
	return JSON.stringify(Object.fromEntries(columns.map(({ name, description }) => [name, description])));
}
