import fc from "fast-check";
import { expect, test } from "vitest";
import { groupRows, lastAtMost, quantile, selectRows, sortRows } from "../../src/lib/sort.js";

const times = fc.oneof(
	fc.integer({ min: -50, max: 50 }),
	fc.integer({ min: 0, max: 2 ** 50 }),
	fc.double({ min: -1e15, max: 1e15, noNaN: true }),
);

test("rows come in the order that a comparator gives, and equal ones keep theirs", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(times, fc.integer({ min: 0, max: 3 })), { maxLength: 300 }), (pairs) => {
			const key = Float64Array.from(pairs, ([time]) => time);
			const tie = Float64Array.from(pairs, ([, length]) => length);
			const rows = [...pairs.keys()];
			const byKey = [...rows].sort((a, b) => key[a]! - key[b]! || a - b);
			const byBoth = [...rows].sort((a, b) => key[a]! - key[b]! || tie[b]! - tie[a]! || a - b);
			expect([...sortRows(Uint32Array.from(rows), key)]).toEqual(byKey);
			expect([...sortRows(Uint32Array.from(rows), key, tie)]).toEqual(byBoth);
		}),
		{ numRuns: 300, seed: 3 },
	);
});

test("a few long runs are merged to the same", () => {
	const key = Float64Array.from({ length: 4000 }, (_, i) => (i % 1000) * 7 + Math.floor(i / 1000));
	const sorted = sortRows(Uint32Array.from(key.keys()), key);
	expect([...sorted].every((row, i) => i === 0 || key[sorted[i - 1]!]! <= key[row]!)).toBe(true);
	expect(new Set(sorted).size).toBe(4000);
});

test("rows are chosen and grouped in their order", () => {
	const odd = selectRows(10, (row) => row % 2 === 1);
	expect([...odd]).toEqual([1, 3, 5, 7, 9]);
	const groups = groupRows(odd, (row) => row % 3);
	expect([...groups].map(([key, rows]) => [key, [...rows]])).toEqual([
		[1, [1, 7]],
		[0, [3, 9]],
		[2, [5]],
	]);
});

test("quantiles and bounds", () => {
	expect(quantile(Float64Array.of(4, 1, 3, 2), 0.5)).toBe(2);
	expect(quantile(Float64Array.of(), 0.5)).toBeNaN();
	expect([0, 1, 2.5, 9].map((limit) => lastAtMost([1, 2, 3], limit))).toEqual([-1, 0, 1, 2]);
});
