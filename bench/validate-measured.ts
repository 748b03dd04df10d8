/**
 * How far predictions are from measured and published step times: `npm run accuracy:measured [-- FOLDER]` writes
 * docs/accuracy.md. FOLDER (default `../shared/measured`) holds a100-1-node.csv and a100-multi-node.csv; what is absent
 * is left out of the table, and said. Rows to fit to are chosen by their place in the file alone.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadHardware } from "../src/config/load.js";
import { fitToRows, type RowFit, rowsNotIn } from "../src/predict/measured/calibrate.js";
import { FRAMEWORKS } from "../src/predict/measured/defaults.js";
import { knowledgeOfFit, knowledgeOfPreset } from "../src/predict/measured/interval.js";
import { type MeasuredRow, readMeasured } from "../src/predict/measured/rows.js";
import { simulateRow } from "../src/predict/measured/simulate-row.js";
import { rankCorrelation, summarize, type ValidatedRow, validateRow } from "../src/predict/measured/validate.js";
import { publishedTimes } from "./published-times.js";

const options = FRAMEWORKS["megatron-deepspeed"];
/** One row of so many is fitted to: a fit asks for each of its rows hundreds of times. */
const ONE_NODE_SHARE = 12;

interface Experiment {
	readonly name: string;
	readonly fitRows: readonly MeasuredRow[];
	readonly rows: readonly MeasuredRow[];
}

function everyNth(rows: readonly MeasuredRow[], n: number): MeasuredRow[] {
	return rows.filter((_, i) => i % n === 0);
}

function experimentsOf(one: readonly MeasuredRow[], multi: readonly MeasuredRow[]): Experiment[] {
	const sample = everyNth(one, ONE_NODE_SHARE);
	const half = everyNth(multi, 2);
	const small = multi.filter(({ gpus }) => gpus === 64);
	const large = multi.filter(({ gpus }) => gpus === 256);
	const all = [
		{ name: "one node, preset alone", fitRows: [], rows: one },
		{ name: "several nodes, preset alone", fitRows: [], rows: multi },
		{ name: `one node, every ${ONE_NODE_SHARE}th row for the rest`, fitRows: sample, rows: rowsNotIn(one, sample) },
		{ name: "one node and 64 GPUs for 256 GPUs", fitRows: [...sample, ...small], rows: large },
		{ name: "several nodes, one half for the other", fitRows: half, rows: rowsNotIn(multi, half) },
	];
	return all.filter(({ rows }) => rows.length > 0);
}

/** Worst rank correlation of the rows of one model on as many GPUs. */
function worstOfModels(rows: readonly ValidatedRow[]): number {
	const keys = rows.map(({ row: { model, gpus } }) => `${model.numLayers} ${model.hiddenSize} ${gpus}`);
	const correlations = [...new Set(keys)].map((key) => rankCorrelation(rows.filter((_, i) => keys[i] === key)));
	return Math.min(...correlations.filter((value) => value !== null));
}

function line({ name, fitRows }: Experiment, fit: RowFit | undefined, rows: readonly ValidatedRow[]): string {
	const { n, mapePct, p95Pct, worstPct, biasPct, intervalCoverage, perGroup } = summarize(rows);
	const regrets = perGroup.filter(({ n }) => n > 1).map(({ topOneRegretPct }) => topOneRegretPct);
	const cells = [
		name,
		fit ? `${fitRows.length}` : "-",
		fit ? `${fit.fit.fitted.length}` : "-",
		`${n}`,
		...[mapePct, p95Pct, worstPct, biasPct].map((pct) => pct.toFixed(1)),
		worstOfModels(rows).toFixed(3),
		(regrets.reduce((sum, regret) => sum + regret, 0) / regrets.length).toFixed(1),
		Math.max(...regrets).toFixed(1),
		`${(100 * intervalCoverage).toFixed(0)}`,
	];
	return `| ${cells.join(" | ")} |`;
}

