import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { csvLines } from "../../src/lib/csv.js";
import { parquetChunks } from "../../src/sweep/output/parquet.js";
import type { Cell, ColumnType, Table } from "../../src/sweep/output/table.js";
import { csvChunks, ndjsonChunks } from "../../src/sweep/output/text.js";
import { tableFormat, writeTable } from "../../src/sweep/output/write-table.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("tables");

const cells: Readonly<Record<ColumnType, fc.Arbitrary<Cell>>> = {
	double: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, 0.1)),
	int: fc.oneof(fc.maxSafeInteger(), fc.nat(3)),
	// Few different ones, so that some columns get a dictionary.
	string: fc.oneof(fc.constantFrom("", "1f1b", 'a "b", c'), fc.string({ unit: "grapheme" })),
	boolean: fc.boolean(),
};
const missing: Readonly<Record<ColumnType, fc.Arbitrary<Cell>>> = {
	double: fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY),
	int: fc.constantFrom(null, Number.NaN),
	string: fc.constantFrom(null, undefined),
	boolean: fc.constant(null),
};

const column = (rows: number) =>
	fc
		.tuple(fc.constantFrom<ColumnType>("double", "int", "string", "boolean"), fc.boolean())
		.chain(([type, nullable]) => {
			const cell = nullable ? fc.oneof(cells[type], missing[type]) : cells[type];
			return fc.array(cell, { minLength: rows, maxLength: rows }).map((values) => ({ type, nullable, values }));
		});

const table: fc.Arbitrary<Table> = fc
	.nat(30)
	.chain((rows) => fc.array(column(rows), { minLength: 1, maxLength: 6 }))
	.map((columns) => ({
		columns: columns.map((rest, i) => ({ ...rest, name: `c${i}_ms`, description: `column ${i}` })),
		metadata: { "lumos.version": "1", "lumos.model": "gpt3, öäü" },
	}));

/** Missing cells as null. */
function expected({ columns }: Table): Record<string, Cell>[] {
	return Array.from(columns[0]!.values, (_, row) =>
		Object.fromEntries(
			columns.map(({ name, values }) => {
				const value = values[row];
				return [name, typeof value === "number" && !Number.isFinite(value) ? null : (value ?? null)];
			}),
		),
	);
}

const bytesOf = (chunks: Iterable<Uint8Array>): Uint8Array => Buffer.concat([...chunks]);

/** As a file of its own, not a view of Node's pool. */
const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function parquetRows(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
	const file = arrayBuffer(bytes);
	return parquetReadObjects({ file });
}

test("Parquet reads back as it was written, in row groups of any size, and is the same bytes again", async () => {
	await fc.assert(
		fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (given, groupRows) => {
			const bytes = bytesOf(parquetChunks(given, groupRows));
			expect(Buffer.compare(bytes, bytesOf(parquetChunks(given, groupRows)))).toBe(0);
			const rows = await parquetRows(bytes);
			const wanted = expected(given);
			const ints = new Set(given.columns.filter(({ type }) => type === "int").map(({ name }) => name));
			for (const row of wanted)
				for (const name of ints) if (row[name] !== null) row[name] = BigInt(row[name] as number) as never;
			expect(rows).toEqual(wanted);
			const metadata = parquetMetadata(arrayBuffer(bytes));
			expect(metadata.row_groups.length).toBe(Math.ceil(wanted.length / groupRows));
			expect(Object.fromEntries(metadata.key_value_metadata!.map(({ key, value }) => [key, value]))).toEqual({
				...given.metadata,
				"lumos.columns": JSON.stringify(Object.fromEntries(given.columns.map((c) => [c.name, c.description]))),
			});
			expect(metadata.schema.slice(1).map(({ repetition_type }) => repetition_type)).toEqual(
				given.columns.map(({ nullable }) => (nullable ? "OPTIONAL" : "REQUIRED")),
			);
		}),
		{ numRuns: 150 },
	);
});

