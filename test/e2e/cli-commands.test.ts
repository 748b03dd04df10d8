/** What every command promises: help, documents that match the published schemas, pages for people. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { packageRoot } from "../../tools/source-files.js";
import { expectRefusal, fixture, lumos, lumosJson, type Run } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-commands");
const small = fixture("dialects/rocm.json.gz");

describe.concurrent("help", () => {
	test.each([[[]], [["inspect"]], [["replay"]], [["pack"]]])("of lumos %s has an example", async (command) => {
		const { code, stdout, stderr } = await lumos([...command, "--help"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toMatch(/^Usage: lumos/);
		expect(stdout).toMatch(/\nExample:\n {2}\$ lumos \w+ traces/);
	});

	test("names the version", async () => {
		const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
		expect(await lumos(["--version"])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
	});

	test.each([
		[["bogus"], /unknown command 'bogus'/],
		[["repaly", "x"], /Did you mean replay\?/],
		[["replay"], /missing required argument 'traces'/],
		[["replay", small, "--jsn"], /unknown option '--jsn' \(Did you mean --json\?\)/],
		[["replay", small, "--step", "x"], /'--step <n>' argument 'x' is invalid: give the N of ProfilerStep#N, or all/],
		[["replay", small, "--step", "-1"], /'--step <n>' argument '-1'/],
		[["replay", small, "--durations", "mean"], /choose one of recorded, typical/],
		[["replay", small, "--max-bytes", "lots"], /give a size such as 500M/],
		[["replay", small, "--max-ratio", "0"], /give a number above 0/],
		[["replay", small, "--compare"], /--compare changes what --perfetto writes/],
		[["replay", small, "--perfetto"], /argument missing/],
		[
			["replay", small, "--slow", "2"],
			/'--slow <rank=factor>' argument '2' is invalid: give RANK=FACTOR .* such as 3=1.5/,
		],
		[["replay", small, "--slow", "0=0"], /give RANK=FACTOR with a factor above 0/],
		[["replay", small, "--slow-cpu", "0=-2"], /give RANK=FACTOR with a factor above 0/],
		[["replay", small, "--slow", "0=2", "--slow", "0=3"], /rank 0 has a factor already/],
		[["replay", small, "--heal", "some"], /give the number of a rank, or all/],
		[["replay", small, "--slow", "7=2"], /no trace is of rank 7; choose one of 0\n/],
		[["replay", small, "--heal", "0"], /rank 0 has no peers to be healed after; give the traces of other ranks too\n/],
	])("%j is answered in one line", async (args, line) => {
		expectRefusal(await lumos(args), 2, line);
	});

	test("without a command the usage is on stderr", async () => {
		const { code, stdout, stderr } = await lumos([]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toMatch(/^Usage: lumos/);
	});
});

describe.concurrent("--json", () => {
	test.each([
		["inspect", fixture("tp2pp2"), []],
		["inspect", fixture("dialects/cpu-only.json.gz"), []],
		["replay", fixture("tp2pp2"), []],
		["replay", fixture("dialects/cpu-only.json.gz"), []],
		["replay", small, ["--durations", "typical"]],
		["replay", fixture("tp2pp2"), ["--slow", "1=1.5", "--heal", "2"]],
		["pack", small, ["--out", join(folder, "schema.lumos")]],
	])("%s %s prints one document of the published schema", async (command, traces, more) => {
		const { code, stdout, stderr } = await lumos([command, traces, "--json", ...more]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout.trimEnd().split("\n")).toHaveLength(1);
		const published = readFileSync(join(packageRoot, `docs/schema/lumos.${command}.1.schema.json`), "utf8");
		const schema = z.fromJSONSchema(JSON.parse(published) as Parameters<typeof z.fromJSONSchema>[0]);
		const document = JSON.parse(stdout) as { schema: string };
		expect(schema.safeParse(document).error).toBeUndefined();
		expect(schema.safeParse({ ...document, schema: "lumos.other/1" }).success).toBe(false);
		expect(document.schema).toBe(`lumos.${command}/1`);
	});
});

describe("replay for people", () => {
	let run: Run;
	beforeAll(async () => {
		run = await lumos(["replay", fixture("tp2pp2")]);
	});

	test("shows every part of the answer, and nothing on stderr", () => {
		expect(run).toMatchObject({ code: 0, stderr: "" });
		for (const part of [
			/^Replay {2}4 ranks, 2 steps, NVIDIA H100/m,
			/^ +6 +3 +[\d.]+ ms +[\d.]+ ms +[-+]?0\.\d\d % +[\d.]+ us$/m,
			/^ {2}Iteration \(step 6\): measured [\d.]+ ms, replayed [\d.]+ ms, error/m,
			/^ {2}measured {2}█+▓+▒+░+$/m,
			/^ {2}replayed {2}█+▓+▒+░+$/m,
			/exposed communication +[\d.]+ ms +[\d.]+ %/,
			/^ {2}Launch-bound: /m,
			/^Kernels with the most exposed time\n.*\n.*gemm/m,
			/^Operators that the device waits for$/m,
			/^Communication\n.*wire +waiting\n( {2}\w+ .*\n)+/m,
			/^Who is waited for\n/m,
			/^ {2}collective +[\d,]+ +-$/m,
			/^Critical path in step 6 of rank \d$/m,
			/^read [\d.]+ m?s, graph [\d.]+ m?s, simulate [\d.]+ m?s, total [\d.]+ m?s, peak \d+ MB, 1 worker$/m,
		]) {
			expect(run.stdout).toMatch(part);
		}
	});

	test("with a rank slowed shows what changes, who is waited for and why", async () => {
		const { code, stdout, stderr } = await lumos(["replay", fixture("tp2pp2"), "--slow", "1=1.5"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toMatch(/^What if\n {2}kernels of rank 1 take 1.5 times as long\n/m);
		expect(stdout).toMatch(/^ {2}Iteration \(step 6\): as recorded [\d.]+ ms, changed [\d.]+ ms, \+\d+\.\d\d %$/m);
		expect(stdout).toMatch(/^Who is waited for\n.*\n +1 +[\d.]+ ms .* computing \d\d+ %/m);
		expect(stdout).toMatch(/^ +most at allreduce 12.6 MB of ranks 0-1, /m);
		expect(stdout).not.toContain("error");
	});

	test("has no colours where it is no terminal, unless forced; NO_COLOR wins", async () => {
		expect(run.stdout).not.toContain("\u001b");
		const [forced, none] = await Promise.all([
			lumos(["inspect", small], { env: { FORCE_COLOR: "1" } }),
			lumos(["inspect", small], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }),
		]);
		expect(forced.stdout).toContain("\u001b[1mInspect");
		expect(none.stdout).not.toContain("\u001b");
	});

	test("keeps to COLUMNS, and to ASCII in the C locale", async () => {
		const env = { COLUMNS: "60", LC_ALL: "C" };
		const runs = await Promise.all(
			["replay", "inspect"].map((command) => lumos([command, fixture("tp2pp2")], { env })),
		);
		for (const { code, stdout } of runs) {
			expect(code).toBe(0);
			expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
			expect(stdout.split("\n").filter((line) => line.length > 60)).toEqual([]);
		}
	});

	test("says so where nothing ran on a device", async () => {
		const { stdout } = await lumos(["replay", fixture("dialects/cpu-only.json.gz")]);
		expect(stdout).toContain("Nothing ran on a device");
		expect(stdout).toContain("Operators with the most time");
		expect(stdout).not.toMatch(/Kernels|Launch-bound/);
	});
});

describe.concurrent("which steps and durations", () => {
	test("--step reports one step of every rank, all reports all", async () => {
		const one = await lumosJson<ReplayResult>("replay", fixture("tp2pp2"), "--step", "5");
		expect(one.steps.map(({ rank, step }) => [rank, step])).toEqual([0, 1, 2, 3].map((rank) => [rank, 5]));
		expect(one.iteration.step).toBe(5);
		const all = await lumosJson<ReplayResult>("replay", fixture("tp2pp2"), "--step", "all");
		expect(all.steps).toHaveLength(8);
		expect(all.steps.filter(({ step }) => step === 5)).toEqual(one.steps);
	});

	test("an unknown step is refused with those there are, and no timeline is written", async () => {
		const path = join(folder, "no-step.json.gz");
		const run = await lumos(["replay", small, "--step", "99", "--perfetto", path]);
		expectRefusal(run, 2, /no trace has step 99; choose one of 5-6\n/);
		expect(() => readFileSync(path)).toThrow("ENOENT");
	});

	test("--durations typical replays means instead of what was recorded", async () => {
		const recorded = await lumosJson<ReplayResult>("replay", fixture("tp2pp2"), "--durations", "recorded");
		const typical = await lumosJson<ReplayResult>("replay", fixture("tp2pp2"), "--durations", "typical");
		expect(typical.steps.map(({ measuredMs }) => measuredMs)).toEqual(
			recorded.steps.map(({ measuredMs }) => measuredMs),
		);
		expect(typical.iteration.replayedMs).not.toBe(recorded.iteration.replayedMs);
		expect(Math.abs(typical.iteration.errorPct)).toBeLessThan(3);
	});
});
