import { expect, test } from "vitest";
import {
	formatBytes,
	formatCount,
	formatMs,
	formatSeconds,
	formatShare,
	formatSignedPct,
} from "../../src/lib/format.js";

test("bytes in decimal units, three figures", () => {
	expect([0, 999, 1000, 61_234_567, 999_600, 4.2e9, 5e15].map(formatBytes)).toEqual([
		"0 B",
		"999 B",
		"1.00 KB",
		"61.2 MB",
		"1.00 MB",
		"4.20 GB",
		"5000 TB",
	]);
});

test("counts in groups of three", () => {
	expect([0, 999, 1000, 12_345_678].map(formatCount)).toEqual(["0", "999", "1,000", "12,345,678"]);
});

test("durations in the unit that suits them", () => {
	expect([0, 0.00073, 0.0123, 58.213, 123.45, 3200, 125_000].map(formatMs)).toEqual([
		"0 ms",
		"730 ns",
		"12.3 us",
		"58.21 ms",
		"123.5 ms",
		"3.20 s",
		"2 min 05 s",
	]);
	expect(formatMs(-0.5)).toBe("-500 us");
});

test("remaining times", () => {
	expect([0.4, 59.6, 125, 12_000].map(formatSeconds)).toEqual(["0 s", "1 min 00 s", "2 min 05 s", "3 h 20 min"]);
});

test("errors carry their sign, nothing else does", () => {
	expect([0.417, -1.3, 0, -0.001].map(formatSignedPct)).toEqual(["+0.42 %", "-1.30 %", "0.00 %", "0.00 %"]);
	expect(formatShare(0.4171)).toBe("41.7 %");
});
