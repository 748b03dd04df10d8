/**
 * Graphs that took long to build are kept, so that the same traces are read once. A kept graph is found by what its
 * traces are: name, size, time, and a hash of the head and the tail of each file (a gzip file ends with the checksum of
 * all of its text), together with everything else that shapes the graph.
 *
 * A kept file is written under another name and renamed, so that a writer that is killed leaves nothing that could be
 * read; one that is damaged all the same fails its checksums, and is thrown away. Nothing here ever fails a command.
 */
import { createHash } from "node:crypto";
import {
	closeSync,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	realpathSync,
	rmSync,
	statSync,
	utimesSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Container } from "../graph/container/index.js";
import { statOrUndefined } from "./stat.js";
import { version } from "./version.js";

/** Reading fewer events again takes a second at most, which is not worth a file on somebody's disk. */
const WORTH_EVENTS = 500_000;
/** Kept graphs take at most this much together: the least recently used go first. */
const MOST_BYTES = 16e9;
const SAMPLE_BYTES = 16_384;
/** What a writer that was killed left behind, after this, ms. */
const STALE_MS = 24 * 3600 * 1000;

export interface CacheEntry {
	readonly path: string;
}

/**
 * Where the graph of these traces is, or would be, kept; undefined where none is kept.
 * @param settings whatever else shapes the graph.
 */
export function cacheEntry(files: readonly string[], settings: unknown): CacheEntry | undefined {
	const folder = cacheFolder();
	if (folder === undefined) return undefined;
	try {
		const hash = createHash("sha256").update(JSON.stringify([version, settings]));
		for (const file of files) addFile(hash, file);
		return { path: join(folder, `${hash.digest("hex").slice(0, 32)}.lumos`) };
	} catch {
		// A file that cannot be read is refused by whoever reads it, and better.
		return undefined;
	}
}

/** `LUMOS_CACHE`: a folder, or `off`; else the user's folder for such things. */
export function cacheFolder(): string | undefined {
	const { LUMOS_CACHE, XDG_CACHE_HOME } = process.env;
	if (LUMOS_CACHE === "off" || LUMOS_CACHE === "0") return undefined;
	if (LUMOS_CACHE !== undefined && LUMOS_CACHE !== "") return LUMOS_CACHE;
	return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "lumos");
}

function addFile(hash: ReturnType<typeof createHash>, file: string): void {
	const fd = openSync(file, "r");
	try {
		const { size, mtimeMs } = statSync(file);
		hash.update(`\0${realpathSync(file)}\0${size}\0${mtimeMs}\0`);
		const sample = Buffer.alloc(Math.min(size, 2 * SAMPLE_BYTES));
		const head = Math.min(SAMPLE_BYTES, sample.length);
		readSync(fd, sample, 0, head, 0);
		readSync(fd, sample, head, sample.length - head, size - (sample.length - head));
		hash.update(sample);
	} finally {
		closeSync(fd);
	}
}

export async function openCached(entry: CacheEntry): Promise<Container | undefined> {
	if (statOrUndefined(entry.path)?.isFile() !== true) return undefined;
	const { readContainer } = await import("../graph/container/index.js");
	const { allocateRoom } = await import("../engine/index.js");
	try {
		const container = readContainer(entry.path, { allocate: allocateRoom });
		const now = new Date();
		utimesSync(entry.path, now, now);
		return container;
	} catch {
		rmSync(entry.path, { force: true });
		return undefined;
	}
}

export function worthKeeping(events: number): boolean {
	return events >= WORTH_EVENTS;
}

/** Makes room and calls `write` with the path; a disk that is full or read-only keeps nothing. */
export function keep(entry: CacheEntry, write: (path: string) => number): void {
	try {
		const folder = join(entry.path, "..");
		mkdirSync(folder, { recursive: true });
		write(entry.path);
		makeRoom(folder, entry.path);
	} catch {
		// A cache is no reason to fail.
	}
}

function makeRoom(folder: string, justWritten: string): void {
	const kept = readdirSync(folder)
		.map((name) => join(folder, name))
		.map((path) => ({ path, stat: statSync(path, { throwIfNoEntry: false }) }))
		.filter(({ stat }) => stat?.isFile())
		.sort((a, b) => b.stat!.mtimeMs - a.stat!.mtimeMs);
	let total = 0;
	for (const { path, stat } of kept) {
		total += stat!.size;
		const abandoned = path.endsWith(".tmp") && Date.now() - stat!.mtimeMs > STALE_MS;
		if (path !== justWritten && (abandoned || (total > MOST_BYTES && path.endsWith(".lumos"))))
			rmSync(path, { force: true });
	}
}
