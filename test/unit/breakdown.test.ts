import { expect, test } from "vitest";
import { type Breakdown, breakdown } from "../../src/analysis/breakdown.js";
import { DeviceClass, deviceIntervals, sortIntervals } from "../../src/analysis/device-intervals.js";
import { measuredTimes, measuredWindow, replayedWindow } from "../../src/analysis/times.js";
import { utilisation } from "../../src/analysis/utilisation.js";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { GraphBuilder, oneStepGraph } from "../support/small-graph.js";

const { compute, communication } = DeviceClass;
const ms = 1e6;

/** Intervals in milliseconds. */
function intervals(...rows: [start: number, end: number, deviceClass: DeviceClass][]) {
	return sortIntervals(
		Float64Array.from(rows, ([start]) => start * ms),
		Float64Array.from(rows, ([, end]) => end * ms),
		Uint8Array.from(rows, ([, , deviceClass]) => deviceClass),
		Uint32Array.from(rows, (_, i) => i),
	);
}

function parts({ exposedComputeMs, exposedCommMs, overlappedMs, otherMs }: Breakdown): number[] {
	return [exposedComputeMs, exposedCommMs, overlappedMs, otherMs];
}

test("compute 0..4, communication 3..6, window 0..10", () => {
	const rows = intervals([0, 4, compute], [3, 6, communication]);
	expect(parts(breakdown(rows, { startNs: 0, endNs: 10 * ms }))).toEqual([3, 2, 1, 4]);
});

test("overlapping kernels of one class count once, nested ones too", () => {
	const rows = intervals([0, 5, compute], [1, 2, compute], [4, 7, compute], [4.5, 6, communication]);
	expect(parts(breakdown(rows, { startNs: 0, endNs: 8 * ms }))).toEqual([5.5, 0, 1.5, 1]);
});

test("work that leaves the window on either side is cut", () => {
	const rows = intervals([-5, 2, compute], [-9, -1, communication], [8, 50, communication], [60, 70, compute]);
	expect(parts(breakdown(rows, { startNs: 0, endNs: 10 * ms }))).toEqual([2, 2, 0, 6]);
});

test("an idle device and an empty window", () => {
	expect(parts(breakdown(intervals(), { startNs: 0, endNs: 3 * ms }))).toEqual([0, 0, 0, 3]);
	expect(parts(breakdown(intervals([0, 1, compute]), { startNs: 5, endNs: 5 }))).toEqual([0, 0, 0, 0]);
});

test("a measured step of a graph: kernels are compute, NCCL is communication", () => {
	const graph = oneStepGraph();
	const rows = deviceIntervals(graph, graph.ranks[0]!, measuredTimes(graph));
	expect(parts(breakdown(rows, measuredWindow(graph.steps[0]!)))).toEqual([0.03, 0.03, 0, 0.04]);
});

test("copies are compute; a collective is communication from arrival to the end of its transfer", () => {
	const builder = new GraphBuilder().rank();
	const [a, b] = [builder.processor("stream", "7"), builder.processor("stream", "20")];
	builder.task({ kind: TaskKind.memory, processor: a, startNs: 1 * ms, durationNs: 2 * ms });
	const arrive = builder.task({ kind: TaskKind.arrive, processor: b, startNs: 2 * ms });
	builder.task({ kind: TaskKind.rendezvous, startNs: 5 * ms, edges: [{ from: arrive, kind: EdgeKind.collective }] });
	builder.task({ kind: TaskKind.transfer, processor: b, startNs: 5 * ms, durationNs: 3 * ms });
	const graph = builder.build();
	const rows = deviceIntervals(graph, graph.ranks[0]!, measuredTimes(graph));
	expect([...rows.task]).toEqual([1, 2]);
	expect(parts(breakdown(rows, { startNs: 0, endNs: 10 * ms }))).toEqual([1, 5, 1, 3]);
});

test("the device work of another rank is not counted", () => {
	const builder = new GraphBuilder();
	for (const end of [3, 5]) {
		builder.rank();
		builder.task({ kind: TaskKind.kernel, processor: builder.processor("stream", "7"), durationNs: end * ms });
	}
	const graph = builder.build();
	const times = measuredTimes(graph);
	const busy = graph.ranks.map((rank) => breakdown(deviceIntervals(graph, rank, times), { startNs: 0, endNs: 6 * ms }));
	expect(busy.map(parts)).toEqual([
		[3, 0, 0, 3],
		[5, 0, 0, 1],
	]);
});

test("a replayed step runs from marker to marker; `all` to the last finish of its rank", () => {
	const graph = oneStepGraph();
	const times = measuredTimes(graph);
	expect(replayedWindow(graph, graph.steps[0]!, times)).toEqual({ startNs: 0, endNs: 100_000 });
	const all = { ...graph.steps[0]!, step: "all" as const, beginTask: 0, endTask: 0xffffffff };
	expect(replayedWindow(graph, all, times)).toEqual({ startNs: 0, endNs: 100_000 });
});

test("utilisation in bins of 1 ms, the last one shorter", () => {
	const rows = intervals([0.5, 2.25, compute], [2, 2.5, communication], [4, 9, compute]);
	const bins = utilisation(rows, { startNs: 0, endNs: 4.5 * ms });
	expect(bins.length).toBe(5);
	for (const [i, fraction] of [0.5, 1, 0.5, 0, 1].entries()) expect(bins[i]).toBeCloseTo(fraction, 12);
	expect(utilisation(rows, { startNs: 0, endNs: 0 }).length).toBe(0);
});
