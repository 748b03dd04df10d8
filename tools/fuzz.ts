/**
 * Feeds broken traces to the whole way from file to document: `npm run fuzz -- [--runs N] [--seed S]`.
 *
 * Each must read, build, replay and be measured, or be refused with one line that names the file. A trap, another error,
 * a result that does not hang together or an input that takes too long is a bug: it is kept in the temporary folder and named with its run, and
 * `--seed S --from RUN --runs 1` repeats it.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { simulate } from "../src/engine/index.js";
import { buildGraph } from "../src/graph/build.js";
import { findFault } from "../src/graph/container/index.js";
import { typicalTiming } from "../src/graph/typical.js";
import { UserError } from "../src/lib/errors.js";
import { assembleReplay } from "../src/report/assemble-replay.js";
import { replayResult } from "../src/report/replay-result.js";
import { Random } from "../src/synth/random.js";
import { readTrace, type Trace } from "../src/trace/index.js";
import { mutate } from "./fuzz-mutations.js";
import { fuzzSeeds } from "./fuzz-seeds.js";

export interface FuzzOptions {
	readonly runs: number;
	readonly seed: number;
	/** The first run. @default 0 */
	readonly from?: number;
	readonly onRun?: (run: number) => unknown;
}

export interface FuzzReport {
	readonly read: number;
	readonly refused: number;
	readonly failures: readonly string[];
}

/** The longest that any input may take. */
const LIMIT_MS = 10_000;

export async function fuzz({ runs, seed, from = 0, onRun }: FuzzOptions): Promise<FuzzReport> {
	const seeds = fuzzSeeds();
	const folder = mkdtempSync(join(tmpdir(), "lumos-fuzz-"));
	const path = join(folder, "input.json");
	let read = 0;
	let refused = 0;
	const failures: string[] = [];
	for (let run = from; run < from + runs; run++) {
		onRun?.(run);
		const random = new Random(seed, run);
		const input = mutate(seeds, random);
		writeFileSync(path, input.bytes);
		const startMs = performance.now();
		let problem: string | undefined;
		try {
			const trace = await readTrace(path, { strict: random.next() < 0.1, keepPython: random.next() < 0.2 });
			problem = inconsistency(trace) ?? replayed(trace);
			read++;
		} catch (error) {
			problem = explain(error, path);
			refused++;
		}
		if (performance.now() - startMs > LIMIT_MS) problem = `took ${Math.round(performance.now() - startMs)} ms`;
		if (problem === undefined) continue;
		const kept = join(tmpdir(), `lumos-fuzz-${seed}-${run}.json`);
		writeFileSync(kept, input.bytes);
		failures.push(`run ${run} (${input.steps.join(", ")}), kept as ${kept}: ${problem}`);
	}
	rmSync(folder, { recursive: true });
	return { read, refused, failures };
}

function explain(error: unknown, path: string): string | undefined {
	if (!(error instanceof UserError)) return `${error instanceof Error ? error.stack : error}`;
	if (!error.message.startsWith(path)) return `the error does not name the file: ${error.message}`;
	return error.message.includes("\n") ? `the error has several lines: ${error.message}` : undefined;
}

