/**
 * Holds a run of the benchmarks against a stored one: `npm run bench:compare -- [RUN.json] [--baseline FILE]`.
 *
 * Without arguments: the newest run in bench/results/ against the baseline of the same CPU in bench/baseline/, or, where
 * there is none, against the only other one. Only ratios to rivals are compared, never times: both sides of a ratio
 * were measured on one machine in one run. A ratio may fall by the noise of both runs and 5 % more.
 *
 * Exit code 0: no regression. 1: a ratio fell further, or a figure of the baseline is gone. 2: unusable input, also runs
 * so noisy that half of a ratio could be lost unseen.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UserError } from "../src/lib/errors.js";
import { type BenchRun, runSchema } from "./figure.js";

const ALLOWANCE = 0.05;
const LARGEST_TOLERANCE = 0.5;

export interface Verdict {
	readonly figure: string;
	readonly regressed: boolean;
	readonly tooNoisy: boolean;
	readonly text: string;
}

export function compareRuns(baseline: BenchRun, run: BenchRun): Verdict[] {
	const now = new Map(run.figures.map((figure) => [`${figure.bench}: ${figure.name}`, figure]));
	return baseline.figures.flatMap((before): Verdict[] => {
		const figure = `${before.bench}: ${before.name}`;
		const after = now.get(figure);
		if (before.ratio === undefined) return [];
		if (after?.ratio === undefined) return [{ figure, regressed: true, tooNoisy: false, text: "gone from the run" }];
		const tolerance = ALLOWANCE + (before.noise ?? 0) + (after.noise ?? 0);
		const change = after.ratio / before.ratio - 1;
		const regressed = change < -tolerance;
		const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
		const text = `${before.ratio.toPrecision(3)}x -> ${after.ratio.toPrecision(3)}x (${percent(change)}, tolerance ${percent(tolerance)})`;
		return [{ figure, regressed, tooNoisy: tolerance > LARGEST_TOLERANCE, text }];
	});
}

export function readRun(path: string): BenchRun {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch {
		throw new UserError(`${path}: cannot be read; give the file that npm run bench wrote`);
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new UserError(`${path}: not JSON (${(error as Error).message})`);
	}
	const parsed = runSchema.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new UserError(`${path}: not a benchmark run: ${issue!.path.join(".")}: ${issue!.message}`);
}

const folder = fileURLToPath(new URL(".", import.meta.url));

function jsonFiles(path: string): string[] {
	if (!existsSync(path)) return [];
	const names = readdirSync(path).filter((name) => name.endsWith(".json"));
	return names.sort().map((name) => join(path, name));
}

/** A file name for a CPU model. */
export function baselineName(cpu: string): string {
	return `${cpu
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, "-")
		.replaceAll(/^-|-$/g, "")}.json`;
}

function baselineFor(run: BenchRun): string {
	const stored = jsonFiles(join(folder, "baseline"));
	const own = stored.find((path) => path.endsWith(`/${baselineName(run.machine.cpu)}`));
	if (own ?? stored.length === 1) return own ?? stored[0]!;
	throw new UserError(
		`no baseline for ${run.machine.cpu}: store a run as bench/baseline/${baselineName(run.machine.cpu)}`,
	);
}

function main(): number {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { baseline: { type: "string" } } });
	const newest = jsonFiles(join(folder, "results")).at(-1);
	if (!positionals[0] && !newest) throw new UserError("no run to compare: run npm run bench first, or name a file");
	const run = readRun(resolve(positionals[0] ?? newest!));
	const baselinePath = values.baseline === undefined ? baselineFor(run) : resolve(values.baseline);
	const baseline = readRun(baselinePath);
	const verdicts = compareRuns(baseline, run);
	if (verdicts.length === 0) throw new UserError(`${baselinePath}: has no ratios to hold a run against`);
	process.stdout.write(`baseline: ${baselinePath} (${baseline.machine.cpu}, Node ${baseline.node})\n`);
	for (const { figure, regressed, tooNoisy, text } of verdicts) {
		const word = regressed ? "REGRESSED" : tooNoisy ? "NOISY" : "ok";
		process.stdout.write(`${word.padEnd(9)}  ${figure}  ${text}\n`);
	}
	if (verdicts.some(({ regressed }) => regressed)) return 1;
	const noisy = verdicts.filter(({ tooNoisy }) => tooNoisy).length;
	if (noisy > 0) throw new UserError(`${noisy} figures are too noisy to tell: run npm run bench on a quieter machine`);
	return 0;
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
	try {
		process.exitCode = main();
	} catch (error) {
		if (!(error instanceof UserError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS"))) throw error;
		process.stderr.write(`${(error as Error).message}\n`);
		process.exitCode = 2;
	}
}
