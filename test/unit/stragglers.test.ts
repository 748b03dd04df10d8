import { describe, expect, test } from "vitest";
import { rankMeasurer } from "../../src/analysis/index.js";
import { mergeRanks } from "../../src/analysis/merge-ranks.js";
import { simulate } from "../../src/engine/index.js";
import type { ExecutionGraph } from "../../src/graph/graph.js";
import { assembleReplay, chosenSteps } from "../../src/report/assemble-replay.js";
import type { Straggler } from "../../src/report/replay-result.js";
import { type Action, cpu, kernel, meet, scriptedGraph, sync } from "../support/rank-scripts.js";

const source = { files: 1, ranks: 1, worldSize: 1, events: 0, bytes: 0, compressedBytes: 0 };
const timing = { ingestMs: 0, graphMs: 0, simulateMs: 0, totalMs: 0, peakRssMb: 0, workers: 1 };

function replay(graph: ExecutionGraph) {
	return assembleReplay({ graph, times: simulate(graph), source, warnings: [], timing });
}

/** By rank, in nanoseconds. */
function stragglersOf(scripts: readonly (readonly Action[])[]) {
	const byRank: Straggler[] = [];
	for (const straggler of replay(scriptedGraph(scripts)).stragglers) byRank[straggler.rank] = straggler;
	return byRank;
}

const ns = (ms: number): number => Math.round(ms * 1e6);

describe("who is waited for", () => {
	test("the last to arrive, by its lead over the last but one; others wait for all of it", () => {
		const [first, second, third] = stragglersOf([
			[kernel(100), meet("a", 7)],
			[kernel(300), meet("a", 7)],
			[kernel(180), meet("a", 7)],
		]);
		expect([first, second, third].map((rank) => ns(rank!.waitMs))).toEqual([200, 0, 120]);
		expect([first, second, third].map((rank) => rank!.timesLast)).toEqual([0, 1, 0]);
		expect(ns(second!.lateMs)).toBe(120);
		expect(ns(second!.othersWaitMs)).toBe(320);
		expect(ns(second!.causes.computingMs)).toBe(120);
		expect(second!.worst).toMatchObject({ name: "allreduce", group: "a", bytes: 4000, step: 1, causedBy: 1 });
		expect(ns(second!.worst!.atMs)).toBe(300);
		expect(first!.worst).toBeNull();
		expect(second!.measured).toMatchObject({ timesLast: 1, lateMs: second!.lateMs, waitMs: 0 });
	});

	test("the operation at which it is late the longest in all, not the single worst", () => {
		const script = (takes: number): Action[] => [
			kernel(takes),
			meet("a#1"),
			kernel(takes),
			meet("a#2"),
			kernel(1.8 * takes),
			meet("a#3", 5, "broadcast"),
		];
		const [, slow] = stragglersOf([script(100), script(150)]);
		expect(ns(slow!.lateMs)).toBe(50 + 50 + 90);
		expect(slow!.mostAt).toMatchObject({ name: "allreduce", count: 2 });
		expect(ns(slow!.mostAt!.lateMs)).toBe(100);
		expect(slow!.worst).toMatchObject({ name: "broadcast" });
	});

	test("nobody where all arrive together", () => {
		const [first, second] = stragglersOf([
			[kernel(100), meet("a", 3)],
			[kernel(100), meet("a", 3)],
		]);
		expect([first!.lateMs, second!.lateMs, first!.waitMs, second!.waitMs]).toEqual([0, 0, 0, 0]);
	});
});

