/** Reading in worker threads: the same numbers as in one, and failures that come out as what they are. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openPool } from "../../src/ingest/pool.js";
import { EnvironmentError } from "../../src/lib/errors.js";
import type { InspectResult } from "../../src/report/inspect-result.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { expectRefusal, fixture, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-workers");
const job = fixture("tp2pp2");
const rank = (n: number): string => join(job, `rank${n}.json.gz`);

/** The job's folder with one file changed. */
function jobWith(name: string, n: number, change: (text: string) => string | Uint8Array): string {
	const copy = join(folder, name);
	mkdirSync(copy);
	for (let r = 0; r < 4; r++) copyFileSync(rank(r), join(copy, `rank${r}.json.gz`));
	const changed = change(gunzipSync(readFileSync(rank(n))).toString());
	writeFileSync(join(copy, `rank${n}.json.gz`), typeof changed === "string" ? gzipSync(changed) : changed);
	return copy;
}

describe.concurrent("any number of workers", () => {
	test("replays to the same document", async () => {
		const [plain, ...others] = await Promise.all([
			lumosJson<ReplayResult>("replay", job),
			...["1", "2", "3"].map((workers) => lumosJson<ReplayResult>("replay", job, "--workers", workers)),
		]);
		expect(plain!.timing.workers).toBe(1);
		for (const [i, other] of others.entries()) {
			expect(other.timing.workers).toBe(i + 1);
			expect({ ...other, timing: plain!.timing }).toEqual(plain);
		}
	});

	test("packs the same bytes, but for what was read", async () => {
		const packed = ["1", "2"].map((workers) => join(folder, `by-${workers}.lumos`));
		for (const [i, path] of packed.entries())
			expect((await lumos(["pack", job, "--out", path, "--workers", `${i + 1}`])).code).toBe(0);
		expect(readFileSync(packed[0]!).equals(readFileSync(packed[1]!))).toBe(true);
	});

	test("inspects to the same document", async () => {
		const [one, two] = await Promise.all([
			lumosJson<InspectResult>("inspect", job),
			lumosJson<InspectResult>("inspect", job, "--workers", "2"),
		]);
		expect({ ...two, timing: one.timing }).toEqual(one);
	});
});

describe.concurrent("what is wrong with one rank is said as ever", () => {
	const both = [[], ["--workers", "2"]] as const;

	test("a truncated file is read up to its last whole event, or refused", async () => {
		const cut = readFileSync(rank(2)).subarray(0, 30_000);
		const truncated = jobWith("truncated", 2, () => cut);
		for (const flags of both) {
			const { stdout, stderr, code } = await lumos(["replay", truncated, "--json", ...flags]);
			expect([code, stderr]).toEqual([0, ""]);
			expect((JSON.parse(stdout) as ReplayResult).warnings.map((warning) => warning.code)).toContain("truncated");
			expectRefusal(await lumos(["replay", truncated, "--strict", ...flags]), 2, /rank2\.json\.gz: .*truncated/);
		}
	});

	test("a rank of a job of another size", async () => {
		const other = jobWith("size", 1, (text) => text.replace(/"world_size": ?4/, '"world_size": 8'));
		for (const flags of both)
			expectRefusal(await lumos(["replay", other, ...flags]), 2, /is of a job of 4 ranks, .*rank1.* of one of 8/);
	});

	test("a rank of other steps", async () => {
		const other = jobWith("steps", 3, (text) =>
			text.replaceAll("ProfilerStep#5", "ProfilerStep#15").replaceAll("ProfilerStep#6", "ProfilerStep#16"),
		);
		const message =
			/rank3\.json\.gz has steps 15-16, 3 of the other traces steps 5-6; name only traces of the same steps/;
		for (const flags of both) expectRefusal(await lumos(["replay", other, ...flags]), 2, message);
	});

	test("a rank that is there twice, under two names", async () => {
		const twice = jobWith("twice", 0, (text) => text);
		copyFileSync(rank(1), join(twice, "again.json.gz"));
		for (const flags of both)
			expectRefusal(await lumos(["replay", twice, ...flags]), 2, /are both rank 1; name only the files of one run/);
	});

	test("a file that is not there", async () => {
		for (const flags of both)
			expectRefusal(
				await lumos(["replay", rank(0), join(folder, "rank1.json"), ...flags]),
				2,
				/rank1\.json: no such file/,
			);
	});
});

describe("a worker that dies", () => {
	const job = { path: "traces/rank7.json.gz", index: 0, progress: new Float64Array(1), options: {} as never };

	test("is the machine's doing, and says with which file", async () => {
		const file = join(folder, "dies.mjs");
		writeFileSync(file, "export function read() { process.exit(9); }\n");
		const pool = openPool(2, new URL(`file://${file}`));
		const failure = await pool.read(job).catch((error: unknown) => error);
		await pool.close();
		expect(failure).toBeInstanceOf(EnvironmentError);
		expect((failure as Error).message).toMatch(/^a worker died while reading traces\/rank7\.json\.gz .*--workers$/);
	});

	test("for want of memory, too", async () => {
		const file = join(folder, "hungry.mjs");
		const hungry = "const all = [];\nexport function read() { for (;;) all.push(new Array(1e6).fill(all.length)); }\n";
		writeFileSync(file, hungry);
		const pool = openPool(1, new URL(`file://${file}`), { maxOldGenerationSizeMb: 32 });
		const failure = await pool.read(job).catch((error: unknown) => error);
		await pool.close();
		expect(failure).toBeInstanceOf(EnvironmentError);
		expect((failure as Error).message).toMatch(/^a worker ran out of memory while reading traces\/rank7\.json\.gz/);
	});

	test("of a bug is a bug", async () => {
		const file = join(folder, "throws.mjs");
		writeFileSync(file, "export function read() { throw new TypeError('x is not a function'); }\n");
		const pool = openPool(1, new URL(`file://${file}`));
		const failure = await pool.read(job).catch((error: unknown) => error);
		await pool.close();
		expect(failure).not.toBeInstanceOf(EnvironmentError);
		expect((failure as Error).message).toBe("x is not a function");
	});
});
