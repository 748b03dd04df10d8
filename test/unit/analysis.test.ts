import { expect, test } from "vitest";
import { criticalPath } from "../../src/analysis/critical-path.js";
import { deviceIntervals } from "../../src/analysis/device-intervals.js";
import { countEdges } from "../../src/analysis/edges.js";
import { addExposedKernels, addExposedOperators } from "../../src/analysis/exposed.js";
import { idleGaps, NO_INTERVAL } from "../../src/analysis/idle.js";
import { kernelStartError } from "../../src/analysis/kernel-start.js";
import { launchBoundNs } from "../../src/analysis/launch-bound.js";
import { NameTotals } from "../../src/analysis/name-totals.js";
import { measuredTimes } from "../../src/analysis/times.js";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { timesAsMeasured } from "../support/hand-times.js";
import { GraphBuilder, oneStepGraph } from "../support/small-graph.js";

const us = 1000;
const graph = oneStepGraph();
const rank = graph.ranks[0]!;
const window = { startNs: 0, endNs: 100 * us };
const times = timesAsMeasured(graph, [7]);
const intervals = deviceIntervals(graph, rank, times);
const gaps = idleGaps(intervals, window);

test("idle gaps: before the first kernel, between the two, after the last", () => {
	expect([...gaps.startNs]).toEqual([0, 50 * us, 90 * us]);
	expect([...gaps.endNs]).toEqual([20 * us, 60 * us, 100 * us]);
	expect([...gaps.endedBy]).toEqual([0, 1, NO_INTERVAL]);
});

test("launch-bound time is the gap whose kernel waited for its launch, not the one for its stream", () => {
	expect(launchBoundNs(graph, times, intervals, gaps)).toBe(20 * us);
});

test("exposed operators: their own time while the device is idle", () => {
	const totals = new NameTotals(graph.strings.length);
	addExposedOperators(totals, graph, rank, times, [window], [gaps]);
	expect(totals.mostExposed(graph.strings, 5)).toEqual([
		{ name: "aten::mm", exposedNs: 10 * us, totalNs: 10 * us, count: 1 },
		{ name: "c10d::allreduce_", exposedNs: 6 * us, totalNs: 16 * us, count: 1 },
	]);
});

test("exposed kernels: only the time in which nothing else runs, clipped to the window", () => {
	const builder = new GraphBuilder().rank();
	const [a, b] = [builder.processor("stream", "7"), builder.processor("stream", "8")];
	const kernel = (processor: number, name: string, startNs: number, endNs: number) =>
		builder.task({ kind: TaskKind.kernel, processor, name, startNs, durationNs: endNs - startNs });
	kernel(a, "long", 0, 50);
	kernel(b, "short", 10, 20);
	kernel(b, "short", 40, 60);
	kernel(b, "late", 70, 200);
	kernel(b, "later", 300, 400);
	const two = builder.build();
	const rows = deviceIntervals(two, two.ranks[0]!, measuredTimes(two));
	const totals = new NameTotals(two.strings.length);
	addExposedKernels(totals, two, rows, { startNs: 5, endNs: 100 });
	expect(totals.mostExposed(two.strings, 10)).toEqual([
		{ name: "late", exposedNs: 30, totalNs: 30, count: 1 },
		{ name: "long", exposedNs: 25, totalNs: 45, count: 1 },
		{ name: "short", exposedNs: 10, totalNs: 30, count: 2 },
	]);
	expect(totals.mostExposed(two.strings, 1)).toHaveLength(1);
	addExposedKernels(totals, two, rows, { startNs: 5, endNs: 100 });
	expect(totals.mostExposed(two.strings, 1)[0]).toMatchObject({ exposedNs: 60, count: 2 });
});

