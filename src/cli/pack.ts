/** `lumos pack`: the execution graph as one file that every command reads instead of the traces. */
import { mkdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Command } from "commander";
import { buildGraph } from "../graph/build.js";
import { writeContainer } from "../graph/container/index.js";
import { UserError } from "../lib/errors.js";
import { assembleInspect } from "../report/assemble-inspect.js";
import { formatPack } from "../report/format-pack.js";
import { buildOptions, loadTraces, openPacked } from "./load.js";
import { type ReadFlags, withReadFlags } from "./options.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";
import { version } from "./version.js";

interface PackFlags extends ReadFlags {
	readonly out?: string;
}

export function addPack(program: Command): void {
	withReadFlags(program.command("pack").description("pack traces into one file that opens at once"))
		.option("-o, --out <file>", "where to write it (default: named after the traces, in this folder)")
		.addHelpText("after", "\nExample:\n  $ lumos pack traces/ --out job.lumos && lumos replay job.lumos")
		.action(pack);
}

async function pack(paths: string[], flags: PackFlags): Promise<void> {
	const started = performance.now();
	if (openPacked(paths)) throw new UserError(`${paths[0]} is packed already`);
	const { traces, source, ingestMs } = await loadTraces(paths, flags);
	const graphStarted = performance.now();
	const { graph, warnings } = buildGraph(traces, buildOptions(flags));
	const graphMs = performance.now() - graphStarted;
	const path = flags.out ?? `${basename(resolve(paths[0]!)).replace(/\.(json|gz|zst|pt|trace|\.)+$/, "")}.lumos`;
	mkdirSync(dirname(path), { recursive: true });
	const writeStarted = performance.now();
	const { timing: _, ...job } = assembleInspect(traces, source, { ingestMs, totalMs: 0, peakRssMb: 0, workers: 1 });
	const bytes = writeContainer(path, graph, { createdBy: `lumos ${version}`, source, warnings: [...warnings], job });
	const result = {
		schema: "lumos.pack/1" as const,
		path,
		bytes,
		source,
		graph: { tasks: graph.taskCount, edges: graph.edgeCount, steps: graph.steps.length },
		warnings: [...warnings],
		timing: {
			ingestMs,
			graphMs,
			writeMs: performance.now() - writeStarted,
			totalMs: performance.now() - started,
			peakRssMb: peakRssMb(),
			workers: 1,
		},
	};
	await print(flags.json ? JSON.stringify(result) : formatPack(result, stdoutLook()));
}
