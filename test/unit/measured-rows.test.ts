import { describe, expect, test } from "vitest";
import { csvLines } from "../../src/lib/csv.js";
import { rowsNotIn } from "../../src/predict/measured/calibrate.js";
import { parseMeasured } from "../../src/predict/measured/rows.js";

const COLUMNS = "gpus,global_batch,micro_batch,hidden_size,heads,layers,seq,tp,dp,pp,iteration_ms";
const ROW = "8,16,2,1024,16,4,512,2,2,2,123.5";

function parse(...lines: string[]) {
	return parseMeasured(lines.join("\n"), "runs.csv");
}

test("a row is a job with the documented defaults", () => {
	const { rows, unknownColumns } = parse(COLUMNS, ROW);
	expect(unknownColumns).toEqual([]);
	expect(rows).toHaveLength(1);
	expect(rows[0]).toMatchObject({ path: "runs.csv", line: 2, gpus: 8, measuredMs: 123.5 });
	expect(rows[0]!.model).toMatchObject({ numLayers: 4, hiddenSize: 1024, ffnHiddenSize: 4096, vocabSize: 50257 });
	expect(rows[0]!.parallel).toMatchObject({
		tensorModelParallelSize: 2,
		globalBatchSize: 16,
		dtype: "fp16",
		recompute: "full",
		schedule: "1f1b",
		overlapGradReduce: false,
	});
});

test("optional columns change a row, empty cells do not; flags hold where columns are silent", () => {
	const text = [
		`${COLUMNS},vpp,dtype,sequence_parallel,recompute,kv_heads,ffn,note`,
		`${ROW},2,bf16,1,none,4,2048,"a, b"`,
		`${ROW},,,,,,,`,
	].join("\r\n");
	const { rows, unknownColumns } = parseMeasured(`\uFEFF${text}\r\n\r\n`, "runs.csv", {
		model: { vocabSize: 51200 },
		parallel: { useDistributedOptimizer: true },
	});
	expect(unknownColumns).toEqual(["note"]);
	const [first, second] = rows;
	expect(first!.parallel).toMatchObject({
		schedule: "interleaved",
		dtype: "bf16",
		sequenceParallel: true,
		recompute: "none",
		useDistributedOptimizer: true,
	});
	expect(first!.model).toMatchObject({ numQueryGroups: 4, ffnHiddenSize: 2048, vocabSize: 51200 });
	expect(second!.parallel).toMatchObject({ schedule: "1f1b", dtype: "fp16", sequenceParallel: false });
	expect(second).toMatchObject({ line: 3, model: { numQueryGroups: 16 } });
});

describe("one line says what is wrong and where", () => {
	const changed = (column: string, value: string): string => {
		const cells = ROW.split(",");
		cells[COLUMNS.split(",").indexOf(column)] = value;
		return cells.join(",");
	};
	test.each([
		["nothing", [""], "runs.csv: is empty"],
		["no rows", [COLUMNS], "runs.csv: has no rows"],
		["a missing column", [COLUMNS.replace("layers", "layer"), ROW], "runs.csv:1: no column layers; is layer meant?"],
		["a column twice", [`${COLUMNS},tp`, `${ROW},2`], "runs.csv:1: two columns are named tp"],
		["too few cells", [COLUMNS, "", "8,16"], "runs.csv:3: 2 cells for 11 columns"],
		["an empty cell", [COLUMNS, changed("tp", "")], "runs.csv:2: tp is empty"],
		["no number", [COLUMNS, changed("tp", "two")], "runs.csv:2: tp two: "],
		["a negative size", [COLUMNS, changed("layers", "-4")], "runs.csv:2: layers -4: "],
		["no time", [COLUMNS, ROW, changed("iteration_ms", "0")], "runs.csv:3: iteration_ms 0: give milliseconds above 0"],
		["degrees that miss the GPUs", [COLUMNS, changed("gpus", "16")], "runs.csv:2: tp 2 x cp 1 x pp 2 x dp 2 = 8 GPUs"],
		[
			"heads that do not divide",
			[COLUMNS, changed("heads", "15")],
			"runs.csv:2: tensor_model_parallel_size 2 does not",
		],
	])("%s", (_, lines, message) => {
		expect(() => parse(...lines)).toThrow(message);
	});

	test("a flag that a column contradicts", () => {
		expect(() =>
			parseMeasured(`${COLUMNS},dtype\n${ROW},fp16`, "runs.csv", { model: {}, parallel: { dtype: "bf16" } }),
		).toThrow("--dtype: column dtype of runs.csv:1 says it for every row");
	});
});

test("what is validated is not fitted to, whatever its time", () => {
	const { rows } = parse(COLUMNS, ROW, ROW.replace("123.5", "125"), ROW.replace("8,16", "8,32"));
	expect(rowsNotIn(rows, rows.slice(0, 1)).map(({ line }) => line)).toEqual([4]);
});

test("cells may be quoted", () => {
	expect(csvLines('a, "b,""c""" ,\n1,2,"')).toEqual([
		{ line: 1, cells: ["a", 'b,"c"', ""] },
		{ line: 2, cells: ["1", "2", '"'] },
	]);
});
