import { describe, expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import { recordedTiming } from "../../src/graph/typical.js";
import { UserError } from "../../src/lib/errors.js";
import { assembleReplay } from "../../src/report/assemble-replay.js";
import { changeRanks, type RankChange } from "../../src/rewrite/change-ranks.js";
import { type Action, cpu, kernel, meet, scriptedGraph } from "../support/rank-scripts.js";

const source = { files: 1, ranks: 1, worldSize: 1, events: 0, bytes: 0, compressedBytes: 0 };
const timing = { ingestMs: 0, graphMs: 0, simulateMs: 0, totalMs: 0, peakRssMb: 0, workers: 1 };

const slow = (rank: number, factor: number): RankChange => ({ change: "slow", rank, factor });
const slowCpu = (rank: number, factor: number): RankChange => ({ change: "slow-cpu", rank, factor });
const heal = (rank: number | "all"): RankChange => ({ change: "heal", rank });

const changed = (graph: ExecutionGraph, ...changes: RankChange[]) => changeRanks(graph, recordedTiming(graph), changes);

/** Per rank: the step and what the rank waits in it, ns. */
function stepsAndWaits(graph: ExecutionGraph, ...changes: RankChange[]): [step: number, waits: number][] {
	const times = simulate(graph, changed(graph, ...changes));
	const { steps, stragglers } = assembleReplay({ graph, times, source, warnings: [], timing });
	return steps.map(({ rank, replayedMs }) => [
		Math.round(replayedMs * 1e6),
		Math.round(stragglers.find((straggler) => straggler.rank === rank)!.waitMs * 1e6),
	]);
}

const script: Action[] = [cpu(20), kernel(100), meet("a#1", 7), kernel(50, "norm"), meet("a#2", 3)];

describe("a slower rank", () => {
	const graph = scriptedGraph([script, script, script]);

	test("makes the others wait as long as its kernels take longer; copies and the wire stay", () => {
		expect(stepsAndWaits(graph)).toEqual([
			[180, 0],
			[180, 0],
			[180, 0],
		]);
		expect(stepsAndWaits(graph, slow(1, 1.5))).toEqual([
			[255, 75],
			[255, 0],
			[255, 75],
		]);
		const { durationNs } = changed(graph, slow(1, 1.5));
		for (let task = 0; task < graph.taskCount; task++) {
			const { begin, end } = graph.ranks[1]!;
			const isSlow = graph.kind[task] === TaskKind.kernel && task >= begin && task < end;
			expect(durationNs[task]).toBe(graph.durationNs[task]! * (isSlow ? 1.5 : 1));
		}
	});

	test("of CPU makes them wait where the CPU bounds the step", () => {
		expect(stepsAndWaits(graph, slowCpu(2, 3))).toEqual([
			[220, 40],
			[220, 40],
			[220, 0],
		]);
	});

	test("slows the untraced time of its threads, but no latency and no wait", () => {
		const delays = { ...graph, delayNs: graph.delayNs.map(() => 10) };
		const { delayNs } = changed(delays, slowCpu(0, 2));
		const slowed = [...delayNs.keys()].filter((edge) => delayNs[edge] !== 10);
		expect(slowed.length).toBeGreaterThan(4);
		for (const edge of slowed) expect(delayNs[edge]).toBe(20);
		const { end } = graph.ranks[0]!;
		expect(Math.max(...slowed)).toBeLessThan(graph.predOffset[end]!);
	});

	test("faster kernels are a factor below 1, and two changes are both made", () => {
		expect(stepsAndWaits(graph, slow(0, 0.5), slow(1, 2))).toEqual([
			[330, 225],
			[330, 0],
			[330, 150],
		]);
	});

	test("by the factor 1 is the rank itself, bit for bit; the graph stays as it is", () => {
		const same = changed(graph, slow(0, 1), slowCpu(1, 1));
		expect(same).toEqual(recordedTiming(graph));
		const before = graph.durationNs.slice();
		changed(graph, slow(0, 7));
		expect(graph.durationNs).toEqual(before);
	});
});

describe("a healed rank", () => {
	/** Each run of a kernel takes a little longer than the one before. */
	const noisy = (rank: number, factor: number): Action[] =>
		Array.from({ length: 6 }, (_, i): Action[] => [
			cpu(5 + i),
			kernel(factor * (100 + 10 * i + rank)),
			kernel(factor * (30 + i), "norm"),
			meet(`a#${i}`, 4),
		]).flat();

	test("takes run by run the median of its peers", () => {
		const graph = scriptedGraph([noisy(0, 1), noisy(1, 3), noisy(2, 1), noisy(4, 1)]);
		const { durationNs } = changed(graph, heal(1));
		const kernels = (r: number): number[] => {
			const { begin, end } = graph.ranks[r]!;
			return [...durationNs.subarray(begin, end)].filter((_, i) => graph.kind[begin + i] === TaskKind.kernel);
		};
		expect(kernels(1)).toEqual([102, 30, 112, 31, 122, 32, 132, 33, 142, 34, 152, 35]);
		expect(kernels(0)).toEqual([100, 30, 110, 31, 120, 32, 130, 33, 140, 34, 150, 35]);
	});

	test("that was slowed is as before, within the noise between ranks", () => {
		const graph = scriptedGraph([noisy(0, 1), noisy(1, 1), noisy(2, 1)]);
		const [[before]] = stepsAndWaits(graph) as [[number, number]];
		const [[slowed]] = stepsAndWaits(graph, slow(1, 2), slowCpu(1, 2)) as [[number, number]];
		const [[healed]] = stepsAndWaits(graph, slow(1, 2), slowCpu(1, 2), heal(1)) as [[number, number]];
		expect(slowed).toBeGreaterThan(1.8 * before);
		expect(Math.abs(healed - before)).toBeLessThanOrEqual(6);
	});

	test("has its CPU healed, too", () => {
		const launching = (takes: number): Action[] => [cpu(takes), kernel(10), meet("a", 4)];
		const graph = scriptedGraph([launching(40), launching(300), launching(44)]);
		expect(stepsAndWaits(graph, heal(1)).map(([step]) => step)).toEqual([58, 58, 58]);
	});

	test("takes the median of all runs where its peers run the kernel another number of times", () => {
		const some = (count: number, takes: number): Action[] => [
			...Array.from({ length: count }, () => kernel(takes)),
			meet("a", 4),
		];
		const graph = scriptedGraph([some(2, 100), some(3, 900), some(4, 110)]);
		const { durationNs } = changed(graph, heal(1));
		const { begin, end } = graph.ranks[1]!;
		const healed = [...durationNs.subarray(begin, end)].filter((duration) => duration > 4);
		expect(healed).toEqual([110, 110, 110]);
	});

	test("all of them: each takes the median of all, and nobody waits", () => {
		const graph = scriptedGraph([noisy(0, 1), noisy(1, 3), noisy(2, 1)]);
		const all = stepsAndWaits(graph, heal("all"));
		expect(all.map(([, waits]) => waits)).toEqual([0, 0, 0]);
		expect(all[0]![0]).toBe(stepsAndWaits(scriptedGraph([noisy(2, 1), noisy(2, 1)]))[0]![0]);
	});

	test("keeps what no other rank runs", () => {
		const graph = scriptedGraph([
			[kernel(50), kernel(70, "only here"), meet("a", 4)],
			[kernel(20), meet("a", 4)],
		]);
		const { durationNs } = changed(graph, heal(0));
		expect([...durationNs.subarray(0, graph.ranks[0]!.end)].filter((duration) => duration > 4)).toEqual([20, 70]);
	});
});

describe("nonsense", () => {
	const graph = scriptedGraph([script, script]);

	test.each([
		[[slow(2, 2)], "no trace is of rank 2; choose one of 0-1"],
		[[slowCpu(9, 2)], "no trace is of rank 9; choose one of 0-1"],
		[[heal(5)], "no trace is of rank 5; choose one of 0-1"],
	])("an unknown rank", (changes, message) => {
		expect(() => changed(graph, ...changes)).toThrow(UserError);
		expect(() => changed(graph, ...changes)).toThrow(message);
	});

	test("a rank without peers", () => {
		const alone = scriptedGraph([[kernel(10)]]);
		expect(() => changed(alone, heal(0))).toThrow(/^rank 0 has no peers to be healed after; give the traces/);
		expect(() => changed(alone, heal("all"))).toThrow(UserError);
		const strangers = scriptedGraph([[kernel(10, "here")], [kernel(10, "there")]]);
		expect(() => changed(strangers, heal(1))).toThrow(/^no other rank runs the kernels of rank 1/);
	});
});