/** What does not hang together in a trace that was read. */
function inconsistency({
	events,
	comms,
	syncs,
	forwardBackward,
	tracks,
	strings,
	eventCount,
	skipped,
}: Trace): string | undefined {
	for (const [name, column] of Object.entries(events)) {
		if (name !== "count" && (column as Uint8Array).length !== events.count) return `column ${name} has another length`;
	}
	for (let row = 0; row < events.count; row++) {
		const detail = events.detail[row]!;
		const sync = events.category[row] === 8;
		if (events.category[row]! < 1 || events.category[row]! > 10)
			return `row ${row} has category ${events.category[row]}`;
		if (events.track[row]! >= tracks.length) return `row ${row} has no track`;
		if (events.name[row]! >= strings.count || events.shape[row]! >= strings.count) return `row ${row} has no name`;
		if (!(Number.isFinite(events.startNs[row]!) && events.durNs[row]! >= 0)) return `row ${row} has no time`;
		if (detail < -1 || detail >= (sync ? syncs : comms).count) return `row ${row} has no detail`;
		if (detail >= 0 && (sync ? syncs : comms).event[detail] !== row) return `row ${row} shares its detail`;
	}
	for (const id of events.name) strings.get(id);
	for (let flow = 0; flow < forwardBackward.count; flow++) {
		if (forwardBackward.fromTrack[flow]! >= tracks.length || forwardBackward.toTrack[flow]! >= tracks.length)
			return `flow ${flow} has no track`;
	}
	const lost = skipped.reduce((sum, { count }) => sum + count, 0);
	if (events.count + lost > eventCount)
		return `${events.count} rows and ${lost} skipped make more than ${eventCount} events`;
	return undefined;
}

/** What does not hang together in the replay of a trace. */
function replayed(trace: Trace): string | undefined {
	const { graph } = buildGraph([trace]);
	const fault = findFault(graph);
	if (fault) return `the graph is at fault: ${JSON.stringify(fault)}`;
	const times = simulate(graph);
	if (!times.startNs.every((start) => start >= 0 && Number.isFinite(start))) return "a task starts at no time";
	simulate(graph, typicalTiming(graph));
	const source = { files: 1, ranks: 1, worldSize: 1, events: 0, bytes: 0, compressedBytes: 0 };
	const timing = { ingestMs: 0, graphMs: 0, simulateMs: 0, totalMs: 0, peakRssMb: 0, workers: 1 };
	const result = assembleReplay({ graph, times, source, warnings: [...trace.warnings], timing });
	const checked = replayResult.safeParse(JSON.parse(JSON.stringify(result)));
	return checked.success
		? undefined
		: `the document is not valid: ${checked.error.issues[0]?.path.join(".")} ${checked.error.issues[0]?.message}`;
}

type Message = { readonly run: number } | { readonly report: FuzzReport };

/** Runs in a process of its own, so that an endless loop can be told and ended. */
function watch(options: FuzzOptions): Promise<FuzzReport> {
	const child = fork(fileURLToPath(import.meta.url), [], {
		execArgv: ["--import", "tsx"],
		env: { ...process.env, [CHILD]: JSON.stringify(options) },
	});
	let run = options.from ?? 0;
	let aliveMs = performance.now();
	return new Promise((done) => {
		const end = (report: FuzzReport): void => {
			clearInterval(watchdog);
			child.kill("SIGKILL");
			done(report);
		};
		const lose = (what: string): void =>
			end({ read: run, refused: 0, failures: [`run ${run}: ${what}; repeat it with --from ${run} --runs 1`] });
		const watchdog = setInterval(() => {
			if (performance.now() - aliveMs > 3 * LIMIT_MS) lose("hangs");
		}, 1000);
		child.on("message", (message: Message) => {
			aliveMs = performance.now();
			if ("report" in message) return end(message.report);
			run = message.run;
			if (run % 1000 === 0) process.stderr.write(`fuzz: run ${run}\n`);
		});
		child.on("exit", (code, signal) => lose(`the process ended (${signal ?? code})`));
	});
}

const CHILD = "LUMOS_FUZZ_CHILD";

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			runs: { type: "string", default: "10000" },
			seed: { type: "string", default: "1" },
			from: { type: "string", default: "0" },
		},
	});
	const report = await watch({ runs: Number(values.runs), seed: Number(values.seed), from: Number(values.from) });
	for (const failure of report.failures) console.log(failure);
	console.log(`${report.read} read, ${report.refused} refused, ${report.failures.length} bugs`);
	process.exitCode = report.failures.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const given = process.env[CHILD];
	if (given === undefined) await main();
	else {
		const options = JSON.parse(given) as FuzzOptions;
		const send = (message: Message): boolean => process.send!(message);
		send({ report: await fuzz({ ...options, onRun: (run) => send({ run }) }) });
	}
}
