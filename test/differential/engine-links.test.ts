/** Shared links against a fluid model written independently, and against no links where none is short. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type LinkModel, NO_LINK, OrderedPass, simulate } from "../../src/engine/index.js";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { type FluidTask, fluidFinishes } from "../support/fluid-links.js";
import { following, GraphBuilder, type TestGraph } from "../support/graph-builder.js";
import { randomGraph, randomGraphShape } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";

const fluidTask: fc.Arbitrary<FluidTask> = fc.record({
	startNs: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
	workNs: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
	link: fc.nat(2),
});

function linksOf(graph: TestGraph, capacity: number): LinkModel {
	const linkOf = Uint32Array.from(graph.kind, (kind, task) => {
		if (kind !== TaskKind.transfer && kind !== TaskKind.kernel) return NO_LINK;
		return task % 3 === 0 ? NO_LINK : task % 2;
	});
	return { linkOf, capacity: Float64Array.of(capacity, capacity) };
}

test("concurrent tasks share a link as a fluid does", () => {
	const capacities = fc.constantFrom([1, 1, 1], [1, 2, 3], [0.5, 1, 1.5]);
	fc.assert(
		fc.property(fc.array(fluidTask, { minLength: 1, maxLength: 12 }), capacities, (tasks, capacity) => {
			const builder = new GraphBuilder();
			const source = builder.task(TaskKind.source, undefined, 0, []);
			tasks.forEach(({ startNs, workNs }, i) => {
				builder.task(TaskKind.transfer, i, workNs, following(source, EdgeKind.entry, startNs));
			});
			const linkOf = Uint32Array.from([NO_LINK, ...tasks.map((task) => task.link)]);
			const { finishNs } = simulate(builder.build(), { links: { linkOf, capacity: Float64Array.from(capacity) } });
			fluidFinishes(tasks, capacity).forEach((expected, i) => {
				if (Math.abs(finishNs[i + 1]! - expected) > 1e-9)
					throw new Error(`task ${i}: ${finishNs[i + 1]}, not ${expected}`);
			});
		}),
		{ seed: 31, numRuns: 500 },
	);
});

test("WebAssembly and the plain TypeScript build agree on shared links bit for bit", () => {
	let slower = 0;
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const links = linksOf(graph, 1);
			const { mode: _, ...wasm } = simulate(graph, { links });
			const { mode: __, ...reference } = simulate(graph, { links, engine: "reference" });
			expectSameBits(wasm, reference);
			if (wasm.makespanNs > simulate(graph).makespanNs) slower++;
		}),
		{ seed: 32, numRuns: 150 },
	);
	expect(slower).toBeGreaterThan(30);
});

test("links that are never short change nothing", () => {
	fc.assert(
		fc.property(randomGraphShape, (shape) => {
			const graph = randomGraph(shape);
			const free = simulate(graph);
			const linked = simulate(graph, { links: linksOf(graph, graph.taskCount) });
			for (let task = 0; task < graph.taskCount; task++) {
				// Only rounding: the clock of a link runs from when it was last idle.
				expect(Math.abs(linked.finishNs[task]! - free.finishNs[task]!)).toBeLessThan(1e-7);
			}
		}),
		{ seed: 33, numRuns: 50 },
	);
});

test("one after the other on a link is as without links, to the bit", () => {
	const builder = new GraphBuilder();
	const first = builder.task(TaskKind.transfer, 0, 0.1, []);
	const second = builder.task(TaskKind.transfer, 0, 0.7, following(first, EdgeKind.intraStream, 0.2));
	builder.task(TaskKind.transfer, 0, 0.3, following(second, EdgeKind.intraStream));
	const graph = builder.build();
	const links = { linkOf: Uint32Array.of(0, 0, 0), capacity: Float64Array.of(1) };
	expectSameBits({ finishNs: simulate(graph, { links }).finishNs }, { finishNs: simulate(graph).finishNs });
});

test("the ordered pass refuses times on shared links, and a model must fit the graph", () => {
	const graph = randomGraph({ seed: 1, ranks: 1, actions: 20, ties: false });
	const links = linksOf(graph, 1);
	expect(() => new OrderedPass(graph, simulate(graph, { links }))).toThrow("simulate again");
	expect(() => simulate(graph, { links: { ...links, capacity: Float64Array.of(1) } })).toThrow("is on link 1 of 1");
	expect(() => simulate(graph, { links: { ...links, capacity: Float64Array.of(0, 1) } })).toThrow("capacity is 0");
});
