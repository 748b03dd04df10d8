import { expect, test } from "vitest";
import { loadHardware } from "../../src/config/load.js";
import { fitToRows } from "../../src/predict/measured/calibrate.js";
import { FRAMEWORKS } from "../../src/predict/measured/defaults.js";
import { knowledgeOfFit, knowledgeOfPreset } from "../../src/predict/measured/interval.js";
import { type MeasuredRow, parseMeasured } from "../../src/predict/measured/rows.js";
import { simulateRow } from "../../src/predict/measured/simulate-row.js";
import { quantile, spearman } from "../../src/predict/measured/statistics.js";
import { summarize, type ValidatedRow, validateRow } from "../../src/predict/measured/validate.js";

const hardware = loadHardware("a100-80g");
const options = FRAMEWORKS["megatron-deepspeed"];
const COLUMNS = "gpus,global_batch,micro_batch,hidden_size,heads,layers,seq,tp,dp,pp,iteration_ms";

function rowsOf(...lines: string[]): readonly MeasuredRow[] {
	return parseMeasured([COLUMNS, ...lines].join("\n"), "runs.csv").rows;
}

/** Rows whose times another cluster gave: `gemm` and `memory` of it are 80 % of the preset's. */
function madeRows(): MeasuredRow[] {
	const { efficiency } = hardware;
	const other = { ...efficiency, gemm: 0.8 * efficiency.gemm, memory: 0.8 * efficiency.memory };
	const degrees = ["8,32,4,4096,32,2,2048,1,8,1", "4,16,4,4096,32,2,2048,2,2,1", "4,16,8,2048,16,4,1024,1,2,2"];
	const more = ["2,8,4,4096,32,2,1024,2,1,1", "1,4,2,8192,64,2,1024,1,1,1", "1,8,8,1024,16,4,2048,1,1,1"];
	return rowsOf(...[...degrees, ...more].map((line) => `${line},1`)).map((row) => ({
		...row,
		measuredMs: simulateRow(row, { ...hardware, efficiency: other }, options),
	}));
}

test("rank correlation", () => {
	expect(spearman([1, 2, 3], [10, 20, 30])).toBeCloseTo(1);
	expect(spearman([1, 2, 3], [30, 20, 10])).toBeCloseTo(-1);
	// Ranks 1 2 3 4 against 1 2.5 2.5 4, by hand: 4.5 / sqrt(5 * 4.5).
	expect(spearman([1, 2, 3, 4], [1, 5, 5, 9])).toBeCloseTo(4.5 / Math.sqrt(22.5));
	expect(spearman([1], [1])).toBeNull();
	expect(quantile([5, 1, 4, 2, 3], 0.8)).toBe(4);
});

test("summary, by hand", () => {
	const rows = rowsOf(
		"2,4,1,1024,16,4,512,1,2,1,100",
		"2,4,2,1024,16,4,512,1,2,1,110",
		"2,4,2,1024,16,4,512,2,1,1,200",
		"2,8,1,1024,16,4,512,1,2,1,50",
	);
	const predicted = [120, 99, 200, 50];
	const validated = rows.map(
		(row, i): ValidatedRow => ({
			row,
			predictedMs: predicted[i]!,
			errorPct: 100 * (predicted[i]! / row.measuredMs - 1),
			interval: { lowMs: 0.85 * predicted[i]!, highMs: 1.15 * predicted[i]! },
		}),
	);
	const summary = summarize(validated);
	expect(summary).toMatchObject({ n: 4, mapePct: expect.closeTo(7.5), worstPct: expect.closeTo(20) });
	expect(summary).toMatchObject({ biasPct: expect.closeTo(2.5), intervalCoverage: 0.75 });
	expect(summary.perGroup.map(({ n, topOneRegretPct }) => [n, Math.round(topOneRegretPct)])).toEqual([
		[3, 10],
		[1, 0],
	]);
	expect(summary.perGroup.map(({ spearman }) => spearman)).toEqual([expect.closeTo(0.5), null]);
});

test("a fit finds the cluster that made the rows; intervals hold the truth and are narrower than a preset's", () => {
	const rows = madeRows();
	const { fit, logErrors } = fitToRows(hardware, rows, options);
	const known = knowledgeOfFit(fit, logErrors);
	for (const row of rows) {
		const before = validateRow(row, hardware, options, knowledgeOfPreset());
		const after = validateRow(row, fit.hardware, options, known);
		expect(before.errorPct).toBeLessThan(-5);
		expect(Math.abs(after.errorPct)).toBeLessThan(1);
		expect(after.interval.lowMs).toBeLessThanOrEqual(row.measuredMs);
		expect(after.interval.highMs).toBeGreaterThanOrEqual(row.measuredMs);
		const width = ({ lowMs, highMs }: ValidatedRow["interval"]): number => highMs / lowMs;
		expect(width(after.interval)).toBeLessThan(width(before.interval));
	}
});
