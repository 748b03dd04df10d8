/**
 * Whole jobs of 8, 64 and 512 ranks, from their `.json.gz` files to the result: `npm run bench:scale -- [--ranks N,N…]
 * [--rounds N] [--data DIR]`. Makes its traces with `lumos synth`, once.
 *
 * The rival inflates the same files and throws the text away: as many `zcat > /dev/null` side by side as there are
 * cores. Both take turns, so that a slow moment of the machine hits both; medians of the ratios are printed, the time
 * an event, how much two workers gain on one, the peak memory, and how much sooner a kept graph opens.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ReplayResult } from "../src/report/replay-result.js";
import { median, relativeSpread } from "./figure.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const lumos = join(folder, "../dist/cli/main.js");
const { values: flags } = parseArgs({
	options: {
		ranks: { type: "string", default: "8,64,512" },
		rounds: { type: "string", default: "3" },
		data: { type: "string", default: join(tmpdir(), "lumos-bench-scale") },
	},
});
const cores = Math.min(2, availableParallelism());

/** Tensor, pipeline and data parallel degrees. About 29,000 events a rank, whatever the size of the job. */
const JOBS: Readonly<Record<number, readonly [number, number, number]>> = {
	8: [2, 2, 2],
	64: [8, 4, 2],
	512: [8, 8, 8],
};

function run(
	program: string,
	args: readonly string[],
	env: NodeJS.ProcessEnv = {},
): Promise<{ ms: number; stdout: string }> {
	const started = performance.now();
	const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
	let stdout = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	return new Promise((done, failed) => {
		child.on("error", failed).on("close", (code) => {
			if (code === 0) done({ ms: performance.now() - started, stdout });
			else failed(new Error(`${program} ${args.join(" ")} ended with ${code}`));
		});
	});
}

async function traces(ranks: number): Promise<string> {
	const path = join(flags.data, `${ranks}`);
	if (existsSync(join(path, "truth.json"))) return path;
	rmSync(path, { recursive: true, force: true });
	const [tp, pp, dp] = JOBS[ranks]!;
	process.stderr.write(`making the traces of ${ranks} ranks\n`);
	const size = [
		"--num-layers",
		`${pp * 12}`,
		"--hidden-size",
		"4096",
		"--num-attention-heads",
		"32",
		"--seq-length",
		"2048",
	];
	const degrees = ["--tp", `${tp}`, "--pp", `${pp}`, "--dp", `${dp}`, "--num-micro-batches", "8", "--steps", "2"];
	await run(process.execPath, [lumos, "synth", "--out", path, ...size, ...degrees, "--overlap-grad-reduce"]);
	return path;
}

/** The time in which all files are inflated by as many processes as there are cores, ms. */
async function inflateAll(path: string): Promise<number> {
	const files = readdirSync(path).filter((name) => name.endsWith(".gz"));
	const shares = Array.from({ length: cores }, (_, core) => files.filter((_file, i) => i % cores === core));
	const started = performance.now();
	await Promise.all(shares.map((share) => run("/bin/sh", ["-c", 'cd "$0" && zcat "$@" > /dev/null', path, ...share])));
	return performance.now() - started;
}

async function replay(path: string, ...more: string[]): Promise<{ ms: number; result: ReplayResult }> {
	const { ms, stdout } = await run(process.execPath, [lumos, "replay", path, "--json", ...more]);
	return { ms, result: JSON.parse(stdout) as ReplayResult };
}

interface Row {
	readonly ranks: number;
	readonly events: number;
	readonly megabytes: number;
	readonly compressedMegabytes: number;
	readonly seconds: number;
	readonly inflateSeconds: number;
	/** Ours over inflating's. */
	readonly ratio: number;
	readonly noise: number;
	readonly microsecondsPerEvent: number;
	readonly peakRssMb: number;
	readonly iterationErrorPct: number;
	readonly tasks: number;
	/** Reading by one worker over reading by two. */
	readonly twoWorkers: number;
	/** From the traces to a graph over opening the kept one. */
	readonly openedSooner: number;
}

