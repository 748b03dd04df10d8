/** Reads files of measured iteration times: one configuration a row. */
import { checkParallel } from "../../config/check-parallel.js";
import { type ModelConfig, type ModelDescription, resolveModel } from "../../config/model.js";
import { nearestWord } from "../../config/nearest-word.js";
import type { ParallelConfig } from "../../config/parallel.js";
import { csvLines } from "../../lib/csv.js";
import { UserError } from "../../lib/errors.js";
import { readText } from "../../lib/read-text.js";
import { COLUMNS, REQUIRED_COLUMNS, TIME_COLUMN } from "./columns.js";
import { DEFAULT_MODEL, DEFAULT_PARALLEL } from "./defaults.js";

export interface MeasuredRow {
	readonly path: string;
	readonly line: number;
	readonly gpus: number;
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly measuredMs: number;
}

export interface MeasuredFile {
	readonly rows: readonly MeasuredRow[];
	/** Columns that mean nothing to Lumos. */
	readonly unknownColumns: readonly string[];
}

/** What was given once for all rows; a column of the same meaning contradicts it. */
export interface ForAllRows {
	readonly model: Partial<ModelDescription>;
	readonly parallel: Partial<ParallelConfig>;
}

const NOTHING: ForAllRows = { model: {}, parallel: {} };

/**
 * Rows of a CSV text, each checked as the command line would be.
 * @param path named in errors
 * @throws UserError `path:line: what is wrong; what to do`
 */
export function parseMeasured(text: string, path: string, forAll: ForAllRows = NOTHING): MeasuredFile {
	const [head, ...lines] = csvLines(text);
	if (!head) throw new UserError(`${path}: is empty; its first line must name the columns`);
	const columns = head.cells;
	checkColumns(columns, `${path}:${head.line}`, forAll);
	if (lines.length === 0) throw new UserError(`${path}: has no rows below its columns; give at least one`);
	return {
		rows: lines.map(({ line, cells }) => {
			const place = `${path}:${line}`;
			if (cells.length !== columns.length)
				throw new UserError(`${place}: ${cells.length} cells for ${columns.length} columns; give one a column`);
			return rowOf(new Map(columns.map((column, c) => [column, cells[c]!])), path, line, forAll);
		}),
		unknownColumns: columns.filter((column) => column !== TIME_COLUMN && !COLUMNS.has(column)),
	};
}

/** @throws UserError also where the file cannot be read */
export function readMeasured(path: string, forAll: ForAllRows = NOTHING): MeasuredFile {
	return parseMeasured(readText(path, "give a CSV file of measured iterations"), path, forAll);
}

function checkColumns(columns: readonly string[], place: string, forAll: ForAllRows): void {
	const twice = columns.find((column, c) => columns.indexOf(column) !== c);
	if (twice !== undefined) throw new UserError(`${place}: two columns are named ${twice}; remove one`);
	const missing = REQUIRED_COLUMNS.filter((column) => !columns.includes(column));
	if (missing.length > 0) {
		const near = nearestWord(missing[0]!, [...columns]);
		throw new UserError(
			`${place}: no column ${missing.join(", ")}; ${near === undefined ? `needed are ${REQUIRED_COLUMNS.join(", ")}` : `is ${near} meant?`}`,
		);
	}
	for (const column of columns) {
		const flag = COLUMNS.get(column);
		if (flag && (flag.section === "model" || flag.section === "parallel") && flag.key in forAll[flag.section])
			throw new UserError(`${flag.flag}: column ${column} of ${place} says it for every row; leave one of them out`);
	}
}

function rowOf(cells: ReadonlyMap<string, string>, path: string, line: number, forAll: ForAllRows): MeasuredRow {
	const place = `${path}:${line}`;
	const own: Record<string, Record<string, unknown>> = { model: {}, parallel: {}, job: {} };
	for (const [column, { flag, section, key, kind, parse }] of COLUMNS) {
		const cell = cells.get(column);
		if (cell === undefined) continue;
		if (cell === "") {
			if (!REQUIRED_COLUMNS.includes(column)) continue;
			throw new UserError(`${place}: ${column} is empty; every row must say it`);
		}
		const text = kind === "boolean" ? cell.toLowerCase().replace(/^1$/, "true").replace(/^0$/, "false") : cell;
		own[section]![key] = within(
			place,
			() => parse(text),
			(message) => message.replace(flag, column),
		);
	}
	const measuredMs = Number(cells.get(TIME_COLUMN) || Number.NaN);
	if (!(measuredMs > 0 && measuredMs < Number.POSITIVE_INFINITY))
		throw new UserError(`${place}: ${TIME_COLUMN} ${cells.get(TIME_COLUMN)}: give milliseconds above 0`);
	const model = resolveModel({ ...DEFAULT_MODEL, ...forAll.model, ...own.model });
	const parallel: ParallelConfig = { ...DEFAULT_PARALLEL, ...forAll.parallel, ...own.parallel };
	const schedule = parallel.virtualPipelineSize > 1 && parallel.schedule === "1f1b" ? "interleaved" : parallel.schedule;
	const gpus = own.job!.gpus as number;
	const row = { path, line, gpus, model, parallel: { ...parallel, schedule }, measuredMs };
	within(place, () => checkParallel(row.model, row.parallel, gpus));
	return row;
}

/** The same errors, with the place in front. */
function within<T>(place: string, check: () => T, reword = (message: string): string => message): T {
	try {
		return check();
	} catch (error) {
		if (error instanceof UserError) throw new UserError(`${place}: ${reword(error.message)}`);
		throw error;
	}
}

/** Rows of the same key are measurements of the same configuration. */
export function configurationKey({ gpus, model, parallel }: MeasuredRow): string {
	return JSON.stringify([gpus, model, parallel]);
}
