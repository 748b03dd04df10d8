import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadHardware, presetNames } from "../../src/config/load.js";
import { fitHardware } from "../../src/cost/calibrate/fit.js";
import { memoryBound, observed } from "../../src/cost/calibrate/observations.js";
import { parameterValue } from "../../src/cost/calibrate/parameters.js";
import { thinned, writeHardware } from "../../src/cost/calibrate/write-hardware.js";
import { costModel } from "../../src/cost/cost-model.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("write-hardware");
const path = join(folder, "mine.yaml");

const table = {
	op: "allReduce",
	size: 4,
	nodes: 1,
	bytes: Array.from({ length: 40 }, (_, i) => 2 ** 20 * (i + 1)),
	ns: Array.from({ length: 40 }, (_, i) => 50_000.4 + 8000 * i),
} as const;

test.each(presetNames("hardware"))("%s written and read is itself", (name) => {
	const preset = loadHardware(name);
	writeFileSync(path, writeHardware(fitHardware(preset, []), name, { base: name, sources: ["x"], measured: [] }));
	const { efficiency, ...read } = loadHardware(path);
	const { efficiency: before, ...kept } = preset;
	expect(read).toEqual(kept);
	expect({ ...efficiency, source: before.source }).toEqual({ ...before, source: before.source });
	expect(efficiency.source).toBe(`Fitted by lumos calibrate from ${name} to x.`);
});

test("every parameter says what it rests on, and measured collectives come along", () => {
	const preset = loadHardware("a100-80g");
	const copies = [1e7, 1e8, 1e9, 2e9].map((bytes) => observed(memoryBound({ bytes }), 5000 + bytes / 1500));
	const fit = fitHardware(preset, copies);
	const text = writeHardware(fit, "mine", { base: "a100-80g", sources: ["copies.csv"], measured: [table] });
	expect(text).toMatch(
		/^# mine: a100-80g, calibrated to copies\.csv\n# memory: 4 measurements, mean \|error\| 0\.0 %, before/,
	);
	expect(text).toMatch(/\n {2}memory: 0\.735\d? # fitted, 90 %: 0\.\d+ to 0\.\d+; was 0\.85\n/);
	expect(text).toMatch(/\n {2}gemm: 0\.85 # not fitted: no measurement depends on it\n/);
	for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
	writeFileSync(path, text);
	const read = loadHardware(path);
	expect(read.measuredCollectives).toEqual([thinned(table)]);
	for (const { name, value } of fit.fitted) expect(parameterValue(read, name) / value).toBeCloseTo(1, 3);
	const group = { size: 4, perNode: 4, nodes: 1, sharing: 1 };
	expect(costModel(read).collective("allReduce", 2 ** 20, group)).toBeCloseTo(50_000, 3);
});

test("thinning keeps four sizes an octave and both ends", () => {
	const { bytes, ns } = thinned(table);
	expect(bytes[0]).toBe(table.bytes[0]);
	expect(bytes.at(-1)).toBe(table.bytes.at(-1));
	expect(bytes.length).toBeLessThan(24);
	for (const [i, size] of bytes.entries()) expect(ns[i]).toBe(Math.round(table.ns[table.bytes.indexOf(size)]!));
	const coarse = { ...table, bytes: [8, 16, 32], ns: [1, 2, 3] };
	expect(thinned(coarse)).toEqual(coarse);
});
