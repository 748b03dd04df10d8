/** From what the user named to an execution graph: traces are read and built, packed graphs are opened. */

import { type BuildOptions, buildGraph } from "../graph/build.js";
import { type Container, type GraphSource, isContainer, readContainer } from "../graph/container/index.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { UserError } from "../lib/errors.js";
import type { Found, Trace, TraceWarning } from "../trace/columns.js";
import { listTraces, loadKernelClasses, readTrace } from "../trace/index.js";
import type { ReadFlags } from "./options.js";
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

/** The packed graph if that is what was named; undefined for traces. */
export function openPacked(paths: readonly string[]): Container | undefined {
	const packed = paths.filter(isContainer);
	if (packed.length === 0) return undefined;
	if (paths.length > 1) throw new UserError(`${packed[0]} is a packed graph: give it alone, not with other files`);
	return readContainer(packed[0]!);
}

export async function loadTraces(paths: readonly string[], flags: ReadFlags): Promise<LoadedTraces> {
	const started = performance.now();
	const files = await listTraces(paths);
	const traces: Trace[] = [];
	for (const [index, file] of files.entries()) {
		const progress = stderrProgress(files.length > 1 ? `Reading ${index + 1}/${files.length}` : "Reading");
		try {
			traces.push(
				await readTrace(file, {
					...(flags.strict ? { strict: true } : {}),
					...(flags.maxBytes === undefined ? {} : { maxBytes: flags.maxBytes }),
					...(flags.maxRatio === undefined ? {} : { maxRatio: flags.maxRatio }),
					onProgress: (done, total) => progress.update(done, total),
				}),
			);
		} finally {
			progress.finish();
		}
	}
	const ranked = byRank(traces);
	return { traces: ranked, source: sourceOf(ranked), ingestMs: performance.now() - started };
}

export async function loadGraph(paths: readonly string[], flags: ReadFlags): Promise<LoadedGraph> {
	const started = performance.now();
	const packed = openPacked(paths);
	if (packed) {
		const { source, warnings } = packed.meta;
		return { graph: packed.graph, source, warnings, ingestMs: performance.now() - started, graphMs: 0 };
	}
	const { traces, source, ingestMs } = await loadTraces(paths, flags);
	const graphStarted = performance.now();
	const { graph, warnings } = buildGraph(traces, buildOptions(flags));
	return { graph, source, warnings, ingestMs, graphMs: performance.now() - graphStarted };
}

export function buildOptions(flags: ReadFlags): BuildOptions {
	return flags.kernelClasses === undefined ? {} : { kernelClasses: loadKernelClasses(flags.kernelClasses) };
}

/** In the order of their ranks; traces that do not say theirs take the free numbers in the order given. */
function byRank(traces: readonly Trace[]): Trace[] {
	if (traces.length < 2) return [...traces];
	const taken = new Map<number, Trace>();
	for (const trace of traces) {
		if (trace.rankFound === "unknown") continue;
		const other = taken.get(trace.rank);
		if (other) throw new UserError(`${other.path} and ${trace.path} are both rank ${trace.rank}; give one of them`);
		taken.set(trace.rank, trace);
	}
	let free = 0;
	for (const trace of traces) {
		if (trace.rankFound !== "unknown") continue;
		while (taken.has(free)) free++;
		const rankFound: Found = "inferred";
		taken.set(free, { ...trace, rank: free, rankFound });
	}
	return [...taken.values()].sort((a, b) => a.rank - b.rank);
}

function sourceOf(traces: readonly Trace[]): GraphSource {
	const sum = (field: "eventCount" | "bytes" | "compressedBytes"): number =>
		traces.reduce((total, trace) => total + trace[field], 0);
	return {
		files: traces.length,
		ranks: traces.length,
		worldSize: Math.max(traces.length, ...traces.map((trace) => trace.worldSize)),
		events: sum("eventCount"),
		bytes: sum("bytes"),
		compressedBytes: sum("compressedBytes"),
	};
}
