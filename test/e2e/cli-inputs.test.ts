/** Every way to name traces, good and doubtful: the same traces give the same numbers however they come. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import type { InspectResult } from "../../src/report/inspect-result.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { expectRefusal, fixture, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-inputs");
const job = fixture("dialects/dp2-no-sync-events");
const ranks = [join(job, "rank0.json.gz"), join(job, "rank1.json.gz")] as const;
let expected: ReplayResult;

/** Less what differs by how files are stored, and how long things took. */
function numbers({ source, timing: _, warnings, ...rest }: ReplayResult): unknown {
	const { compressedBytes: __, ...job } = source;
	return { ...rest, source: job, warnings: warnings.map(({ code, count }) => [code, count]) };
}

beforeAll(async () => {
	expected = await lumosJson<ReplayResult>("replay", job);
});

describe.concurrent("the ranks of a job", () => {
	test("as files in any order, or a folder and a file in it", async () => {
		const [files, both] = await Promise.all([
			lumosJson<ReplayResult>("replay", ranks[1], ranks[0]),
			lumosJson<ReplayResult>("replay", job, ranks[0]),
		]);
		expect(files).toEqual({ ...expected, timing: files.timing });
		expect(both).toEqual({ ...expected, timing: both.timing });
	});

	test("in a folder with other files among them", async () => {
		const mixed = join(folder, "mixed");
		mkdirSync(join(mixed, "deeper.json"), { recursive: true });
		for (const path of ranks) copyFileSync(path, join(mixed, path.endsWith("0.json.gz") ? "b.json.gz" : "a.json.gz"));
		writeFileSync(join(mixed, "truth.json"), '{"steps": []}');
		writeFileSync(join(mixed, "list.json"), "[1, 2, 3]");
		writeFileSync(join(mixed, "empty.json"), "");
		writeFileSync(join(mixed, "broken.json.gz"), "no gzip");
		writeFileSync(join(mixed, "notes.txt"), "traceEvents");
		expect(numbers(await lumosJson<ReplayResult>("replay", mixed))).toEqual(numbers(expected));
	});

	test("as plain text, and under names that say nothing or the wrong thing", async () => {
		const plain = join(folder, "plain.json");
		writeFileSync(plain, gunzipSync(readFileSync(ranks[0])));
		const misnamed = join(folder, "misnamed.json");
		copyFileSync(ranks[1], misnamed);
		expect(numbers(await lumosJson<ReplayResult>("replay", plain, misnamed))).toEqual(numbers(expected));
	});

	test("one alone is replayed with the recorded durations of its collectives", async () => {
		const alone = await lumosJson<ReplayResult>("replay", ranks[1]);
		expect(alone.source).toMatchObject({ files: 1, ranks: 1, worldSize: 2 });
		expect(alone.graph.byKind.collective).toBe(0);
		for (const { rank, errorPct } of alone.steps) {
			expect(rank).toBe(1);
			expect(Math.abs(errorPct)).toBeLessThan(0.5);
		}
	});

	test("with one missing", async () => {
		const three = [0, 2, 3].map((rank) => join(fixture("tp2pp2"), `rank${rank}.json.gz`));
		const { stdout, code } = await lumos(["replay", ...three]);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^Replay {2}3 ranks of 4, 2 steps/);
	});
});

test("zstd", async ({ skip }) => {
	const path = join(folder, "rank0.json.zst");
	const text = gunzipSync(readFileSync(ranks[0]));
	try {
		execFileSync("zstd", ["-q", "-f", "-o", path], { input: text });
	} catch {
		skip("no zstd program to make a file with");
	}
	const run = await lumosJson<ReplayResult>("replay", path, ranks[1]);
	expect(numbers(run)).toEqual(numbers(expected));
});

describe.concurrent("traces that are no one job", () => {
	test("the same rank twice is refused with both names", async () => {
		const copy = join(folder, "again.json.gz");
		copyFileSync(ranks[0], copy);
		const line = /rank0\.json\.gz and .*again\.json\.gz are both rank 0; name only the files of one run, one a rank/;
		expectRefusal(await lumos(["replay", ranks[0], copy]), 2, line);
		expectRefusal(await lumos(["inspect", ranks[0], copy]), 2, line);
	});

	test("ranks of jobs of other sizes are refused", async () => {
		const run = await lumos(["replay", join(fixture("tp2pp2"), "rank0.json.gz"), ranks[1]]);
		expectRefusal(run, 2, /rank0\.json\.gz is of a job of 4 ranks, .*rank1\.json\.gz of one of 2; name only/);
	});

	test("traces that do not say their rank are numbered in their order, with a warning", async () => {
		const rankless = fixture("dialects/bare-array-2021.json.gz");
		const copy = join(folder, "b.json.gz");
		copyFileSync(rankless, copy);
		const inspected = await lumosJson<InspectResult>("inspect", copy, rankless);
		expect(inspected.ranks.map(({ rank, rankFound, path }) => [rank, rankFound, path])).toEqual([
			[0, "inferred", copy],
			[1, "inferred", rankless],
		]);
		const replayed = await lumosJson<ReplayResult>("replay", copy, rankless);
		for (const { warnings } of [inspected, replayed]) {
			expect(warnings).toContainEqual(expect.objectContaining({ code: "rank-assumed", count: 2 }));
		}
		const alone = await lumosJson<ReplayResult>("replay", rankless);
		expect(alone.warnings).toEqual([]);
	});
});

describe.concurrent("dialects", () => {
	const dialects = readdirSync(fixture("dialects"));
	test.each(dialects)("%s is inspected and replayed", async (name) => {
		const path = fixture(`dialects/${name}`);
		const [inspected, replayed] = await Promise.all([
			lumosJson<InspectResult>("inspect", path),
			lumosJson<ReplayResult>("replay", path),
		]);
		expect(inspected.source).toEqual(replayed.source);
		expect(inspected.ranks.flatMap(({ steps }) => steps).length).toBe(replayed.steps.length);
		for (const { errorPct } of replayed.steps) expect(Math.abs(errorPct)).toBeLessThan(0.5);
	});
});
