import fc from "fast-check";
import { expect, test } from "vitest";
import { criticalPath } from "../../src/analysis/critical-path.js";
import { PathLegs } from "../../src/analysis/path-legs.js";
import { simulate } from "../../src/engine/index.js";
import { EXACT, type ExecutionGraph } from "../../src/graph/graph.js";
import { randomGraph, randomGraphShape } from "../support/random-graph.js";

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

test("the critical path of a random execution explains every moment, up to the end and from any start", () => {
	fc.assert(
		fc.property(
			randomGraphShape,
			fc.double({ min: 0, max: 1, noNaN: true }),
			fc.nat(EXACT),
			(shape, cut, confidence) => {
				const random = randomGraph(shape);
				const graph = {
					...random,
					ranks: [],
					confidence: new Uint8Array(random.edgeCount).fill(confidence),
					waitConfidence: new Uint8Array(random.waitTask.length).fill(confidence),
				} as Partial<ExecutionGraph> as ExecutionGraph;
				const times = simulate(graph);
				const end = times.finishNs.indexOf(times.makespanNs);
				const window = { startNs: cut * times.makespanNs, endNs: times.makespanNs };
				const tasks: number[] = [];
				const path = criticalPath(graph, times, end, window, undefined, (task) => tasks.unshift(task));
				expect(path.unexplainedNs).toBe(0);
				expect(sum(path.taskNs) + sum(path.edgeNs)).toBeCloseTo(window.endNs - window.startNs, 6);
				expect(path.taskCount).toBe(tasks.length);
				// Legs that other paths went before say the same as going them again.
				const legs = new PathLegs(graph, times);
				for (const cutAt of [0, window.startNs / 2, window.startNs]) {
					const again = criticalPath(graph, times, end, { ...window, startNs: cutAt }, legs);
					const alone = criticalPath(graph, times, end, { ...window, startNs: cutAt }, undefined, () => {});
					expect(again).toEqual(alone);
				}
				// What was under way when the window began, or starts with its rank, rests on no edge of the window.
				const first = tasks[0];
				const underWay = first === undefined ? 0 : times.finishNs[first]! - times.startNs[first]!;
				const inferred = confidence === EXACT ? 0 : path.totalNs;
				expect(path.inferredNs).toBeLessThanOrEqual(inferred + 1e-6);
				expect(path.inferredNs).toBeGreaterThanOrEqual(inferred - underWay - 1e-6);
				// Each task of the path starts no earlier than the one before it.
				for (let i = 1; i < tasks.length; i++) {
					expect(times.startNs[tasks[i]!]!).toBeGreaterThanOrEqual(times.startNs[tasks[i - 1]!]!);
				}
			},
		),
		{ numRuns: 150 },
	);
});
