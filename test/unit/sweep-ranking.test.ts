import { describe, expect, test } from "vitest";
import { DEFAULT_SITE } from "../../src/predict/site.js";
import { explain } from "../../src/sweep/explain.js";
import { familyOf } from "../../src/sweep/family.js";
import { type Measured, measure } from "../../src/sweep/measures.js";
import { OBJECTIVES } from "../../src/sweep/objectives/objectives.js";
import { placed, rank } from "../../src/sweep/ranking.js";
import { SweepSpace } from "../../src/sweep/space.js";
import { smallSweep } from "../support/small-sweep.js";

const space = new SweepSpace(smallSweep({ num_layers: [4, 8], micro_batch_size: [1, 2] }));
const training = { hardware: space.inputs.hardware, site: DEFAULT_SITE, tokenBudget: 1e9 };
const objective = (name: string) => OBJECTIVES.find((known) => known.name === name)!;

/** A configuration of 10 % interval that computes all the time but for its bubble. */
function timed(index: number, iterationMs: number, { memoryGb = 10, bubbleMs = 0 } = {}): Measured {
	const breakdown = { exposedComputeMs: iterationMs - bubbleMs, exposedCommMs: 0, overlappedMs: 0, otherMs: bubbleMs };
	const row = { index, iterationMs, lowMs: iterationMs * 0.9, highMs: iterationMs * 1.1, breakdown };
	return measure(space.inputs, space.jobAt(index), memoryGb * 1e9, { ...row, waitingCommMs: 0, tasks: 1 });
}

const inPlace = (all: readonly Measured[], ...names: readonly string[]) => {
	const objectives = names.map(objective);
	return placed(rank(all, objectives, training), objectives, training);
};

const order = (all: readonly Measured[], ...names: readonly string[]) =>
	inPlace(all, ...names).map(({ rank: place, tiesBest, measured }) => [place, measured.row.index, tiesBest]);

describe("a ranking", () => {
	const all = [timed(0, 120), timed(1, 100), timed(2, 109), timed(3, 100), timed(4, 111)];

	test("has the best first, equals in the order of the space, and ties within the interval of the best", () => {
		const wanted = [
			[1, 1, false],
			[2, 3, true],
			[3, 2, true],
			[4, 4, false],
			[5, 0, false],
		];
		expect(order(all, "iteration-time")).toEqual(wanted);
		// The same times, seen from the other end.
		expect(order(all, "throughput")).toEqual(wanted);
		expect(order(all, "gpu-hours")).toEqual(wanted);
	});

	test("by what no time decides ties equals alone", () => {
		const some = [timed(0, 100, { memoryGb: 10 }), timed(1, 101, { memoryGb: 10 }), timed(2, 99, { memoryGb: 11 })];
		expect(order(some, "memory-headroom")).toEqual([
			[1, 0, false],
			[2, 1, true],
			[3, 2, false],
		]);
	});

	test("by several objectives is their front", () => {
		const some = [
			timed(0, 100, { memoryGb: 30 }),
			timed(1, 110, { memoryGb: 20 }),
			timed(2, 120, { memoryGb: 25 }),
			timed(3, 130, { memoryGb: 10 }),
		];
		expect(order(some, "iteration-time", "memory-headroom").map(([, index]) => index)).toEqual([0, 1, 3]);
	});
});

test("an explanation adds up, and names what is set otherwise", () => {
	const [best, other] = inPlace([timed(0, 100), timed(1, 130, { bubbleMs: 20 })], "iteration-time");
	const { slowerMs, computeMs, exposedCommMs, bubbleMs, differences } = explain(space.inputs, best!, other!);
	expect([slowerMs, computeMs, exposedCommMs, bubbleMs]).toEqual([30, 10, 0, 20]);
	expect(differences).toEqual([{ name: "use_distributed_optimizer", best: false, here: true }]);
});

describe("a family", () => {
	const small = 0;
	const large = space.perModel;
	const all = [timed(small, 50), timed(small + 1, 40), timed(large, 90), timed(large + 1, 80)];
	const indexOf = (one: Measured | undefined) => one?.row.index;

	test("has each member in its fastest configuration, the smallest first", () => {
		const { front, members, largest } = familyOf(all, undefined);
		expect([members, front.map(indexOf), largest]).toEqual([2, [small + 1, large + 1], undefined]);
		// A larger one that is faster leaves the smaller one behind.
		expect(familyOf([timed(small, 50), timed(large, 45)], undefined).front.map(indexOf)).toEqual([large]);
	});

	test.each([
		[{ ms: 85 }, large + 1, undefined],
		[{ ms: 79 }, small + 1, undefined],
		[{ ms: 39 }, undefined, small + 1],
		[{ tokensPerSecond: (8 * 1024) / 0.08 }, large + 1, undefined],
		[{ tokensPerSecond: (8 * 1024) / 0.039 }, undefined, small + 1],
	])("under %j has %s as its largest, else %s nearest", (target, largest, nearest) => {
		const found = familyOf(all, target);
		expect([indexOf(found.largest), indexOf(found.nearest)]).toEqual([largest, nearest]);
	});
});
