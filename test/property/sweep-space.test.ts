import fc from "fast-check";
import { expect, test } from "vitest";
import { shardOf } from "../../src/sweep/chunks.js";
import { planSweep } from "../../src/sweep/plan-sweep.js";
import { SweepSpace } from "../../src/sweep/space.js";
import { smallSweep } from "../support/small-sweep.js";

const someOf = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

const grids = fc.record({
	gpus: someOf([4, 6, 8]),
	num_layers: someOf([4, 8]),
	pipeline_model_parallel_size: someOf([1, 2, 4]),
	tensor_model_parallel_size: someOf([1, 2, 3, 16]),
	micro_batch_size: someOf([1, 2, 8]),
	virtual_pipeline_size: someOf([1, 2]),
	sequence_parallel: someOf([false, true]),
});

test("a number of a configuration and its digits are two names of one thing", () => {
	fc.assert(
		fc.property(grids, fc.nat(), (grid, n) => {
			const space = new SweepSpace(smallSweep(grid));
			const index = n % space.total;
			const digits = space.digitsAt(index);
			expect(space.indexOf(digits)).toBe(index);
			digits.forEach((digit, a) => {
				expect(digit).toBeLessThan(space.inputs.axes[a]!.values.length);
			});
		}),
	);
});

test("all configurations are distinct jobs, but for those that say they are the same as others", () => {
	const space = new SweepSpace(smallSweep());
	const seen = new Set<string>();
	for (let index = 0; index < space.total; index++) {
		const job = space.jobAt(index);
		if (space.rejectionOf(job)) continue;
		const key = JSON.stringify(job);
		expect(seen.has(key), key).toBe(false);
		seen.add(key);
	}
	expect(seen.size).toBeGreaterThan(50);
});

test("each configuration is counted once, and each that fits is in one chunk of one shard", () => {
	fc.assert(
		fc.property(grids, fc.integer({ min: 1, max: 7 }), (grid, shards) => {
			const { space, survey, chunks } = planSweep(smallSweep(grid));
			const rejected = [...survey.invalid.values(), ...survey.pruned.values()].reduce((sum, n) => sum + n, 0);
			expect(rejected + survey.outOfMemory + survey.feasible.length).toBe(space.total);
			const parts = Array.from({ length: shards }, (_, shard) => shardOf(chunks, shard, shards));
			const all = parts.flat().flatMap(({ indices }) => indices);
			expect(all.toSorted((a, b) => a - b)).toEqual(survey.feasible);
		}),
		{ numRuns: 30 },
	);
});

test("shards cost alike", () => {
	const { chunks } = planSweep(smallSweep({ gpus: [8], global_batch_size: [64] }));
	const costs = Array.from({ length: 4 }, (_, shard) =>
		shardOf(chunks, shard, 4).reduce((sum, { tasks }) => sum + tasks, 0),
	);
	expect(Math.max(...costs) / Math.min(...costs)).toBeLessThan(1.3);
});
