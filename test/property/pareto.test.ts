import fc from "fast-check";
import { expect, test } from "vitest";
import type { ObjectiveColumn } from "../../src/sweep/objectives/pareto.js";
import { paretoFront } from "../../src/sweep/objectives/pareto.js";

/** Few different values, so that ties and equal rows come up. */
const value = fc.oneof(
	{ weight: 20, arbitrary: fc.integer({ min: -3, max: 3 }) },
	fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0, 0.5),
);
const better = fc.constantFrom("lower" as const, "higher" as const);

/** One to four objectives of up to forty rows. */
const columns: fc.Arbitrary<ObjectiveColumn[]> = fc
	.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(40))
	.chain(([objectives, rows]) =>
		fc.array(fc.record({ values: fc.array(value, { minLength: rows, maxLength: rows }), better }), {
			minLength: objectives,
			maxLength: objectives,
		}),
	);

function dominates(all: readonly ObjectiveColumn[], a: number, b: number): boolean {
	const gains = all.map(({ values, better }) => {
		const [x, y] = better === "higher" ? [values[a]!, values[b]!] : [values[b]!, values[a]!];
		return x > y ? 1 : x === y ? 0 : -1;
	});
	return gains.every((gain) => gain >= 0) && gains.includes(1);
}

test("nothing dominates a member of a Pareto front, a member dominates everything else, and ties stay together", () => {
	fc.assert(
		fc.property(columns, (all) => {
			const front = [...paretoFront(all)];
			const comparable = [...Array.from(all[0]!.values).keys()].filter((row) =>
				all.every(({ values }) => !Number.isNaN(values[row]!)),
			);
			expect(front).toEqual(comparable.filter((row) => !comparable.some((other) => dominates(all, other, row))));
			for (const row of comparable) {
				if (!front.includes(row)) expect(front.some((member) => dominates(all, member, row))).toBe(true);
			}
		}),
		{ numRuns: 500 },
	);
});

test("the front is the same wherever its rows stand", () => {
	fc.assert(
		fc.property(columns, fc.infiniteStream(fc.nat()), (all, keys) => {
			const order = Array.from(all[0]!.values, (_, row) => ({ row, key: keys.next().value as number }))
				.sort((a, b) => a.key - b.key)
				.map(({ row }) => row);
			const moved = all.map(({ values, better }) => ({ values: order.map((row) => values[row]!), better }));
			const back = Array.from(paretoFront(moved), (i) => order[i]!).sort((a, b) => a - b);
			expect(back).toEqual([...paretoFront(all)]);
		}),
	);
});