async function measure(ranks: number): Promise<Row> {
	const path = await traces(ranks);
	const runs: { ours: number; rival: number; result: ReplayResult; one: number }[] = [];
	for (let round = 0; round < Number(flags.rounds); round++) {
		const rival = await inflateAll(path);
		const { ms: ours, result } = await replay(path, "--no-cache", "--workers", `${cores}`);
		const { result: single } = await replay(path, "--no-cache", "--workers", "1");
		runs.push({ ours, rival, result, one: single.timing.ingestMs / result.timing.ingestMs });
		process.stderr.write(`${ranks} ranks, round ${round + 1}: ${(ours / 1000).toFixed(2)} s\n`);
	}
	const opened = await reopen(path);
	const { source, timing, iteration, graph } = runs.at(-1)!.result;
	const ratios = runs.map(({ ours, rival }) => ours / rival);
	const ms = median(runs.map(({ ours }) => ours));
	return {
		ranks,
		events: source.events,
		megabytes: source.bytes / 1e6,
		compressedMegabytes: source.compressedBytes / 1e6,
		seconds: ms / 1000,
		inflateSeconds: median(runs.map(({ rival }) => rival)) / 1000,
		ratio: median(ratios),
		noise: relativeSpread(ratios),
		microsecondsPerEvent: (1000 * ms) / source.events,
		peakRssMb: timing.peakRssMb,
		iterationErrorPct: iteration.errorPct,
		tasks: graph.tasks,
		twoWorkers: median(runs.map(({ one }) => one)),
		openedSooner: opened,
	};
}

/** How much sooner a packed job is ready to be simulated than its traces. */
async function reopen(path: string): Promise<number> {
	const scratch = mkdtempSync(join(flags.data, "packed-"));
	try {
		const packed = join(scratch, "job.lumos");
		await run(process.execPath, [lumos, "pack", path, "--out", packed]);
		const { result: first } = await replay(path, "--no-cache", "--workers", `${cores}`);
		const { result: second } = await replay(packed);
		const ready = ({ timing }: ReplayResult): number => timing.ingestMs + timing.graphMs;
		return ready(first) / ready(second);
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

mkdirSync(flags.data, { recursive: true });
const rows: Row[] = [];
for (const ranks of flags.ranks.split(",").map(Number)) {
	if (!(ranks in JOBS)) throw new Error(`--ranks ${ranks}: choose of ${Object.keys(JOBS).join(", ")}`);
	rows.push(await measure(ranks));
}
for (const row of rows) {
	const { ranks, events, megabytes, compressedMegabytes, tasks, seconds, inflateSeconds, ratio, noise } = row;
	const lines = [
		`${ranks} ranks: ${events.toLocaleString("en")} events, ${megabytes.toFixed(0)} MB (${compressedMegabytes.toFixed(0)} MB gzipped), ${tasks.toLocaleString("en")} tasks`,
		`  replayed in ${seconds.toFixed(2)} s, ${ratio.toFixed(2)}x ±${(100 * noise).toFixed(0)} % of ${cores} zcat side by side (${inflateSeconds.toFixed(2)} s)`,
		`  ${row.microsecondsPerEvent.toFixed(2)} us an event, peak ${row.peakRssMb.toFixed(0)} MB, iteration error ${row.iterationErrorPct.toFixed(3)} %`,
		`  two workers read ${row.twoWorkers.toFixed(2)}x as fast as one; packed, it is ready ${row.openedSooner.toFixed(1)}x sooner`,
	];
	process.stdout.write(`${lines.join("\n")}\n`);
}
const file = join(folder, "results/scale.json");
mkdirSync(dirname(file), { recursive: true });
writeFileSync(
	file,
	`${JSON.stringify({ node: process.version, cores, takenAt: new Date().toISOString(), rows }, undefined, "\t")}\n`,
);