function parametersOf({ name }: Experiment, { fit }: RowFit): string[] {
	const short = (value: number): string => String(Number(value.toPrecision(3)));
	const rows = fit.fitted.map(
		({ name: parameter, value, low, high, before, atBound }) =>
			`| ${name} | ${parameter} | ${short(value)}${atBound ? " (bound)" : ""} | ${short(low)} to ${short(high)} | ${short(before)} |`,
	);
	return rows;
}

function measuredSection(folder: string): string[] {
	const files = ["a100-1-node.csv", "a100-multi-node.csv"].map((name) => join(folder, name));
	const absent = files.filter((path) => !existsSync(path));
	for (const path of absent) console.log(`left out: ${path} is not here`);
	const [one, multi] = files.map((path) => (existsSync(path) ? readMeasured(path).rows : []));
	const hardware = loadHardware("a100-80g", "hdr-200g-x4");
	const lines: string[] = [];
	const parameters: string[] = [];
	for (const experiment of experimentsOf(one!, multi!)) {
		const { fitRows, rows } = experiment;
		const fit = fitRows.length > 0 ? fitToRows(hardware, fitRows, options) : undefined;
		const knowledge = fit ? knowledgeOfFit(fit.fit, fit.logErrors) : knowledgeOfPreset();
		const at = fit?.fit.hardware ?? hardware;
		lines.push(
			line(
				experiment,
				fit,
				rows.map((row) => validateRow(row, at, options, knowledge)),
			),
		);
		console.log(lines.at(-1));
		if (fit) parameters.push(...parametersOf(experiment, fit));
	}
	if (lines.length === 0) return [];
	return [
		"## Measured steps",
		"",
		"vTrain's public measurements (VIA-Research/vTrain, MICRO 2024): Megatron-DeepSpeed, fp16, full recomputation,",
		"`a100-80g` with `hdr-200g-x4`. Errors in percent; Spearman's correlation is the worst of all models with as many",
		"GPUs; the regret is how much slower the row predicted fastest is than the fastest of its model, GPUs and batch.",
		"",
		"The rows of one node with the same tensor parallelism, width and micro-batch lie on a straight line over layers and",
		"micro-batches to 0.01 %: times put together from a profile rather than single runs. What is left of the error there",
		"is the profile's own spread from shape to shape, which no parameter may stand for. That groups of some of a node's",
		"GPUs go through one NIC, and the presets' cost of misaligned rows, were seen in these rows, too.",
		"",
		"| rows fitted to and validated | fitted to | parameters | n | MAPE | p95 | worst | bias | Spearman | mean regret | worst regret | in interval |",
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
		...lines,
		"",
		"The parameters of these fits: all that differ from the preset.",
		"",
		"| fit | parameter | value | 90 % interval | preset |",
		"|---|---|--:|--:|--:|",
		...parameters,
		"",
	];
}

function publishedSection(): string[] {
	const rows = publishedTimes().map(({ source, what, publishedMs, framework, hardware, ...job }) => {
		const predictedMs = simulateRow(job, hardware, FRAMEWORKS[framework]);
		const errorPct = 100 * (predictedMs / publishedMs - 1);
		return {
			errorPct,
			text: `| ${source} | ${what} | ${publishedMs} | ${predictedMs.toFixed(0)} | ${errorPct.toFixed(1)} |`,
		};
	});
	for (const { text } of rows) console.log(text);
	const mean = rows.reduce((sum, { errorPct }) => sum + Math.abs(errorPct), 0) / rows.length;
	return [
		"## Published steps",
		"",
		"Predicted from presets alone; nothing was fitted to them.",
		"",
		"| source | job | published ms | predicted ms | error % |",
		"|---|---|--:|--:|--:|",
		...rows.map(({ text }) => text),
		"",
		`Mean |error| ${mean.toFixed(1)} %.`,
		"",
	];
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const published = publishedSection();
const measured = measuredSection(process.argv[2] ?? here("../../shared/measured"));
const text = [
	"# Accuracy",
	"",
	"Written by `npm run accuracy:measured`; what replays of real traces are off by is `npm run accuracy`.",
	"",
	...measured,
	...published,
].join("\n");
writeFileSync(here("../docs/accuracy.md"), text);
