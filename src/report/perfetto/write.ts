/**
 * Writes a timeline as `.json.gz` in the dialect that PyTorch's profiler writes: it opens in Perfetto and in
 * chrome://tracing, and a file of one rank in Holistic Trace Analysis, which finds the rank by `"rank": N` with that
 * space. Text is made, compressed and written piece by piece.
 */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { measuredTimes, measuredWindow, replayedWindow, type TaskTimes } from "../../analysis/index.js";
import type { ExecutionGraph } from "../../graph/graph.js";
import { temporaryName, writeFailure } from "../../lib/atomic-file.js";
import { timelineEvents } from "./events.js";
import { layTracks } from "./tracks.js";

export interface PerfettoOptions {
	/** Measured beside replayed tracks. @default false */
	readonly compare?: boolean;
	/** Ranks of the job, of which the graph may hold only some. @default the number of ranks at hand */
	readonly worldSize?: number;
}

/** Text is handed on in pieces of about this size. */
const PIECE_CHARACTERS = 1 << 18;

/** Compression counts for more time than size here: a file for a viewer. */
const GZIP_LEVEL = 3;

/**
 * Writes the replayed timeline to `path`, whole or not at all.
 * @throws UserError where the path cannot be written, EnvironmentError where the disk is full.
 */
export async function writePerfetto(
	path: string,
	graph: ExecutionGraph,
	times: TaskTimes,
	options: PerfettoOptions = {},
): Promise<void> {
	const temporary = temporaryName(path);
	try {
		const gzip = createGzip({ level: GZIP_LEVEL });
		// flush: synced before it is closed, and so before it gets its name.
		await pipeline(
			Readable.from(inPieces(perfettoText(graph, times, options))),
			gzip,
			createWriteStream(temporary, { flags: "wx", flush: true }),
		);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw writeFailure(path, error);
	}
}

/** The lines of the file. */
export function* perfettoText(
	graph: ExecutionGraph,
	times: TaskTimes,
	{ compare = false, worldSize = graph.ranks.length }: PerfettoOptions,
): Generator<string, void, undefined> {
	yield* head(graph, worldSize);
	const sides = compare ? (["measured", "replayed"] as const) : ([undefined] as const);
	let separator = "";
	for (const side of sides) {
		const tracks = layTracks(graph, side);
		for (const event of tracks.metadata) {
			yield `${separator}${JSON.stringify(event)}`;
			separator = ",\n";
		}
		const isMeasured = side === "measured";
		const shown = isMeasured ? measuredTimes(graph) : times;
		const events = timelineEvents(
			graph,
			shown,
			(step) => (isMeasured ? measuredWindow(step) : replayedWindow(graph, step, times)),
			tracks,
			isMeasured ? graph.taskCount : 0,
		);
		for (const event of events) yield `${separator}${event}`;
	}
	yield "\n]}\n";
}

/** One header field a line, the rank near the top: readers look there before they parse. */
function* head({ ranks }: ExecutionGraph, worldSize: number): Generator<string, void, undefined> {
	const devices = ranks.map(({ deviceName }, id) => `{"id": ${id}, "name": ${JSON.stringify(deviceName)}}`);
	const distributed = `{"backend": "nccl", "rank": ${ranks[0]?.rank ?? 0}, "world_size": ${worldSize}}`;
	yield '{\n"schemaVersion": 1,\n';
	yield `"distributedInfo": ${distributed},\n`;
	yield `"deviceProperties": [${devices.join(", ")}],\n`;
	yield '"displayTimeUnit": "ms",\n"baseTimeNanoseconds": 0,\n"traceEvents": [\n';
}

function* inPieces(parts: Iterable<string>): Generator<Buffer, void, undefined> {
	let piece = "";
	for (const part of parts) {
		piece += part;
		if (piece.length < PIECE_CHARACTERS) continue;
		yield Buffer.from(piece, "utf8");
		piece = "";
	}
	if (piece !== "") yield Buffer.from(piece, "utf8");
}
