/** `lumos validate` and `lumos calibrate` as a user runs them, on made-up rows. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import { type CalibrateResult, calibrateResult } from "../../src/report/calibrate-result.js";
import { type ValidateResult, validateResult } from "../../src/report/validate-result.js";
import { expectRefusal, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-validate");
const COLUMNS = "gpus,global_batch,micro_batch,hidden_size,heads,layers,seq,tp,dp,pp,iteration_ms";
const ROWS = [
	"8,32,4,4096,32,2,2048,1,8,1,150",
	"4,16,4,4096,32,2,2048,2,2,1,160",
	"4,16,8,2048,16,4,1024,1,2,2,60",
	"2,8,4,4096,32,2,1024,2,1,1,80",
];

function file(name: string, ...lines: string[]): string {
	writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
	return join(folder, name);
}

const all = file("all.csv", COLUMNS, ...ROWS);
const some = file("some.csv", `${COLUMNS},note`, `${ROWS[0]},x`);

describe.concurrent("validate", () => {
	test("predicts every row, and says what it left unread", async () => {
		const result = validateResult.parse(await lumosJson<ValidateResult>("validate", some));
		expect(result).toMatchObject({ schema: "lumos.validate/1", hardware: "a100-80g", calibration: null });
		const [row] = result.rows;
		expect(row).toMatchObject({ line: 2, gpus: 8, dataParallelSize: 8, dtype: "fp16", measuredMs: 150 });
		expect(row!.predictedMs).toBeGreaterThan(row!.interval.lowMs);
		expect(row!.predictedMs).toBeLessThan(row!.interval.highMs);
		expect(row!.errorPct).toBeCloseTo(100 * (row!.predictedMs / 150 - 1), 9);
		expect(result.summary).toMatchObject({ n: 1, mapePct: Math.abs(row!.errorPct), spearman: null });
		expect(result.warnings).toMatchObject([{ code: "unknown-column", message: expect.stringContaining("note") }]);
	});

	test("fits to other rows only, and lists what it fitted", async () => {
		const result = validateResult.parse(await lumosJson<ValidateResult>("validate", some, "--calibrate", all));
		expect(result.calibration).toMatchObject({ rows: 3, leftOut: 1 });
		const { fitted, refused } = result.calibration!;
		expect(fitted.length + refused.length).toBeGreaterThan(8);
		for (const { value, low, high } of fitted) expect(low <= value && value <= high).toBe(true);
		const page = await lumos(["validate", some, "--calibrate", all]);
		expect(page.stdout).toMatch(/on 3 rows of .*all\.csv, without 1 row that are validated/);
		expect(page.stdout).toMatch(/\d+ parameters? fitted, \d+ not/);
		expect(page.stdout).toMatch(/mean \|error\| +\d+\.\d\d %/);
	});

	test("flags say what rows do not", async () => {
		const plain = await lumosJson<ValidateResult>("validate", some);
		const other = await lumosJson<ValidateResult>(
			"validate",
			some,
			"--recompute",
			"none",
			"--framework",
			"megatron-core",
		);
		expect(other.rows[0]!.predictedMs).toBeLessThan(0.9 * plain.rows[0]!.predictedMs);
	});

	test.each([
		["no file", ["validate", join(folder, "none.csv")], /none\.csv: no such file/],
		["a bad row", ["validate", file("bad.csv", COLUMNS, ROWS[0]!, "8,32,4")], /bad\.csv:3: 3 cells for 11 columns/],
		["nothing left to fit to", ["validate", all, "--calibrate", some], /some\.csv: every row of it is validated/],
		["unknown hardware", ["validate", all, "--hardware", "a100-80"], /did you mean a100-80g\?/],
		["a flag that rows say", ["validate", all, "--tp", "2"], /unknown option '--tp'/],
		["nothing to calibrate with", ["calibrate", "--hardware", "a100-80g", "--out", "x.yaml"], /nothing to calibrate/],
	])("%s", async (_, args, line) => expectRefusal(await lumos(args), 2, line));
});

describe.concurrent("calibrate", () => {
	test("writes a description that can be read again, and what to measure next", async () => {
		const out = join(folder, "made/mine.yaml");
		const args = ["calibrate", "--hardware", "a100-80g", "--measured", all, "--out", out, "--suggest", "2"];
		const result = calibrateResult.parse(await lumosJson<CalibrateResult>(...args));
		expect(result.measurements).toEqual([{ file: all, count: 4 }]);
		expect(result.suggestions.length).toBeLessThanOrEqual(2);
		expect(result.fit.refused.length).toBeGreaterThan(3);
		expect(readdirSync(join(folder, "made"))).toEqual(["mine.yaml"]);
		expect(readFileSync(out, "utf8")).toMatch(/^# mine: a100-80g, calibrated to all\.csv\n/);
		const { efficiency } = loadHardware(out);
		for (const { name, value } of result.fit.fitted.filter(({ name }) => name.startsWith("efficiency.")))
			expect(efficiency[name.slice("efficiency.".length) as "gemm"]).toBeCloseTo(value, 2);
	});

	test("nccl-tests files fit the links and are kept", async () => {
		const nccl = file(
			"all_reduce_perf.txt",
			"# nThread 1 nGpus 8 minBytes 1048576 maxBytes 1073741824",
			"#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong",
			"     1048576        262144     float     sum      -1    60.00   17.48   30.58      0    60.00   17.48   30.58      0",
			"    67108864      16777216     float     sum      -1   560.00  119.84  209.72      0   560.00  119.84  209.72      0",
			"  1073741824     268435456     float     sum      -1  8200.00  130.94  229.15      0  8200.00  130.94  229.15      0",
		);
		const out = join(folder, "links.yaml");
		const result = await lumosJson<CalibrateResult>(
			...["calibrate", "--hardware", "a100-80g", "--nccl-tests", nccl, "--out", out],
		);
		expect(result.fit.fitted.map(({ name }) => name)).toContain("efficiency.link");
		expect(loadHardware(out).measuredCollectives).toMatchObject([{ op: "allReduce", size: 8, nodes: 1 }]);
	});
});

const measured = fileURLToPath(new URL("../../../shared/measured/a100-1-node.csv", import.meta.url));

test.skipIf(!existsSync(measured))(
	"real rows (../shared/measured): presets alone order one model's steps",
	async () => {
		const [columns, ...rows] = readFileSync(measured, "utf8").trim().split(/\r?\n/);
		const few = file("few.csv", columns!, ...rows.filter((_, i) => i % 60 === 0));
		const { summary } = await lumosJson<ValidateResult>("validate", few);
		expect(summary.n).toBeGreaterThan(8);
		expect(summary.spearman).toBeGreaterThan(0.8);
		expect(summary.mapePct).toBeLessThan(50);
	},
);
