/** What must be true of every simulation, whatever the graph. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type SimulationGraph, simulate, type Timeline, UNBOUND } from "../../src/engine/index.js";
import { EdgeKind, NO_PROCESSOR } from "../../src/graph/graph.js";
import { randomGraph, randomGraphShape, relabel, shuffled } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";

const withoutTies = randomGraphShape.map((shape) => ({ ...shape, ties: false }));

/** When the dependency allows the task to start. */
function readyAt(times: Timeline, pred: number, delayNs: number): number {
	const from = pred >>> 1;
	const time = (pred & 1) === 0 ? times.startNs[from]! : times.finishNs[from]!;
	return Math.max(times.startNs[from]!, time + delayNs);
}

/** Every fixed dependency and every wait as it was resolved: task and the earliest start that it allows. */
function* dependencies(graph: SimulationGraph, times: Timeline): Generator<[task: number, earliestNs: number]> {
	for (let task = 0; task < graph.taskCount; task++) {
		for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
			yield [task, readyAt(times, graph.pred[e]!, graph.delayNs[e]!)];
		}
	}
	for (let i = 0; i < graph.waitTask.length; i++) {
		const target = times.waitResolved[i]!;
		if (target !== UNBOUND) yield [graph.waitTask[i]!, readyAt(times, 2 * target + 1, graph.waitDelayNs[i]!)];
	}
}

test("no dependency is violated, and every task starts as soon as its last one allows", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const times = simulate(graph);
			const earliest = new Float64Array(graph.taskCount);
			for (const [task, ns] of dependencies(graph, times)) earliest[task] = Math.max(earliest[task]!, ns);
			expectSameBits({ startNs: times.startNs }, { startNs: earliest });
			const finish = times.startNs.map((start, task) => start + graph.durationNs[task]!);
			expectSameBits({ finishNs: times.finishNs }, { finishNs: finish });
		}),
		{ seed: 21, numRuns: 200 },
	);
});

test("tasks on one processor never overlap", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const times = simulate(graph);
			const free = new Map<number, number>();
			for (const task of times.settledOrder) {
				const on = graph.processor[task]!;
				if (on === NO_PROCESSOR) continue;
				if (times.startNs[task]! < (free.get(on) ?? 0)) throw new Error(`task ${task} overlaps`);
				free.set(on, times.finishNs[task]!);
			}
		}),
		{ seed: 22, numRuns: 200 },
	);
});

test("a wait resolves to the last task launched on its stream before it asked", () => {
	let answered = 0;
	fc.assert(
		fc.property(withoutTies, (shape) => {
			const graph = randomGraph(shape);
			const times = simulate(graph);
			// Tasks are numbered in stream order here; what no call launches comes with the one before it.
			const launchedAt = new Float64Array(graph.taskCount);
			const latest = new Map<number, number>();
			for (let task = 0; task < graph.taskCount; task++) {
				let at: number | undefined;
				for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
					if (graph.edgeKind[e] === EdgeKind.launch) at = times.startNs[graph.pred[e]! >>> 1]!;
				}
				launchedAt[task] = at ?? latest.get(graph.processor[task]!) ?? -1;
				latest.set(graph.processor[task]!, launchedAt[task]!);
			}
			for (let i = 0; i < graph.waitTask.length; i++) {
				const asking = graph.waitTask[i]!;
				let asked = 0;
				for (let e = graph.predOffset[asking]!; e < graph.predOffset[asking + 1]!; e++) {
					asked = Math.max(asked, readyAt(times, graph.pred[e]!, graph.delayNs[e]!));
				}
				let expected = UNBOUND;
				for (let task = 0; task < graph.taskCount; task++) {
					if (graph.processor[task] === graph.waitStream[i] && launchedAt[task]! < asked) expected = task;
				}
				if (times.waitResolved[i] !== expected) throw new Error(`wait ${i}: ${times.waitResolved[i]}, not ${expected}`);
				if (expected !== UNBOUND) answered++;
			}
		}),
		{ seed: 23, numRuns: 150 },
	);
	expect(answered).toBeGreaterThan(500);
});

test("the makespan is at least the critical path and the busiest processor", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const times = simulate(graph);
			// The fixed dependencies alone: a lower bound, with numbers in topological order.
			const finish = new Float64Array(graph.taskCount);
			const start = new Float64Array(graph.taskCount);
			const busy = new Map<number, number>();
			for (let task = 0; task < graph.taskCount; task++) {
				for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
					const from = graph.pred[e]! >>> 1;
					const base = (graph.pred[e]! & 1) === 0 ? start[from]! : finish[from]!;
					start[task] = Math.max(start[task]!, start[from]!, base + graph.delayNs[e]!);
				}
				finish[task] = start[task]! + graph.durationNs[task]!;
				const on = graph.processor[task]!;
				if (on !== NO_PROCESSOR) busy.set(on, (busy.get(on) ?? 0) + graph.durationNs[task]!);
			}
			const bound = Math.max(...finish, ...busy.values());
			// The sum over a processor is rounded in another order than its times are.
			expect(times.makespanNs).toBeGreaterThanOrEqual(bound * (1 - 1e-12));
		}),
		{ seed: 24, numRuns: 200 },
	);
});

test("scaling all durations and delays by a power of two scales every time exactly", () => {
	fc.assert(
		fc.property(randomGraphShape, fc.integer({ min: -20, max: 20 }), (shape, exponent) => {
			const graph = randomGraph(shape);
			const by = (column: Float64Array) => column.map((ns) => ns * 2 ** exponent);
			const plain = simulate(graph);
			const scaled = simulate(graph, {
				durationNs: by(graph.durationNs),
				delayNs: by(graph.delayNs),
				waitDelayNs: by(graph.waitDelayNs),
			});
			expectSameBits(
				{ ...scaled },
				{
					...plain,
					startNs: by(plain.startNs),
					finishNs: by(plain.finishNs),
					makespanNs: plain.makespanNs * 2 ** exponent,
				},
			);
		}),
		{ seed: 25, numRuns: 200 },
	);
});

test("other task numbers change no time", () => {
	fc.assert(
		fc.property(withoutTies, fc.nat(), (shape, seed) => {
			const graph = randomGraph(shape);
			const number = shuffled(graph.taskCount, seed);
			const plain = simulate(graph);
			const other = simulate(relabel(graph, number));
			const back = (column: Float64Array) => Float64Array.from(number, (task) => column[task]!);
			expectSameBits(
				{ startNs: back(other.startNs), finishNs: back(other.finishNs) },
				{ startNs: plain.startNs, finishNs: plain.finishNs },
			);
			const resolved = plain.waitResolved.map((task) => (task === UNBOUND ? task : number[task]!));
			expectSameBits({ waitResolved: other.waitResolved }, { waitResolved: resolved });
		}),
		{ seed: 26, numRuns: 200 },
	);
});

test("two runs of the same graph give the same bytes, in the order of start and number", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const first = simulate(graph, { inTimeOrder: true });
			expectSameBits({ ...simulate(graph, { inTimeOrder: true }) }, { ...first });
			const starts = Float64Array.from(first.settledOrder, (task) => first.startNs[task]!);
			expectSameBits({ starts }, { starts: starts.slice().sort() });
		}),
		{ seed: 27, numRuns: 100 },
	);
});
