import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { baselineName, compareRuns, readRun } from "../../bench/compare.js";
import { type BenchRun, relativeSpread } from "../../bench/figure.js";
import { packageRoot } from "../../tools/source-files.js";

const folder = mkdtempSync(join(tmpdir(), "lumos-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

function madeUp(ratio: number | undefined, noise = 0.02, name = "scan"): BenchRun {
	const figure = { bench: "scan", name, value: 500, unit: "MB/s", rival: "JSON.parse", noise };
	return {
		schema: "lumos.bench/1",
		machine: { cpu: "Some CPU @ 2.00GHz", cores: 2, memoryGb: 8, os: "linux" },
		node: "v20.19.0",
		packages: {},
		takenAt: "2026-01-01T00:00:00.000Z",
		repeats: 3,
		figures: [ratio === undefined ? figure : { ...figure, ratio }],
	};
}

function stored(name: string, content: unknown): string {
	const path = join(folder, name);
	writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
	return path;
}

function compareCli(...args: string[]): { status: number | null; stderr: string } {
	const command = ["--import", "tsx", "bench/compare.ts", ...args];
	const { status, stderr } = spawnSync(process.execPath, command, { cwd: packageRoot, encoding: "utf8" });
	return { status, stderr };
}

test.each([
	["a little slower, within the noise of both", 8, 7.4, 0.02, false],
	["slower beyond the noise", 8, 7.2, 0.02, true],
	["as much slower, but the measurement is that noisy", 8, 7.2, 0.05, false],
	["faster", 8, 12, 0.02, false],
])("%s", (_, before, after, noise, regressed) => {
	expect(compareRuns(madeUp(before, 0.02), madeUp(after, noise)).map((verdict) => verdict.regressed)).toEqual([
		regressed,
	]);
});

test("a figure that is gone is a regression, one without a rival is not compared", () => {
	expect(compareRuns(madeUp(8), madeUp(8, 0, "other name"))[0]!.regressed).toBe(true);
	expect(compareRuns(madeUp(8), madeUp(undefined))[0]!.regressed).toBe(true);
	expect(compareRuns(madeUp(undefined), madeUp(8))).toEqual([]);
});

test("one outlier in five is not noise", () => {
	expect(relativeSpread([10, 10, 10, 10, 20])).toBe(0);
	expect(relativeSpread([8, 10, 12])).toBe(0.2);
	expect(relativeSpread([7])).toBe(0);
});

test("a baseline is named after its CPU", () => {
	expect(baselineName("AMD EPYC(TM) 7B13 64-Core @ 2.45GHz")).toBe("amd-epyc-tm-7b13-64-core-2-45ghz.json");
});

test("exit codes: 0 no regression, 1 regression, 2 unusable input", () => {
	const baseline = stored("baseline.json", madeUp(8));
	expect(compareCli(stored("same.json", madeUp(8)), "--baseline", baseline)).toEqual({ status: 0, stderr: "" });
	expect(compareCli(stored("slow.json", madeUp(4)), "--baseline", baseline).status).toBe(1);
	expect(compareCli(stored("slow-and-noisy.json", madeUp(2, 0.1)), "--baseline", baseline).status).toBe(1);
	const noisy = stored("noisy.json", madeUp(8, 0.6));
	const noRatios = stored("no-ratios.json", madeUp(undefined));
	for (const args of [
		[join(folder, "absent.json")],
		[noisy, "--baseline", baseline],
		[baseline, "--baseline", noRatios],
		[baseline, "--unknown-flag"],
	]) {
		const { status, stderr } = compareCli(...args);
		expect(status, stderr).toBe(2);
		expect(stderr.trimEnd().split("\n")).toHaveLength(1);
	}
});

test.each([
	["not JSON", "{", /not JSON/],
	["another document", { schema: "lumos.replay/1" }, /not a benchmark run: schema/],
	[
		"a ratio that is no number",
		{ ...madeUp(8), figures: [{ ...madeUp(8).figures[0], ratio: "8" }] },
		/figures\.0\.ratio/,
	],
])("refuses %s", (_, content, message) => {
	expect(() => readRun(stored("refused.json", content))).toThrow(message);
});
