/** The ordered pass must give the bits of the event loop, or say that it cannot. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { OrderedPass, type SimulationGraph, simulate } from "../../src/engine/index.js";
import { randomGraph, randomGraphShape, relabel, shuffled } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";
import { SeededRandom } from "../support/seeded-random.js";

const withoutTies = randomGraphShape.map((shape) => ({ ...shape, ties: false }));

function timesOf(graph: SimulationGraph): Float64Array {
	const { startNs, finishNs } = simulate(graph);
	return Float64Array.from({ length: 2 * graph.taskCount }, (_, i) => (i % 2 === 0 ? startNs : finishNs)[i >>> 1]!);
}

function retime(
	graph: SimulationGraph,
	other: SimulationGraph,
	engine: "wasm" | "reference",
): Float64Array | undefined {
	const pass = new OrderedPass(graph, simulate(graph), { engine });
	try {
		expect(pass.mode).toBe(`ordered pass (${engine})`);
		if (other.delayNs !== graph.delayNs) pass.setDelays(other.delayNs);
		return pass.retime(other.durationNs)?.slice();
	} finally {
		pass.close();
	}
}

test("with the same durations it repeats the event loop bit for bit", () => {
	fc.assert(
		fc.property(withoutTies, fc.boolean(), fc.nat(), (shape, shuffle, seed) => {
			const plain = randomGraph(shape);
			const graph = shuffle ? relabel(plain, shuffled(plain.taskCount, seed)) : plain;
			const times = retime(graph, graph, "wasm");
			expect(times).toBeDefined();
			expectSameBits({ times }, { times: timesOf(graph) });
		}),
		{ seed: 11, numRuns: 300 },
	);
});

test("with other durations and delays it is the event loop bit for bit, or says that the order changed", () => {
	const held = { whole: 0, fractional: 0 };
	let changed = 0;
	fc.assert(
		fc.property(randomGraphShape, fc.nat(), fc.boolean(), fc.boolean(), (shape, seed, slightly, sameDelays) => {
			const graph = randomGraph(shape);
			const random = new SeededRandom(seed);
			const factor = () => (slightly ? 1 + random.next() / 100 : random.next() * 3);
			// The delays of graphs with ties are whole numbers, which have records of their own.
			const other = {
				...graph,
				durationNs: graph.durationNs.map((duration) => duration * factor()),
				delayNs: sameDelays
					? graph.delayNs
					: graph.delayNs.map((delay) => (random.chance(0.02) ? delay - 5 : delay * factor())),
			};
			const times = retime(graph, other, "wasm");
			if (times) {
				held[shape.ties && sameDelays ? "whole" : "fractional"]++;
				expectSameBits({ times }, { times: timesOf(other) });
			} else {
				changed++;
			}
			const reference = retime(graph, other, "reference");
			expect(reference === undefined).toBe(times === undefined);
			if (times) expectSameBits({ times: reference }, { times });
		}),
		{ seed: 12, numRuns: 300 },
	);
	expect(held.whole).toBeGreaterThan(30);
	expect(held.fractional).toBeGreaterThan(30);
	expect(changed).toBeGreaterThan(10);
});
