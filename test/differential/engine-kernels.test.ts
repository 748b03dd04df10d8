/** WebAssembly, the same sources as plain TypeScript, and a literal Algorithm 1 must give the same bits. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { replayObjects } from "../support/object-replayer.js";
import { randomGraph, randomGraphShape, relabel, shuffled } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";

test("WebAssembly and the plain TypeScript build agree bit for bit, and each really ran", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const { mode: wasmMode, ...wasm } = simulate(graph, { engine: "wasm", inTimeOrder: true });
			const { mode: referenceMode, ...reference } = simulate(graph, { engine: "reference", inTimeOrder: true });
			expect(wasmMode).toBe("event loop (wasm)");
			expect(referenceMode).toBe("event loop (reference)");
			expectSameBits(wasm, reference);
		}),
		{ seed: 1, numRuns: 300 },
	);
});

test("they agree on task numbers that are no topological order", () => {
	fc.assert(
		fc.property(randomGraphShape, fc.nat(), (shape, seed) => {
			const graph = randomGraph(shape);
			const other = relabel(graph, shuffled(graph.taskCount, seed));
			const { mode: _, ...wasm } = simulate(other, { engine: "wasm" });
			const { mode: __, ...reference } = simulate(other, { engine: "reference" });
			expectSameBits(wasm, reference);
		}),
		{ seed: 2, numRuns: 100 },
	);
});

test("the event loop gives the times of a literal Algorithm 1", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const { startNs, finishNs } = simulate(graph);
			expectSameBits({ startNs, finishNs }, replayObjects(graph));
		}),
		{ seed: 3, numRuns: 300 },
	);
});

test("following one rank after the other gives the bits of the order in time", () => {
	const modes: Record<string, number> = {};
	fc.assert(
		fc.property(randomGraphShape, fc.boolean(), fc.nat(), (shape, shuffle, seed) => {
			const plain = randomGraph(shape);
			const graph = shuffle ? relabel(plain, shuffled(plain.taskCount, seed)) : plain;
			const inTime = simulate(graph, { inTimeOrder: true });
			const { mode, settledOrder, ...free } = simulate(graph);
			expectSameBits({ ...inTime }, free);
			const reference = simulate(graph, { engine: "reference" });
			expectSameBits({ ...reference }, { settledOrder, ...free });
			modes[mode] = (modes[mode] ?? 0) + 1;
			modes[reference.mode] = (modes[reference.mode] ?? 0) + 1;
		}),
		{ seed: 4, numRuns: 1000 },
	);
	// Ties in graphs of several ranks need the order in time; the rest does not.
	expect(modes["worklist (wasm)"]).toBeGreaterThan(500);
	expect(modes["event loop (wasm)"]).toBeGreaterThan(5);
	expect(modes["worklist (reference)"]).toBe(modes["worklist (wasm)"]);
});
