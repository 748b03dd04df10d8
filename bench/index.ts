/**
 * Runs the benchmarks: `npm run bench -- [NAME…] [--repeat N] [--out FILE | --store]`.
 *
 * Each `*.bench.ts` runs in a process of its own, `--repeat` times over (default 3), so that neither the heap nor the
 * JIT of one touches another, and so that the spread between processes is part of the noise. Prints a table; writes
 * JSON with machine and versions to bench/results/, to `--out`, or, with `--store`, as the baseline of this CPU.
 */
import { fork } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { baselineName } from "./compare.js";
import { type BenchRun, type Figure, figureSchema, median, relativeSpread } from "./figure.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const { values: flags, positionals } = parseArgs({
	allowPositionals: true,
	options: { repeat: { type: "string", default: "3" }, out: { type: "string" }, store: { type: "boolean" } },
});
const repeats = Math.max(1, Number(flags.repeat));
const takenAt = new Date().toISOString();

function runOnce(file: string): Promise<Figure[]> {
	return new Promise((done, failed) => {
		const child = fork(join(folder, "child.ts"), [file], { execArgv: ["--import", "tsx", "--expose-gc"] });
		child.once("message", (message) => done(z.array(figureSchema).parse(message)));
		child.once("exit", (code) => failed(new Error(`${file} ended with exit code ${code} and no figures`)));
	});
}

/** Medians over the repeats; the noise is the wider of that within a process and that between processes. */
function combine(bench: string, runs: readonly (readonly Figure[])[]): BenchRun["figures"] {
	return runs[0]!.map((figure) => {
		const same = runs.flatMap((run) => run.filter(({ name }) => name === figure.name));
		const value = median(same.map((one) => one.value));
		if (figure.ratio === undefined) return { bench, ...figure, value };
		const ratios = same.map(({ ratio = Number.NaN }) => ratio);
		const noise = Math.max(relativeSpread(ratios), median(same.map((one) => one.noise ?? 0)));
		return { bench, ...figure, value, ratio: median(ratios), noise };
	});
}

function versionOf(name: string): string {
	const path = name === "lumos-sim" ? "../package.json" : `../node_modules/${name}/package.json`;
	return (JSON.parse(readFileSync(join(folder, path), "utf8")) as { version: string }).version;
}

function table(figures: BenchRun["figures"]): string {
	const rows = figures.map(({ bench, name, value, unit, rival = "", ratio, noise = 0, target }) => [
		`${bench}: ${name}`,
		`${value.toPrecision(4)} ${unit}`,
		ratio === undefined ? "" : `${ratio.toPrecision(3)}x ±${(100 * noise).toFixed(0)} %`,
		rival,
		target === undefined || ratio === undefined ? "" : `${ratio >= target ? "reaches" : "MISSES"} ${target}x`,
	]);
	const all = [["benchmark", "ours", "against", "rival", "target"], ...rows];
	const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
	return all
		.map((row) =>
			row
				.map((cell, i) => cell.padEnd(widths[i]!))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}

const names = readdirSync(folder)
	.flatMap((name) => (name.endsWith(".bench.ts") ? [name.slice(0, -".bench.ts".length)] : []))
	.filter((name) => positionals.length === 0 || positionals.includes(name));

if (names.length === 0) {
	process.stderr.write(`no benchmark is called ${positionals.join(" or ")}\n`);
	process.exit(2);
}

const figures: BenchRun["figures"] = [];
for (const name of names) {
	const runs: Figure[][] = [];
	for (let i = 0; i < repeats; i++) {
		process.stderr.write(`${name} ${i + 1}/${repeats}\n`);
		runs.push(await runOnce(join(folder, `${name}.bench.ts`)));
	}
	figures.push(...combine(name, runs));
}

const run: BenchRun = {
	schema: "lumos.bench/1",
	machine: {
		cpu: cpus()[0]!.model.trim(),
		cores: cpus().length,
		memoryGb: Math.round(totalmem() / 2 ** 30),
		os: `${platform()} ${release()} ${arch()}`,
	},
	node: process.version,
	packages: Object.fromEntries(
		["lumos-sim", "assemblyscript", "tinybench", "tsx"].map((name) => [name, versionOf(name)]),
	),
	takenAt,
	repeats,
	figures,
};
const name = flags.store ? `baseline/${baselineName(run.machine.cpu)}` : `results/${takenAt.replaceAll(":", "-")}.json`;
const file = resolve(flags.out ?? join(folder, name));
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(run, undefined, "\t")}\n`);
process.stdout.write(`${table(figures)}\n${file}\n`);
