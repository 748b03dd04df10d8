/** From what the user named to an execution graph: traces are read and built, packed graphs are opened. */
import { realpathSync } from "node:fs";
import { type BuildOptions, buildGraph } from "../graph/build.js";
import type { GraphSource } from "../graph/container/index.js";
import type { ExecutionGraph } from "../graph/graph.js";
import type { Trace, TraceWarning } from "../trace/columns.js";
import { listTraces, loadKernelClasses, readTrace } from "../trace/index.js";
import { releaseStage } from "./memory.js";
import { asOneJob } from "./one-job.js";
import type { ReadFlags } from "./options.js";
import { openPacked } from "./packed.js";
import { computing } from "./signals.js";
import { statOrUndefined } from "./stat.js";
import { stderrProgress } from "./terminal.js";

export interface LoadedTraces {
	readonly traces: readonly Trace[];
	readonly source: GraphSource;
	readonly ingestMs: number;
}

export interface LoadedGraph {
	readonly graph: ExecutionGraph;
	readonly source: GraphSource;
	readonly warnings: readonly TraceWarning[];
	readonly ingestMs: number;
	readonly graphMs: number;
}

export async function loadTraces(paths: readonly string[], flags: ReadFlags): Promise<LoadedTraces> {
	const started = performance.now();
	const files = eachOnce(await listTraces(paths));
	const sizes = files.map((file) => statOrUndefined(file)?.size ?? 0);
	const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
	const progress = stderrProgress(files.length > 1 ? `Reading ${files.length} traces` : "Reading");
	const traces: Trace[] = [];
	let bytesBefore = 0;
	try {
		for (const [index, file] of files.entries()) {
			const onProgress = (done: number): void => progress.update(bytesBefore + done, totalBytes);
			traces.push(await readTrace(file, { ...readOptions(flags), onProgress }));
			bytesBefore += sizes[index]!;
		}
	} finally {
		progress.finish();
	}
	const ranked = asOneJob(traces);
	return { traces: ranked, source: sourceOf(ranked), ingestMs: performance.now() - started };
}

export async function loadGraph(paths: readonly string[], flags: ReadFlags): Promise<LoadedGraph> {
	const started = performance.now();
	const packed = await openPacked(paths, flags);
	if (packed) {
		const { source, warnings } = packed.meta;
		return { graph: packed.graph, source, warnings, ingestMs: performance.now() - started, graphMs: 0 };
	}
	// Before the traces: a mistake in it should not show after minutes of reading.
	const options = buildOptions(flags);
	const { traces, source, ingestMs } = await loadTraces(paths, flags);
	releaseStage(source.events);
	const graphStarted = performance.now();
	const { graph, warnings } = await computing(() => buildGraph(traces, options));
	return { graph, source, warnings, ingestMs, graphMs: performance.now() - graphStarted };
}

export function buildOptions(flags: ReadFlags): BuildOptions {
	return flags.kernelClasses === undefined ? {} : { kernelClasses: loadKernelClasses(flags.kernelClasses) };
}

function readOptions({ strict, maxBytes, maxRatio }: ReadFlags) {
	return {
		...(strict ? { strict } : {}),
		...(maxBytes === undefined ? {} : { maxBytes }),
		...(maxRatio === undefined ? {} : { maxRatio }),
	};
}

/** A file that is named twice, or by itself and by its folder, is read once. */
function eachOnce(files: readonly string[]): string[] {
	const seen = new Map<string, string>();
	for (const file of files) {
		const real = statOrUndefined(file) === undefined ? file : realpathSync(file);
		if (!seen.has(real)) seen.set(real, file);
	}
	return [...seen.values()];
}

function sourceOf(traces: readonly Trace[]): GraphSource {
	const sum = (field: "eventCount" | "bytes" | "compressedBytes"): number =>
		traces.reduce((total, trace) => total + trace[field], 0);
	return {
		files: traces.length,
		ranks: traces.length,
		worldSize: traces.reduce((most, trace) => Math.max(most, trace.worldSize), traces.length),
		events: sum("eventCount"),
		bytes: sum("bytes"),
		compressedBytes: sum("compressedBytes"),
	};
}
