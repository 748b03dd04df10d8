/** Graphs of arbitrary traces, sound or absurd: building and replaying them never fails, and no dependency is violated. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { buildGraph } from "../../src/graph/build.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import { typicalTiming } from "../../src/graph/typical.js";
import { type HandEvent, handTrace } from "../support/trace-builder.js";

const us = fc.integer({ min: 0, max: 5000 }).map((tenths) => tenths / 10);
const thread = fc.constantFrom("main", "autograd", "loader");
const stream = fc.constantFrom(7, 20, 24);
const correlation = fc.integer({ min: 1, max: 12 });

const operator = fc.record({
	category: fc.constant("cpuOp" as const),
	name: fc.constantFrom("aten::mm", "MmBackward0", "aten::add", "ProfilerStep"),
	at: us,
	takes: us,
	thread,
	sequence: fc.integer({ min: -1, max: 5 }),
});
const call = fc.record({
	category: fc.constant("runtime" as const),
	name: fc.constantFrom(
		"cudaLaunchKernel",
		"cudaMemcpyAsync",
		"cudaMemcpy",
		"cudaDeviceSynchronize",
		"cudaStreamSynchronize",
		"cudaEventSynchronize",
		"cudaEventRecord",
		"cudaStreamWaitEvent",
		"cudaMalloc",
	),
	at: us,
	takes: us,
	thread,
	correlation,
});
const work = fc.record({
	category: fc.constantFrom("kernel" as const, "memcpy" as const, "memset" as const),
	name: fc.constantFrom("gemm", "ncclDevKernel_AllReduce", "Memcpy DtoH (Device -> Pageable)", "Memset (Device)"),
	at: us,
	takes: us,
	stream,
	correlation,
	bytes: fc.constantFrom(0, 8, 1 << 20),
	message: fc.option(
		fc.record({
			collective: fc.constantFrom("allreduce", "send", "recv"),
			elems: fc.constant(8),
			group: fc.constant([0, 1]),
			seq: fc.integer({ min: 0, max: 3 }),
			src: fc.integer({ min: 0, max: 1 }),
			dst: fc.integer({ min: 0, max: 1 }),
		}),
		{ nil: undefined },
	),
});
const sync = fc.record({
	category: fc.constant("sync" as const),
	name: fc.constantFrom("Stream Wait Event", "Stream Sync", "Event Sync", "Context Sync"),
	at: us,
	takes: us,
	stream,
	correlation,
	sync: fc.record({ waitOnStream: fc.constantFrom(-1, 7, 20), recordCorrelation: fc.integer({ min: -1, max: 12 }) }),
});
const events = fc.array(fc.oneof(operator, call, work, work, sync), { minLength: 1, maxLength: 60 }).map((list) =>
	// An absent message is no property at all.
	list.map((event) => JSON.parse(JSON.stringify(event)) as HandEvent),
);
const flows = fc.array(fc.record({ from: thread, fromAt: us, to: thread, toAt: us }), { maxLength: 3 });
const steps = fc.constantFrom(
	[],
	[{ step: 1, from: 0, to: 300 }],
	[
		{ step: 1, from: 0, to: 200 },
		{ step: 2, from: 150, to: 400 },
	],
);

function violations(graph: ExecutionGraph, startNs: Float64Array, finishNs: Float64Array): number {
	let found = 0;
	for (let task = 0; task < graph.taskCount; task++)
		for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
			const from = graph.pred[e]! >> 1;
			const origin = graph.pred[e]! & 1 ? finishNs[from]! : startNs[from]!;
			if (startNs[task]! < origin + Math.min(0, graph.delayNs[e]!) - 1e-3 && startNs[task]! < startNs[from]!) found++;
			if (graph.delayNs[e]! >= 0 && startNs[task]! < origin + graph.delayNs[e]! - 1e-3) found++;
		}
	return found;
}

test("any trace builds, replays and keeps its dependencies", () => {
	fc.assert(
		fc.property(events, flows, steps, (list, links, ranges) => {
			const { graph } = buildGraph([handTrace({ events: list, flows: links, steps: ranges })]);
			for (const timing of [{}, typicalTiming(graph)]) {
				const times = simulate(graph, timing);
				expect(times.startNs.every((start) => start >= 0 && Number.isFinite(start))).toBe(true);
			}
			const times = simulate(graph);
			expect(violations(graph, times.startNs, times.finishNs)).toBe(0);
		}),
		{ numRuns: 300, seed: 7 },
	);
});

test("any two ranks build and replay together", () => {
	fc.assert(
		fc.property(events, events, (one, other) => {
			const { graph } = buildGraph([handTrace({ rank: 0, events: one }), handTrace({ rank: 1, events: other })]);
			const times = simulate(graph);
			expect(times.settledOrder).toHaveLength(graph.taskCount);
			const meetings = graph.kind.filter((kind) => kind === TaskKind.rendezvous).length;
			const transfers = graph.kind.filter((kind) => kind === TaskKind.transfer).length;
			expect(transfers).toBe(2 * meetings);
			expect(graph.edgeKind.filter((kind) => kind === EdgeKind.collective).length).toBe(4 * meetings);
		}),
		{ numRuns: 150, seed: 8, endOnFailure: true },
	);
});

test("the same trace gives the same graph and the same replay", () => {
	fc.assert(
		fc.property(events, (list) => {
			const [a, b] = [1, 2].map(() => buildGraph([handTrace({ events: list })]).graph) as [
				ExecutionGraph,
				ExecutionGraph,
			];
			expect(a.pred).toEqual(b.pred);
			expect(a.delayNs).toEqual(b.delayNs);
			expect(simulate(a).startNs).toEqual(simulate(b).startNs);
		}),
		{ numRuns: 50, seed: 9 },
	);
});

test("ranks whose collectives contradict each other are replayed one by one, with a warning", () => {
	const message = (seq: number) => ({ collective: "allreduce", elems: 8, group: [0, 1], seq });
	const rank = (number: number, order: readonly number[]) =>
		handTrace({
			rank: number,
			events: order.map((seq, i) => ({
				category: "kernel" as const,
				name: "ncclDevKernel_AllReduce",
				at: 20 * i,
				takes: 10,
				stream: 7,
				correlation: i,
				message: message(seq),
			})),
		});
	const built = buildGraph([rank(0, [1, 2]), rank(1, [2, 1])]);
	expect(built.warnings.map(({ code }) => code)).toEqual(["collectives-contradict"]);
	expect(simulate(built.graph).makespanNs).toBe(30_000);
});