describe("why it is late", () => {
	test("computing: its kernels take longer", () => {
		const script = (takes: number): Action[] => [cpu(10), kernel(takes), kernel(takes), meet("a", 5)];
		const [, slow] = stragglersOf([script(100), script(140)]);
		expect(ns(slow!.lateMs)).toBe(80);
		expect(ns(slow!.causes.computingMs)).toBe(80);
		expect(slow!.worst).toMatchObject({ cause: "computing", causedBy: 1 });
	});

	test("launching late: its device waits for the CPU", () => {
		const script = (takes: number): Action[] => [cpu(takes), kernel(30), cpu(takes), kernel(30), meet("a", 5)];
		const [, slow] = stragglersOf([script(100), script(140)]);
		expect(ns(slow!.lateMs)).toBe(80);
		expect(ns(slow!.causes.launchingMs)).toBe(80);
		expect(ns(slow!.causes.computingMs)).toBe(0);
		expect(slow!.worst).toMatchObject({ cause: "launching", causedBy: 1 });
	});

	test("after a synchronisation the CPU of a rank whose device was slow is no cause", () => {
		const script = (takes: number): Action[] => [kernel(takes), sync, cpu(20), kernel(10), meet("a", 5)];
		const [, slow] = stragglersOf([script(100), script(150)]);
		expect(ns(slow!.causes.computingMs)).toBe(50);
		expect(ns(slow!.causes.launchingMs)).toBe(0);
	});

	test("waiting: a delay that it inherited goes back to the rank whose work it was", () => {
		// Pairs 0-1 and 2-3 meet first; then 1 meets 3. Rank 0 is slow, so 1 is late for 3.
		const [slow, late, , punctual] = stragglersOf([
			[kernel(500, "slow"), meet("0-1", 10)],
			[kernel(100), meet("0-1", 10), kernel(50), meet("1-3", 10)],
			[kernel(120), meet("2-3", 10)],
			[kernel(100), meet("2-3", 10), kernel(50), meet("1-3", 10)],
		]);
		expect(ns(slow!.lateMs)).toBe(400);
		expect(ns(slow!.causes.computingMs)).toBe(400);
		expect(ns(late!.lateMs)).toBe(380);
		expect(ns(late!.causes.inheritedMs)).toBe(380);
		expect(late!.inheritedFrom).toBe(0);
		expect(late!.worst).toMatchObject({ cause: "computing", causedBy: 0 });
		expect(ns(slow!.causedElsewhereMs)).toBe(380);
		expect(ns(punctual!.waitMs)).toBe(20 + 380);
	});

	test("a delay through two collectives, and partly its own", () => {
		const chain = (own: number): Action[] => [meet("b", 1), kernel(own), meet("c", 1)];
		const [slow, , last] = stragglersOf([
			[kernel(300), meet("a", 1)],
			[kernel(100), meet("a", 1), kernel(10), meet("b", 1)],
			[...chain(60)],
			// Its pair is as long on the way but for rank 0's 200, and its own kernel is 20 shorter.
			[kernel(100), meet("a'", 1), kernel(10), meet("b'", 1), kernel(40), meet("c", 1)],
			[kernel(100), meet("a'", 1), kernel(10), meet("b'", 1)],
		]);
		expect(ns(last!.lateMs)).toBe(220);
		expect(ns(last!.causes.computingMs)).toBe(20);
		expect(ns(last!.causes.inheritedMs)).toBe(200);
		expect(last!.inheritedFrom).toBe(0);
		// Rank 2 had nothing to do before it met rank 1.
		expect(ns(slow!.causedElsewhereMs)).toBe(300 + 200);
	});

	test("sends and receives are the pipeline's: nobody is late for them", () => {
		const result = stragglersOf([
			[kernel(500), meet("p#1", 10, "send"), meet("p#2", 10, "recv")],
			[meet("p#1", 10, "recv"), kernel(200), meet("p#2", 10, "send")],
		]);
		expect(result.map((rank) => rank.lateMs)).toEqual([0, 0]);
		expect(result.map((rank) => ns(rank.pointToPointWaitMs))).toEqual([200, 500]);
		expect(result.map((rank) => rank.waitMs)).toEqual([0, 0]);
	});

	test("a collective of the stages of one pipeline tells no straggler", () => {
		const result = stragglersOf([
			[kernel(500), meet("p", 10, "send"), meet("all", 1)],
			[meet("p", 10, "recv"), kernel(200), meet("all", 1)],
		]);
		expect(result.map((rank) => rank.lateMs)).toEqual([0, 0]);
		expect(ns(result[0]!.waitMs)).toBe(200);
	});
});

test("ranks measured apart and handed over give the same document", () => {
	const graph = scriptedGraph([
		[cpu(20), kernel(100), meet("a#1", 7), kernel(40), meet("a#2", 7)],
		[cpu(90), kernel(100), meet("a#1", 7), kernel(80), meet("a#2", 7)],
	]);
	const times = simulate(graph);
	const measures = chosenSteps(graph, undefined).map((steps, rank) =>
		structuredClone(rankMeasurer(graph, times)(rank, steps)),
	);
	const apart = assembleReplay({ graph, times, source, warnings: [], timing, measures });
	expect(apart).toEqual(replay(graph));
	expect(mergeRanks(graph, times, measures).edges.collective.exact).toBe(8);
});

test("the critical path goes on in the rank that was waited for, and says so", () => {
	const { steps } = replay(
		scriptedGraph([
			[kernel(100), meet("a", 7), kernel(10)],
			[kernel(300), meet("a", 7), kernel(5)],
		]),
	);
	expect(steps[0]!.criticalPath.crossings).toBe(1);
	expect(steps[0]!.criticalPath.ranks.map(({ rank, ms }) => [rank, ns(ms)])).toEqual([
		[1, 300],
		[0, 17],
	]);
	expect(steps[1]!.criticalPath).toMatchObject({ crossings: 0, unexplainedMs: 0 });
	expect(ns(steps[0]!.criticalPath.tasksMs.kernel!)).toBe(310);
});

test("collectives by rank add up to their group", () => {
	const { collectives } = replay(
		scriptedGraph([
			[kernel(100), meet("a", 7)],
			[kernel(300), meet("a", 7)],
		]),
	);
	expect(collectives).toHaveLength(1);
	expect(collectives[0]).toMatchObject({ group: "a", count: 2 });
	expect(ns(collectives[0]!.wireMs)).toBe(14);
	expect(collectives[0]!.ranks.map(({ rank, count, wireMs, waitMs }) => [rank, count, ns(wireMs), ns(waitMs)])).toEqual(
		[
			[0, 1, 7, 200],
			[1, 1, 7, 0],
		],
	);
});