test("NDJSON and CSV say the same", () => {
	fc.assert(
		fc.property(table, (given) => {
			const wanted = expected(given);
			const objects = Buffer.from(bytesOf(ndjsonChunks(given)))
				.toString()
				.split("\n")
				.slice(0, -1)
				.map((line) => JSON.parse(line));
			expect(objects).toEqual(JSON.parse(JSON.stringify(wanted)));
			// Our reader of CSV takes lines, and blanks off their cells.
			const plain = wanted.every((row) =>
				Object.values(row).every((cell) => typeof cell !== "string" || /^\S[ -~]*\S$/.test(cell)),
			);
			if (!plain) return;
			const [head, ...lines] = csvLines(Buffer.from(bytesOf(csvChunks(given))).toString());
			expect(head!.cells).toEqual(given.columns.map(({ name }) => name));
			const text = wanted.map((row) => Object.values(row).map((cell) => (cell === null ? "" : String(cell))));
			// A line of one missing cell is empty.
			expect(lines.map(({ cells }) => cells)).toEqual(text.filter((row) => row.join() !== ""));
		}),
		{ numRuns: 300 },
	);
});

test("files are chosen by their ending, and hold the whole table", async () => {
	const columns = [
		{ name: "tp", type: "int" as const, nullable: false, description: "", values: Int32Array.of(1, 2) },
		{ name: "iteration_ms", type: "double" as const, nullable: true, description: "", values: [10.5, Number.NaN] },
		{ name: "schedule", type: "string" as const, nullable: false, description: "", values: ["1f1b", 'a,"b"\n'] },
	];
	const given = { columns, metadata: {} };
	const write = (name: string): string => {
		const path = join(folder, name);
		expect(writeTable(path, given, tableFormat(path))).toBe(readFileSync(path).length);
		return path;
	};
	expect(readFileSync(write("t.csv"), "utf8")).toBe('tp,iteration_ms,schedule\n1,10.5,1f1b\n2,,"a,""b""\n"\n');
	expect(readFileSync(write("t.jsonl"), "utf8")).toBe(
		'{"tp":1,"iteration_ms":10.5,"schedule":"1f1b"}\n{"tp":2,"iteration_ms":null,"schedule":"a,\\"b\\"\\n"}\n',
	);
	expect(await parquetRows(readFileSync(write("T.PARQUET")))).toEqual([
		{ tp: 1n, iteration_ms: 10.5, schedule: "1f1b" },
		{ tp: 2n, iteration_ms: null, schedule: 'a,"b"\n' },
	]);
	expect(() => tableFormat("results.xlsx")).toThrow(/unknown kind of table.*\.parquet, \.csv/);
	expect(() => tableFormat("results")).toThrow(/unknown kind of table/);
});

test("a table that contradicts its columns is refused, not written", () => {
	const refuse = (type: ColumnType, values: Cell[], message: string | RegExp): void => {
		const given = { columns: [{ name: "x", type, nullable: false, description: "", values }], metadata: {} };
		for (const chunks of [csvChunks, ndjsonChunks, parquetChunks])
			expect(() => bytesOf(chunks(given))).toThrow(message);
	};
	refuse("double", [1, Number.NaN], "column x has no value in row 1");
	refuse("int", [1.5], "column x of type int holds number 1.5 in row 0");
	refuse("string", [null], "column x has no value in row 0");
	refuse("boolean", ["true"], "column x of type boolean holds string true in row 0");
	const [a, b] = [1, 2].map((rows) => ({
		name: `x${rows}`,
		type: "int" as const,
		nullable: false,
		description: "",
		values: new Int32Array(rows),
	}));
	expect(() => bytesOf(parquetChunks({ columns: [a!, b!], metadata: {} }))).toThrow("column x2 has 2 rows of 1");
	expect(() => bytesOf(csvChunks({ columns: [a!, a!], metadata: {} }))).toThrow("two columns are called x1");
});
