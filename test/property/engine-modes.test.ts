/** Whole or in parts, all ranks or one of those that are alike: the same bits. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { randomGraph, randomGraphShape } from "../support/random-graph.js";
import { type RankedGraph, rankByRank } from "../support/rank-by-rank.js";
import { replicate } from "../support/replicate.js";
import { expectSameBits } from "../support/same-bits.js";
import { SeededRandom } from "../support/seeded-random.js";
import { expectOrder, resultsOf } from "../support/timeline-checks.js";

const PROCESSORS = 5;

/** Graphs numbered rank by rank; on some of them two ranks come to their meetings in different orders. */
const rankedGraph: fc.Arbitrary<RankedGraph> = fc
	.tuple(
		randomGraphShape.map((shape) => ({ ...shape, actions: 2 * shape.actions })),
		fc.option(fc.nat(), { nil: undefined }),
	)
	.map(([shape, seed]) => rankByRank(randomGraph(shape), shape.ranks, PROCESSORS, seed));

/** Several copies of such a graph that meet in some of their meetings; in some copies a task takes longer. */
const replicas: fc.Arbitrary<RankedGraph> = fc
	.tuple(rankedGraph, fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.nat(3), fc.nat())
	.map(([graph, copies, every, changes, seed]) => {
		const all = replicate(graph, copies, PROCESSORS, (meeting) => meeting % every === 0);
		const random = new SeededRandom(seed);
		const durationNs = all.durationNs.slice();
		for (let i = 0; i < changes; i++) durationNs[random.below(all.ranks.at(-1)!.end)]! += 1;
		return { ...all, durationNs };
	});

/** A limit that most graphs exceed, and few ranks. */
const limitFor = (graph: RankedGraph): number => 12_000 + 40 * graph.taskCount;

test("the worklist needs the order of time for nothing on graphs numbered rank by rank", () => {
	const modes: Record<string, number> = {};
	fc.assert(
		fc.property(rankedGraph, (graph) => {
			const worklist = simulate(graph);
			modes[worklist.mode] = (modes[worklist.mode] ?? 0) + 1;
			expectSameBits(resultsOf(worklist), resultsOf(simulate(graph, { inTimeOrder: true })));
			expectOrder(graph, worklist);
		}),
		{ seed: 41, numRuns: 500 },
	);
	// But for tasks that start together after chains of others that do.
	expect(modes["worklist (wasm)"]).toBeGreaterThan(495);
});

test("a graph cut along ranks gives the bits of the whole", () => {
	let cut = 0;
	fc.assert(
		fc.property(rankedGraph, (graph) => {
			const whole = simulate(graph, { fold: false });
			const parts = attempt(() => simulate(graph, { memoryLimitBytes: limitFor(graph) }));
			if (!parts) return;
			if (parts.mode.includes("parts")) cut++;
			expectSameBits(resultsOf(parts), resultsOf(whole));
			expectOrder(graph, parts);
		}),
		{ seed: 42, numRuns: 400 },
	);
	expect(cut).toBeGreaterThan(100);
});

test("ranks that are alike are simulated once, and give the bits of all", () => {
	const modes = { folded: 0, whole: 0, foldedAndCut: 0 };
	fc.assert(
		fc.property(replicas, fc.boolean(), (graph, limited) => {
			const limit = limited ? { memoryLimitBytes: limitFor(graph) } : {};
			const folded = attempt(() => simulate(graph, { fold: true, ...limit }));
			if (!folded) return;
			if (!folded.mode.includes("ranks")) modes.whole++;
			else if (folded.mode.includes("parts")) modes.foldedAndCut++;
			else modes.folded++;
			expectSameBits(resultsOf(folded), resultsOf(simulate(graph, { fold: false })));
			expectOrder(graph, folded);
		}),
		{ seed: 43, numRuns: 300 },
	);
	expect(modes.folded).toBeGreaterThan(150);
	expect(modes.foldedAndCut).toBeGreaterThan(5);
	expect(modes.whole).toBeGreaterThan(10);
});

test("WebAssembly and the plain TypeScript build agree on parts and on ranks that are alike", () => {
	fc.assert(
		fc.property(replicas, fc.boolean(), (graph, fold) => {
			const options = { fold, memoryLimitBytes: limitFor(graph) };
			const wasm = attempt(() => simulate(graph, options));
			const reference = attempt(() => simulate(graph, { ...options, engine: "reference" }));
			expect(reference?.mode).toBe(wasm?.mode.replace("wasm", "reference"));
			if (wasm && reference) expectSameBits(resultsOf(wasm), resultsOf(reference));
		}),
		{ seed: 44, numRuns: 60 },
	);
});

/** Undefined where not even single ranks fit. */
function attempt<T>(run: () => T): T | undefined {
	try {
		return run();
	} catch (error) {
		if (error instanceof Error && error.message.startsWith("the graph does not fit")) return undefined;
		throw error;
	}
}
