/** Reads a CSV of training runs with their measured time: one configuration a row. */
import { UserError } from "../lib/errors.js";
import { checkParallel } from "./check-parallel.js";
import { FLAGS } from "./flags.js";
import { snakeKeys } from "./key-case.js";
import { type ModelConfig, parseModel } from "./model.js";
import { nearestWord } from "./nearest-word.js";
import { type Overrides, overrideParallel, overridesOf } from "./overrides.js";
import { type ParallelConfig, parseParallel } from "./parallel.js";

export interface MeasuredRow {
	/** In the file, from 1. */
	readonly line: number;
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
	readonly measuredMs: number;
}

/** Short names of columns; every other column is a flag's name in snake_case. */
const SHORT_COLUMNS: Readonly<Record<string, string>> = {
	global_batch: "global_batch_size",
	micro_batch: "micro_batch_size",
	heads: "num_attention_heads",
	kv_heads: "num_query_groups",
	layers: "num_layers",
	seq: "seq_length",
	ffn: "ffn_hidden_size",
	vocab: "vocab_size",
};

const MEASURED = "iteration_ms";
const NEEDED = ["num_layers", "hidden_size", "num_attention_heads", "seq_length", "global_batch_size"] as const;

/** Where neither the file nor a flag says it: the vocabulary of GPT-2, which most published GPT runs have. */
const DEFAULT_VOCABULARY = 50_257;

interface Columns {
	/** Flag of each column; undefined where the column says nothing of the configuration. */
	readonly flags: readonly (string | undefined)[];
	readonly measured: number;
}

function readHeader(path: string, line: number, header: readonly string[]): Columns {
	const known = new Set(FLAGS.map(({ flag }) => flag));
	const names = header.map((name) => SHORT_COLUMNS[name] ?? name);
	const measured = names.indexOf(MEASURED);
	const flags = names.map((name) => {
		const flag = `--${name.replaceAll("_", "-")}`;
		return known.has(flag) ? flag : undefined;
	});
	const missing = [...NEEDED, MEASURED].find((name) => !names.includes(name));
	if (missing !== undefined) {
		const column = Object.entries(SHORT_COLUMNS).find(([, long]) => long === missing)?.[0] ?? missing;
		const near = nearestWord(column, header);
		const hint = near === undefined ? "" : `; ${near} is not known`;
		throw new UserError(`${path}:${line}: column ${column} is missing${hint}; the first line names the columns`);
	}
	return { flags, measured };
}

function cells(line: string): string[] {
	return line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function readRow(columns: Columns, values: readonly string[], defaults: Overrides): Omit<MeasuredRow, "line"> {
	if (values.length !== columns.flags.length)
		throw new UserError(`${values.length} cells under ${columns.flags.length} columns`);
	const given = columns.flags.flatMap((flag, i): [string, string | boolean][] => {
		const value = values[i]!;
		if (flag === undefined || value === "") return [];
		const isSwitch = FLAGS.some((known) => known.flag === flag && known.kind === "boolean");
		return [[flag, isSwitch && /^[01]$/.test(value) ? value === "1" : value]];
	});
	const own = overridesOf(given);
	const described = { vocabSize: DEFAULT_VOCABULARY, ...defaults.model, ...own.model };
	const name = `${described.numLayers} layers of ${described.hiddenSize}`;
	const model = parseModel(snakeKeys({ ...described, name }));
	const base = { ...parseParallel({}), ...defaults.parallel };
	// The replicas of a row stand in a column of their own; its GPUs are checked against them.
	const job = own.parallel.dataParallelSize === undefined ? own.job : {};
	const parallel = overrideParallel(base, model, { ...own, job });
	checkParallel(model, parallel, own.job.gpus);
	const measuredMs = Number(values[columns.measured]);
	if (!(measuredMs > 0 && Number.isFinite(measuredMs)))
		throw new UserError(`${MEASURED} ${values[columns.measured]}: give milliseconds above 0`);
	return { model, parallel, measuredMs };
}

/**
 * Rows of a CSV with the columns `global_batch, hidden_size, heads, layers, seq, iteration_ms` and any of `gpus,
 * micro_batch, tp, dp, pp, cp, ep, vpp, ffn, kv_heads, vocab, recompute, sequence_parallel, dtype` or other flags in
 * snake_case. Further columns are left out.
 * @param path named in errors
 * @param defaults what the columns do not say
 * @throws UserError with the line of what cannot be read or cannot run
 */
export function readMeasuredRows(text: string, path: string, defaults: Overrides): MeasuredRow[] {
	const lines = text
		.replace(/^\uFEFF/, "")
		.split(/\r?\n/)
		.map((content, i) => ({ content, line: i + 1 }))
		.filter(({ content }) => content.trim() !== "" && !content.startsWith("#"));
	const [header, ...rows] = lines;
	if (!header) throw new UserError(`${path}: empty; the first line names the columns`);
	const columns = readHeader(path, header.line, cells(header.content));
	if (rows.length === 0) throw new UserError(`${path}: no rows under the names of the columns`);
	return rows.map(({ content, line }) => {
		try {
			return { line, ...readRow(columns, cells(content), defaults) };
		} catch (error) {
			if (error instanceof UserError) throw new UserError(`${path}:${line}: ${error.message}`);
			throw error;
		}
	});
}
