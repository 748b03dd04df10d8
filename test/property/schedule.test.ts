/** What must be true of every schedule, and the bubbles and depths that the literature gives for them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	mostInFlight,
	mostKept,
	Pass,
	peaksInFlight,
	type ScheduleName,
	type ScheduleShape,
	type StageSchedule,
	scheduleStage,
} from "../../src/plan/schedule/index.js";
import { idealMakespan } from "../support/ideal-pipeline.js";

const plain = fc
	.record({ stages: fc.integer({ min: 1, max: 9 }), microBatches: fc.integer({ min: 1, max: 24 }) })
	.map((shape): ScheduleShape => ({ ...shape, chunks: 1 }));
const interleaved = fc
	.record({
		stages: fc.integer({ min: 2, max: 6 }),
		chunks: fc.integer({ min: 2, max: 4 }),
		groups: fc.integer({ min: 1, max: 5 }),
	})
	.map(({ stages, chunks, groups }): ScheduleShape => ({ stages, chunks, microBatches: groups * stages }));
const named = fc.oneof(
	fc.tuple(fc.constantFrom<ScheduleName>("1f1b", "gpipe", "zb-h1"), plain),
	fc.tuple(fc.constant<ScheduleName>("interleaved"), interleaved),
);

function stagesOf(name: ScheduleName, shape: ScheduleShape): StageSchedule[] {
	return Array.from({ length: shape.stages }, (_, stage) => scheduleStage(name, shape, stage));
}

test("every stage runs every pass of every micro-batch and chunk once, forward before backward before weights", () => {
	fc.assert(
		fc.property(named, ([name, shape]) => {
			for (const { pass, microBatch, chunk } of stagesOf(name, shape)) {
				const seen = new Map<string, Pass[]>();
				pass.forEach((each, i) => {
					const key = `${microBatch[i]}/${chunk[i]}`;
					seen.set(key, [...(seen.get(key) ?? []), each as Pass]);
				});
				expect(seen.size).toBe(shape.microBatches * shape.chunks);
				const wanted = name === "zb-h1" ? [Pass.forward, Pass.backward, Pass.weight] : [Pass.forward, Pass.backward];
				for (const order of seen.values()) expect(order).toEqual(wanted);
			}
		}),
	);
});

test("no schedule has stages that wait for each other for ever, whatever the passes take", () => {
	const time = fc.integer({ min: 1, max: 9 });
	fc.assert(
		fc.property(named, fc.record({ forward: time, backward: time, weight: time }), ([name, shape], times) => {
			expect(idealMakespan(stagesOf(name, shape), shape.chunks, times)).toBeDefined();
		}),
	);
});

/** Idle share of the time that the passes of a stage take: the bubble as the papers give it. */
function bubble(name: ScheduleName, shape: ScheduleShape, forward: number, backward: number, weight: number): number {
	const makespan = idealMakespan(stagesOf(name, shape), shape.chunks, { forward, backward, weight })!;
	const busy = shape.microBatches * shape.chunks * (forward + backward + weight);
	return makespan - busy;
}

test("1F1B and GPipe idle for (p - 1) passes of each kind", () => {
	fc.assert(
		fc.property(plain, fc.constantFrom<ScheduleName>("1f1b", "gpipe"), (shape, name) => {
			expect(bubble(name, shape, 2, 4, 0)).toBe((shape.stages - 1) * (2 + 4));
		}),
	);
});

test("interleaving divides that by the number of chunks", () => {
	fc.assert(
		fc.property(interleaved, (shape) => {
			// A chunk takes 1/chunks of the time of a stage.
			expect(bubble("interleaved", shape, 2, 4, 0)).toBe((shape.stages - 1) * (2 + 4));
			const { stages, chunks, microBatches } = shape;
			const idle = bubble("interleaved", shape, 2, 4, 0);
			const total = microBatches * chunks * 6 + idle;
			expect(idle / total).toBeCloseTo((stages - 1) / (chunks * microBatches + stages - 1), 12);
		}),
	);
});

test("ZB-H1 idles for (p - 1) (F + B - W), a third of 1F1B where all three take the same", () => {
	fc.assert(
		fc.property(
			plain.filter(({ stages, microBatches }) => microBatches >= 2 * stages),
			(shape) => {
				expect(bubble("zb-h1", shape, 3, 3, 3)).toBe((shape.stages - 1) * 3);
				expect(3 * bubble("zb-h1", shape, 3, 3, 3)).toBe(bubble("1f1b", shape, 3, 6, 0));
			},
		),
	);
});

test("as many micro-batches are under way as the papers say", () => {
	fc.assert(
		fc.property(plain, (shape) => {
			const { stages, microBatches } = shape;
			for (let stage = 0; stage < stages; stage++) {
				const flight = (name: ScheduleName): number => mostInFlight(scheduleStage(name, shape, stage));
				expect(flight("1f1b")).toBe(Math.min(stages - stage, microBatches));
				expect(flight("gpipe")).toBe(microBatches);
				expect(flight("zb-h1")).toBeLessThanOrEqual(Math.min(stages, microBatches));
			}
		}),
	);
	fc.assert(
		fc.property(interleaved, (shape) => {
			const { stages, chunks, microBatches } = shape;
			for (let stage = 0; stage < stages; stage++) {
				const warmup = 2 * (stages - stage - 1) + (chunks - 1) * stages;
				expect(mostInFlight(scheduleStage("interleaved", shape, stage))).toBe(
					Math.min(warmup + 1, chunks * microBatches),
				);
			}
		}),
	);
});

test("the moments that are remembered are enough to know the most that is kept, whatever each chunk keeps", () => {
	fc.assert(
		fc.property(
			named,
			fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 }),
			([name, shape], each) => {
				for (const schedule of stagesOf(name, shape)) {
					const { pass, chunk } = schedule;
					const last = pass.includes(Pass.weight) ? Pass.weight : Pass.backward;
					let now = 0;
					let most = 0;
					pass.forEach((which, i) => {
						if (which === Pass.forward) now += each[chunk[i]!]!;
						else if (which === last) now -= each[chunk[i]!]!;
						most = Math.max(most, now);
					});
					expect(mostKept(peaksInFlight(schedule), each)).toBe(most);
				}
			},
		),
	);
});
