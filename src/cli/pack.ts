/** `lumos pack`: the execution graph as one file that every command reads instead of the traces. */
import { basename, resolve } from "node:path";
import { writeContainer } from "../graph/container/write.js";
import { inspected } from "../ingest/rank-read.js";
import { UserError } from "../lib/errors.js";
import { factsOfRanks } from "../predict/traced-base.js";
import { assembleInspect } from "../report/assemble-inspect.js";
import { formatPack } from "../report/format-pack.js";
import { listTraces } from "../trace/index.js";
import { graphOf, withRanks } from "./load.js";
import type { ReadFlags } from "./options.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { openPacked } from "./packed.js";
import { peakRssMb, print, stdoutLook } from "./terminal.js";
import { version } from "./version.js";

interface PackFlags extends ReadFlags {
	readonly out?: string;
}

export async function pack(paths: string[], flags: PackFlags): Promise<void> {
	const started = performance.now();
	if (await openPacked(paths, flags))
		throw new UserError(`${paths[0]} is packed already; replay or inspect it as it is`);
	const path = flags.out ?? nameAfter(paths[0]!);
	const file = checkOutput(path, await listTraces(paths));
	const { graph, source, warnings, job, facts, workers, ingestMs, graphMs } = await withRanks(
		paths,
		flags,
		{ graph: true, shape: true, labels: true },
		async (loaded, pool) => {
			const inspectTiming = { ingestMs: loaded.ingestMs, totalMs: 0, peakRssMb: 0, workers: loaded.workers };
			const { timing: _, ...job } = assembleInspect(inspected(loaded.reads), loaded.source, inspectTiming, flags);
			const blocks = loaded.reads.map(({ block }) => block!);
			const surveys = loaded.reads.map(({ survey }) => survey!);
			return { ...(await graphOf(loaded, pool, flags)), job, facts: factsOfRanks(blocks, surveys) };
		},
	);
	const writeStarted = performance.now();
	const meta = { createdBy: `lumos ${version}`, source, warnings: [...warnings], job };
	const bytes = await writeOutput(file, (place) => writeContainer(place, graph, meta, facts));
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
			workers,
		},
	};
	await print(flags.json ? JSON.stringify(result) : formatPack(result, stdoutLook()));
}

/** `rank0.lumos` for `traces/rank0.pt.trace.json.gz`, `traces.lumos` for `traces/`. */
function nameAfter(path: string): string {
	return `${basename(resolve(path)).replace(/(\.(json|gz|zst|pt|trace))+$/, "") || "traces"}.lumos`;
}
