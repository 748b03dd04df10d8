import fc from "fast-check";
import { expect, test } from "vitest";
import { PairIds } from "../../src/lib/pair-ids.js";
import { selectNth } from "../../src/lib/select.js";

test("the n-th value is that of the sorted values, wherever else they go", () => {
	const values = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true })), { minLength: 1 });
	fc.assert(
		fc.property(values, fc.nat(), (list, n) => {
			const moved = Float64Array.from(list);
			const sorted = Float64Array.from(list).sort();
			const index = n % list.length;
			expect(selectNth(moved, index) + 0).toBe(sorted[index]! + 0);
			expect(
				moved
					.slice()
					.sort()
					.map((value) => value + 0),
			).toEqual(sorted.map((value) => value + 0));
			for (let i = 0; i < index; i++) expect(moved[i]).toBeLessThanOrEqual(moved[index]!);
		}),
		{ numRuns: 500 },
	);
});

test("pairs are numbered as they first come up, however many there are", () => {
	const small = fc.nat(30);
	const number = fc.oneof(small, fc.integer({ min: 0, max: 0xffffffff }));
	fc.assert(
		fc.property(fc.array(fc.tuple(number, number), { maxLength: 300 }), (pairs) => {
			const ids = new PairIds();
			const known = new Map<string, number>();
			for (const [first, second] of pairs) {
				const key = `${first} ${second}`;
				if (!known.has(key)) known.set(key, known.size);
				expect(ids.of(first, second)).toBe(known.get(key));
			}
			expect(ids.count).toBe(known.size);
		}),
	);
	const many = new PairIds();
	for (let round = 0; round < 2; round++) for (let i = 0; i < 5000; i++) expect(many.of(i, i % 7)).toBe(i);
});
