/** From what the user named to an execution graph: traces are read and built, packed graphs are opened. */
import { realpathSync } from "node:fs";
import { allocateColumns } from "../engine/index.js";
import type { Container, GraphSource } from "../graph/container/index.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { buildFromBlocks } from "../ingest/build-graph.js";
import type { WorkerPool } from "../ingest/pool.js";
import type { RankRead } from "../ingest/rank-read.js";
import { readRanks } from "../ingest/read-ranks.js";
import type { TraceWarning } from "../trace/columns.js";
import { type KernelClassTable, listTraces, loadKernelClasses } from "../trace/index.js";
import { cacheEntry, keep, openCached, worthKeeping } from "./cache.js";
import { releaseStage } from "./memory.js";
import type { ReadFlags } from "./options.js";
import { openPacked } from "./packed.js";
import { computing } from "./signals.js";
import { statOrUndefined } from "./stat.js";
import { stderrProgress } from "./terminal.js";
import { version } from "./version.js";
import { chooseWorkers } from "./workers.js";

export interface LoadedRanks {
	readonly reads: readonly RankRead[];
	readonly source: GraphSource;
	readonly workers: number;
	readonly ingestMs: number;
}

export interface LoadedGraph {
	readonly graph: ExecutionGraph;
	readonly source: GraphSource;
	readonly warnings: readonly TraceWarning[];
	readonly workers: number;
	readonly ingestMs: number;
	readonly graphMs: number;
	/** To be called once the results are out: keeps the graph for the next time, where that is worth it. */
	readonly keep: () => void;
}

/** What of each rank is wanted. */
export interface Wanted {
	readonly graph: boolean;
	readonly shape: boolean;
	/** What part of a step each task of the graph belongs to. */
	readonly labels?: boolean;
}

/** Reads all ranks; `then` gets them while the workers are still there. */
export async function withRanks<T>(
	paths: readonly string[],
	flags: ReadFlags,
	wanted: Wanted,
	then: (loaded: LoadedRanks, pool: WorkerPool | undefined) => T | Promise<T>,
): Promise<T> {
	const started = performance.now();
	// Before the traces: a mistake in it should not show after minutes of reading.
	const kernelClasses = kernelClassesOf(flags);
	const files = eachOnce(await listTraces(paths));
	const workers = chooseWorkers(files, flags.workers);
	const progress = stderrProgress(files.length > 1 ? `Reading ${files.length} traces` : "Reading");
	const pool = workers > 1 || flags.workers !== undefined ? await openWorkers(workers) : undefined;
	try {
		const onProgress = (done: number, total: number): void => progress.update(done, total);
		const options = { read: readOptions(flags), kernelClasses, ...wanted, onProgress, compute: computing };
		const reads = await readRanks(files, pool, options).finally(() => progress.finish());
		return await then({ reads, source: sourceOf(reads), workers, ingestMs: performance.now() - started }, pool);
	} finally {
		await pool?.close();
	}
}

/** Not loaded for one file: Piscina takes its time to load, too. */
async function openWorkers(workers: number): Promise<WorkerPool> {
	return (await import("../ingest/pool.js")).openPool(workers);
}

export async function loadGraph(paths: readonly string[], flags: ReadFlags): Promise<LoadedGraph> {
	const started = performance.now();
	const packed = await openPacked(paths, flags);
	if (packed) return opened(packed, started);
	const entry = flags.cache === false ? undefined : cacheEntry(eachOnce(await listTraces(paths)), cacheSettings(flags));
	const cached = entry && (await openCached(entry));
	if (cached) return opened(cached, started);
	const built = await withRanks(paths, flags, { graph: true, shape: false }, (loaded, pool) =>
		graphOf(loaded, pool, flags),
	);
	if (entry === undefined || !worthKeeping(built.source.events)) return built;
	const { writeContainer } = await import("../graph/container/index.js");
	const { graph, source, warnings } = built;
	const meta = { createdBy: `lumos ${version}`, source, warnings };
	return { ...built, keep: () => keep(entry, (path) => writeContainer(path, graph, meta)) };
}

function opened({ graph, meta }: Container, started: number): LoadedGraph {
	const { source, warnings } = meta;
	return { graph, source, warnings, workers: 1, ingestMs: performance.now() - started, graphMs: 0, keep: () => {} };
}

/** Flags that change the graph of a given trace. */
function cacheSettings({ strict, maxBytes, maxRatio, kernelClasses, assumeReplicas }: ReadFlags): unknown {
	const classes = kernelClasses === undefined ? undefined : String(kernelClassesOf({ kernelClasses }));
	return { strict, maxBytes, maxRatio, classes, assumeReplicas };
}

/** The graph of ranks that were read for it. */
export async function graphOf(
	{ reads, source, workers, ingestMs }: LoadedRanks,
	pool: WorkerPool | undefined,
	{ assumeReplicas = false }: ReadFlags,
): Promise<LoadedGraph> {
	const started = performance.now();
	releaseStage(pool ? 0 : source.events);
	const blocks = reads.map(({ block, warnings }) => ({ ...block!, warnings }));
	const { graph, warnings } = await buildFromBlocks(
		blocks,
		pool,
		{ allocate: allocateColumns, assumeReplicas },
		computing,
	);
	return { graph, source, warnings, workers, ingestMs, graphMs: performance.now() - started, keep: () => {} };
}

export function kernelClassesOf({ kernelClasses }: ReadFlags): KernelClassTable | undefined {
	return kernelClasses === undefined ? undefined : loadKernelClasses(kernelClasses);
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

function sourceOf(reads: readonly RankRead[]): GraphSource {
	const sum = (field: "events" | "bytes" | "compressedBytes"): number =>
		reads.reduce((total, read) => total + read[field], 0);
	return {
		files: reads.length,
		ranks: reads.length,
		worldSize: reads.reduce((most, { worldSize }) => Math.max(most, worldSize), reads.length),
		events: sum("events"),
		bytes: sum("bytes"),
		compressedBytes: sum("compressedBytes"),
	};
}