test("critical path: every moment of the step in one task or one delay", () => {
	const tasks: number[] = [];
	const path = criticalPath(graph, times, 10, window, undefined, (task) => tasks.unshift(task));
	// op 0..10, start of launch 10, latency to 20, gemm to 50, gap to 60, NCCL to 90, wait, gap of the thread to 100.
	expect(tasks).toEqual([2, 3, 4, 7, 9, 10]);
	expect(path.taskNs[TaskKind.cpuOp]).toBe(10 * us);
	expect(path.taskNs[TaskKind.launch]).toBe(0);
	expect(path.taskNs[TaskKind.kernel]).toBe(30 * us);
	expect(path.taskNs[TaskKind.comm]).toBe(30 * us);
	expect(path.edgeNs[EdgeKind.launch]).toBe(10 * us);
	expect(path.edgeNs[EdgeKind.intraStream]).toBe(10 * us);
	expect(path.edgeNs[EdgeKind.intraThread]).toBe(10 * us);
	expect(path.unexplainedNs).toBe(0);
	expect(path.taskCount).toBe(6);
	expect([...path.rankNs]).toEqual([[0, 100 * us]]);
	expect(path.crossings).toBe(0);
	// Only the stream order before NCCL is inferred: its gap and the kernel that it starts.
	expect(path.inferredNs).toBe(40 * us);
	expect(path.inferredShare).toBeCloseTo(0.4, 12);
});

test("critical path of a later window is cut at its start", () => {
	const tasks: number[] = [];
	const path = criticalPath(graph, times, 10, { startNs: 40 * us, endNs: 100 * us }, undefined, (task) =>
		tasks.unshift(task),
	);
	expect(tasks).toEqual([4, 7, 9, 10]);
	expect(path.taskNs[TaskKind.kernel]).toBe(10 * us);
	expect(path.totalNs).toBe(60 * us);
});

test("critical path without bindings is unexplained, and a cycle of bindings is a bug that is said", () => {
	const unbound = { ...times, boundBy: new Uint32Array(graph.taskCount).fill(0xffffffff) };
	expect(criticalPath(graph, unbound, 10, window).unexplainedNs).toBe(100 * us);
	const edges = [{ from: 1, kind: EdgeKind.intraThread }];
	const builder = new GraphBuilder().rank();
	builder.task({ kind: TaskKind.cpuOp, startNs: 10, edges });
	const loop = builder.build();
	expect(() => criticalPath(loop, timesAsMeasured(loop), 1, { startNs: 0, endNs: 10 })).toThrow(/form a cycle/);
});

test("edges by kind and evidence", () => {
	const counts = countEdges(graph);
	expect(counts.intraThread).toEqual({ exact: 7, inferred: 0 });
	expect(counts.intraStream).toEqual({ exact: 0, inferred: 1 });
	expect(counts.launch).toEqual({ exact: 2, inferred: 0 });
	expect(counts.entry).toEqual({ exact: 1, inferred: 0 });
	expect(counts.runtimeSync).toEqual({ exact: 1, inferred: 0 });
	expect(counts.collective).toEqual({ exact: 0, inferred: 0 });
});

test("start errors are relative to the step, nearest rank", () => {
	const builder = new GraphBuilder().rank();
	const stream = builder.processor("stream", "7");
	for (let i = 0; i < 20; i++) {
		builder.task({ kind: i % 2 ? TaskKind.kernel : TaskKind.arrive, processor: stream, startNs: 1000 + 100 * i });
	}
	builder.task({ kind: TaskKind.cpuOp, startNs: 1500 });
	const measured = builder.build();
	// Replayed step starts at 0; kernel i is i microseconds late, so the errors are 0..19 us.
	const startNs = measured.measuredStartNs.map((start, task) => start - 1000 + 1000 * (task - 1));
	const replayed = { startNs, finishNs: startNs };
	const inStep = { startNs: 1000, endNs: 1000 + 100 * 20 };
	const error = (endNs: number) =>
		kernelStartError(measured, measured.ranks[0]!, replayed, { ...inStep, endNs }, { startNs: 0, endNs: 1 });
	expect(error(inStep.endNs)).toEqual({ n: 20, p50Us: 9, p95Us: 18, maxUs: 19 });
	expect(error(1250)).toEqual({ n: 3, p50Us: 1, p95Us: 2, maxUs: 2 });
	expect(error(1000)).toEqual({ n: 0, p50Us: 0, p95Us: 0, maxUs: 0 });
});
