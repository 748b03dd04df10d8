/** A small message is sent before it is received: the receiver waits for the sender, the sender for nobody. */
import { expect, test } from "vitest";
import { simulate } from "../../src/engine/index.js";
import { buildGraph } from "../../src/graph/build.js";
import { TaskKind } from "../../src/graph/graph.js";
import type { Trace } from "../../src/trace/columns.js";
import { type HandEvent, handTrace, launched } from "../support/trace-builder.js";

const GROUP = [0, 1];
const reduce = { name: "ncclDevKernel_AllReduce_Sum_bf16_RING_LL", stream: 8, takes: 6 };
const transfer = { name: "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)", stream: 7 };
const ROUNDS = [0, 200, 410, 630];

/** Rounds of a sum, which both end together, a message from rank 0, and a kernel after it on the same stream. */
function rank(number: number, messageAt: number, takes: number, computes: number): Trace {
	const peer = number === 0 ? { collective: "send", dst: 1 } : { collective: "recv", src: 0 };
	const events: HandEvent[] = ROUNDS.flatMap((at) => [
		...launched(at, { ...reduce, from: at + 10, message: { collective: "allreduce", elems: 64, group: GROUP } }),
		...launched(at + 6, { ...transfer, from: at + messageAt, takes, message: { ...peer, elems: 8, group: GROUP } }),
		...launched(at + 12, { stream: 7, from: at + messageAt + takes + 2, takes: computes }),
	]);
	return { ...handTrace({ rank: number, events }), worldSize: 2 };
}

const traces = [rank(0, 30, 3, 15), rank(1, 70, 8, 15)];

test("both keep the times they were recorded with", () => {
	const { graph, warnings } = buildGraph(traces);
	expect(warnings).toEqual([]);
	const { startNs, finishNs } = simulate(graph);
	for (let task = 0; task < graph.taskCount; task++) {
		expect(startNs[task]).toBeCloseTo(graph.measuredStartNs[task]!, 0);
		expect(finishNs[task]).toBeCloseTo(graph.measuredEndNs[task]!, 0);
	}
});

test("a receiver that comes later does not hold the sender; a sender that comes later holds the receiver", () => {
	const { graph } = buildGraph(traces);
	const [sender, receiver] = graph.ranks;
	const lastKernel = (times: { finishNs: Float64Array }, { begin, end }: { begin: number; end: number }): number => {
		let last = 0;
		for (let task = begin; task < end; task++)
			if (graph.kind[task] === TaskKind.kernel) last = Math.max(last, times.finishNs[task]!);
		return last;
	};
	/** With every launch of one rank 100 us longer. */
	const delayed = (by: { begin: number; end: number }): { finishNs: Float64Array } => {
		const durationNs = graph.durationNs.slice();
		for (let task = by.begin; task < by.end; task++)
			if (graph.kind[task] === TaskKind.launch) durationNs[task]! += 100_000;
		return simulate(graph, { durationNs });
	};
	const before = simulate(graph);
	expect(lastKernel(delayed(receiver!), sender!)).toBeCloseTo(lastKernel(before, sender!), -1);
	expect(lastKernel(delayed(sender!), receiver!)).toBeGreaterThan(lastKernel(before, receiver!) + 50_000);
});
