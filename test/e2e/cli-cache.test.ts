/** Kept graphs: found again by what the traces are, never believed when damaged, off when asked. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cacheEntry, keep, openCached } from "../../src/cli/cache.js";
import { buildGraph } from "../../src/graph/build.js";
import { writeContainer } from "../../src/graph/container/index.js";
import { readTrace } from "../../src/trace/index.js";
import { fixture, lumos } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-cache");
const source = fixture("dialects/rocm.json.gz");
let cache = "";
let trace = "";
let runs = 0;

beforeEach(() => {
	runs++;
	cache = join(folder, `cache-${runs}`);
	trace = join(folder, `trace-${runs}.json.gz`);
	copyFileSync(source, trace);
	vi.stubEnv("LUMOS_CACHE", cache);
});
afterEach(() => vi.unstubAllEnvs());

async function keepGraph(settings: unknown = {}): Promise<string> {
	const entry = cacheEntry([trace], settings)!;
	const { graph, warnings } = buildGraph([await readTrace(trace)]);
	const files = { files: 1, ranks: 1, worldSize: 1, events: 1, bytes: 1, compressedBytes: 1 };
	keep(entry, (path) => writeContainer(path, graph, { createdBy: "lumos", source: files, warnings: [...warnings] }));
	return entry.path;
}

describe("a kept graph", () => {
	test("is found again, as it was", async () => {
		await keepGraph();
		const { graph } = buildGraph([await readTrace(trace)]);
		const opened = await openCached(cacheEntry([trace], {})!);
		expect(opened!.graph.durationNs).toEqual(graph.durationNs);
		expect(opened!.graph.pred).toEqual(graph.pred);
		expect(opened!.graph.strings).toEqual(graph.strings);
	});

	test("is not that of a file that changed in time, head, tail or name, nor of other settings", async () => {
		const kept = await keepGraph();
		expect(cacheEntry([trace], {})!.path).toBe(kept);
		expect(cacheEntry([trace], { strict: true })!.path).not.toBe(kept);
		const bytes = readFileSync(trace);
		const changes: (() => void)[] = [
			() => utimesSync(trace, new Date(), new Date(Date.now() - 5000)),
			() => writeFileSync(trace, bytes.fill(1, 100, 101)),
			() => writeFileSync(trace, bytes.fill(1, bytes.length - 6, bytes.length - 5)),
		];
		const seen = new Set([kept]);
		for (const change of changes) {
			change();
			const { path } = cacheEntry([trace], {})!;
			expect(seen.has(path)).toBe(false);
			seen.add(path);
		}
		const other = join(folder, `other-${runs}.json.gz`);
		copyFileSync(trace, other);
		expect(seen.has(cacheEntry([other], {})!.path)).toBe(false);
		expect(cacheEntry([trace, other], {})!.path).not.toBe(cacheEntry([other], {})!.path);
	});

	test("that is damaged is thrown away", async () => {
		const kept = await keepGraph();
		const bytes = readFileSync(kept);
		bytes[bytes.length - 20]! ^= 1;
		writeFileSync(kept, bytes);
		expect(await openCached(cacheEntry([trace], {})!)).toBeUndefined();
		expect(existsSync(kept)).toBe(false);
	});

	test("that was cut off while it was written does no harm, and its remains go in time", async () => {
		mkdirSync(cache, { recursive: true });
		const remains = join(cache, ".0123.lumos.abc.tmp");
		writeFileSync(remains, "half a graph");
		utimesSync(remains, new Date(0), new Date(0));
		expect(await openCached(cacheEntry([trace], {})!)).toBeUndefined();
		const kept = await keepGraph();
		expect(readdirSync(cache)).toEqual([kept.slice(cache.length + 1)]);
	});
});

test("a cache that cannot be written keeps nothing, and no command fails for it", async () => {
	writeFileSync(cache, "a file where the folder should be");
	await keepGraph();
	expect(await openCached(cacheEntry([trace], {})!)).toBeUndefined();
});

test("the cache can be turned off", async () => {
	vi.stubEnv("LUMOS_CACHE", "off");
	expect(cacheEntry([trace], {})).toBeUndefined();
	const run = await lumos(["replay", trace, "--no-cache", "--json"], { env: { LUMOS_CACHE: cache } });
	expect(run.code).toBe(0);
	expect(existsSync(cache)).toBe(false);
});

test("a graph of few events is not worth a file", async () => {
	expect((await lumos(["replay", trace, "--json"], { env: { LUMOS_CACHE: cache } })).code).toBe(0);
	expect(existsSync(cache)).toBe(false);
});
