/** One test a kind of dependency: what the trace shows, which edge comes of it, and on what evidence. */
import { expect, test } from "vitest";
import { buildGraph } from "../../src/graph/build.js";
import { EdgeKind, EXACT, type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import type { Trace } from "../../src/trace/columns.js";
import { type HandEvent, handTrace, launched } from "../support/trace-builder.js";

interface Edge {
	readonly from: string;
	readonly to: string;
	readonly slot: "start" | "finish";
	readonly delayUs: number;
	readonly confidence: number;
}

const graphOf = (
	events: readonly HandEvent[],
	rest: Omit<Parameters<typeof handTrace>[0], "events"> = {},
): ExecutionGraph => buildGraph([handTrace({ ...rest, events })]).graph;

function edges(graph: ExecutionGraph, kind: EdgeKind): Edge[] {
	const found: Edge[] = [];
	for (let task = 0; task < graph.taskCount; task++)
		for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
			if (graph.edgeKind[e] !== kind) continue;
			const encoded = graph.pred[e]!;
			found.push({
				from: graph.strings[graph.name[encoded >> 1]!]!,
				to: graph.strings[graph.name[task]!]!,
				slot: encoded & 1 ? "finish" : "start",
				delayUs: graph.delayNs[e]! / 1000,
				confidence: graph.confidence[e]!,
			});
		}
	return found;
}

const cpu = (name: string, at: number, takes: number, thread = "main"): HandEvent => ({
	category: "cpuOp",
	name,
	at,
	takes,
	thread,
});
const call = (name: string, at: number, takes: number, correlation?: number): HandEvent => ({
	category: "runtime",
	name,
	at,
	takes,
	...(correlation === undefined ? {} : { correlation }),
});

test("nested operators become exclusive segments, and the gap between two stays as a delay", () => {
	const graph = graphOf([cpu("outer", 0, 100), cpu("inner", 20, 30), cpu("next", 140, 10)]);
	const tasks = [...graph.kind.keys()].filter((task) => graph.kind[task] === TaskKind.cpuOp);
	expect(tasks.map((task) => [graph.strings[graph.name[task]!], graph.durationNs[task]! / 1000])).toEqual([
		["outer", 20],
		["inner", 30],
		["outer", 50],
		["next", 10],
	]);
	expect(edges(graph, EdgeKind.intraThread).map((edge) => edge.delayUs)).toEqual([0, 0, 40]);
});

test("a call that starts a nanosecond before its neighbour ends follows it", () => {
	const graph = graphOf([
		...launched(0, { stream: 7, from: 80, takes: 10, name: "Memcpy DtoH" }, { name: "cudaMemcpyAsync", cost: 5.001 }),
		call("cudaStreamSynchronize", 5, 88),
	]);
	const wait = graph.waitTask[0]!;
	expect(graph.measuredStartNs[wait]).toBe(93_000);
	expect(graph.strings[graph.name[wait]!]).toBe("cudaStreamSynchronize");
});

test("a child that outlasts its parent by rounding ends with it", () => {
	const graph = graphOf([cpu("parent", 0, 50), cpu("child", 10, 41), cpu("after", 60, 5)]);
	const child = graph.strings.indexOf("child");
	const task = graph.name.indexOf(child);
	expect(graph.durationNs[task]).toBe(40_000);
});

test("work is bound to its launch from the end of the call, with the latency as the delay", () => {
	const graph = graphOf(launched(0, { stream: 7, from: 8, takes: 20 }));
	expect(edges(graph, EdgeKind.launch)).toEqual([
		{ from: "cudaLaunchKernel", to: "gemm", slot: "finish", delayUs: 3, confidence: EXACT },
	]);
});

test("one graph launch binds all its kernels", () => {
	const graph = graphOf([
		call("cudaGraphLaunch", 0, 20, 9000),
		...[0, 1, 2].map(
			(i): HandEvent => ({
				category: "kernel",
				name: `k${i}`,
				at: 25 + 10 * i,
				takes: 9,
				stream: 7,
				correlation: 9000,
			}),
		),
	]);
	expect(edges(graph, EdgeKind.launch).map((edge) => edge.to)).toEqual(["k0", "k1", "k2"]);
});

test("kernels launched before the capture follow their stream", () => {
	const graph = graphOf([
		{ category: "kernel", name: "early", at: 3, takes: 10, stream: 7, correlation: 1 },
		{ category: "kernel", name: "later", at: 14, takes: 10, stream: 7, correlation: 2 },
		cpu("op", 0, 30),
	]);
	expect(edges(graph, EdgeKind.launch)).toEqual([]);
	expect(edges(graph, EdgeKind.entry).map(({ to, delayUs }) => [to, delayUs])).toEqual([
		["op", 0],
		["early", 3],
	]);
	expect(edges(graph, EdgeKind.intraStream).map((edge) => edge.delayUs)).toEqual([1]);
});

/** Compute on stream 7, then a copy on stream 20 that waits for it, ordered by an event. */
function twoStreams(sync: readonly HandEvent[]): HandEvent[] {
	return [
		...launched(0, { stream: 7, from: 8, takes: 100, name: "compute" }),
		call("cudaEventRecord", 10, 1, 501),
		call("cudaStreamWaitEvent", 12, 1, 502),
		...launched(15, { stream: 20, from: 111, takes: 10, name: "copy" }),
		...sync,
	];
}

test("a cuda_sync row orders two streams exactly", () => {
	const graph = graphOf(
		twoStreams([
			{
				category: "sync",
				name: "Stream Wait Event",
				at: 12,
				takes: 1,
				stream: 20,
				correlation: 502,
				sync: { waitOnStream: 7, recordCorrelation: 501 },
			},
		]),
	);
	expect(edges(graph, EdgeKind.interStream)).toEqual([
		{ from: "compute", to: "copy", slot: "finish", delayUs: 3, confidence: EXACT },
	]);
});

test("without it, the record and the wait on one thread are paired, and the edge says that it is inferred", () => {
	for (const sync of [
		[],
		[{ category: "sync", name: "Stream Wait Event", at: 12, takes: 1, stream: 20, correlation: 502 }],
	]) {
		const [edge, ...more] = edges(graphOf(twoStreams(sync as HandEvent[])), EdgeKind.interStream);
		expect(more).toEqual([]);
		expect(edge).toMatchObject({ from: "compute", to: "copy", delayUs: 3 });
		expect(edge!.confidence).toBeGreaterThan(200);
		expect(edge!.confidence).toBeLessThan(EXACT);
	}
});

test("a start that nothing explains, right after work on another stream, is evidence of its own", () => {
	const graph = graphOf([
		...launched(0, { stream: 7, from: 8, takes: 100, name: "compute" }),
		...launched(15, { stream: 20, from: 110, takes: 10, name: "copy" }),
	]);
	const [edge] = edges(graph, EdgeKind.interStream);
	expect(edge).toMatchObject({ from: "compute", to: "copy" });
	expect(edge!.confidence).toBeLessThan(150);
});

test("device, stream and event synchronisation wait for what they must", () => {
	const both = [
		...launched(0, { stream: 7, from: 8, takes: 100, name: "compute" }),
		...launched(10, { stream: 20, from: 18, takes: 150, name: "copy" }),
	];
	const device = graphOf([...both, call("cudaDeviceSynchronize", 20, 150)]);
	expect([...device.waitStream].map((stream) => device.processors[stream]!.id)).toEqual(["7", "20"]);
	expect([...device.waitConfidence]).toEqual([EXACT, EXACT]);

	const exact = graphOf([
		...both,
		call("cudaStreamSynchronize", 20, 90, 600),
		{ category: "sync", name: "Stream Sync", at: 20, takes: 90, stream: 7, correlation: 600 },
	]);
	expect([...exact.waitStream].map((stream) => exact.processors[stream]!.id)).toEqual(["7"]);
	expect([...exact.waitConfidence]).toEqual([EXACT]);

	const inferred = graphOf([...both, call("cudaStreamSynchronize", 20, 90)]);
	expect([...inferred.waitStream].map((stream) => inferred.processors[stream]!.id)).toEqual(["7"]);
	expect(inferred.waitConfidence[0]).toBeLessThan(EXACT);

	const event = graphOf([...both, call("cudaEventSynchronize", 20, 151)]);
	expect(edges(event, EdgeKind.sync)).toMatchObject([{ from: "copy", to: "cudaEventSynchronize", delayUs: 3 }]);
});

test("a blocking copy waits for itself, a staged one for its start, an asynchronous one for nothing", () => {
	const copy = (name: string, call: string, cost: number, bytes: number): HandEvent[] =>
		launched(0, { stream: 7, from: 40, takes: 30, name }, { name: call, cost }).map((event) => ({ ...event, bytes }));
	expect(
		edges(graphOf(copy("Memcpy DtoH (Device -> Pageable)", "cudaMemcpyAsync", 75, 8)), EdgeKind.sync),
	).toMatchObject([{ slot: "finish", delayUs: 5 }]);
	expect(
		edges(graphOf(copy("Memcpy HtoD (Pageable -> Device)", "cudaMemcpyAsync", 60, 1 << 20)), EdgeKind.sync),
	).toMatchObject([{ slot: "start", delayUs: 20 }]);
	expect(edges(graphOf(copy("Memcpy HtoD (Pageable -> Device)", "cudaMemcpyAsync", 60, 512)), EdgeKind.sync)).toEqual(
		[],
	);
	expect(edges(graphOf(copy("Memcpy DtoD (Device -> Device)", "hipMemcpyAsync", 60, 1 << 20)), EdgeKind.sync)).toEqual(
		[],
	);
	expect(
		edges(graphOf(copy("Memcpy DtoH (Device -> Host)", "hipMemcpyWithStream", 75, 8)), EdgeKind.sync),
	).toMatchObject([{ slot: "finish" }]);
});

test("the threads of forward and backward hand over to each other", () => {
	const events = [
		cpu("forward", 0, 500),
		cpu("MmBackward0", 600, 700, "autograd"),
		cpu("AccumulateGrad", 1300, 100, "autograd"),
		cpu("optimizer", 1450, 100),
		cpu("zero_grad", 1560, 100),
	];
	const flows = [{ from: "main", fromAt: 0, to: "autograd", toAt: 600 }];
	for (const given of [{ flows }, {}]) {
		const found = edges(graphOf(events, given), EdgeKind.interThread);
		expect(found.map(({ from, to, delayUs }) => [from, to, delayUs])).toEqual([
			["forward", "MmBackward0", 100],
			["AccumulateGrad", "optimizer", 50],
		]);
	}
	const exact = edges(graphOf(events, { flows }), EdgeKind.interThread);
	const guessed = edges(graphOf(events), EdgeKind.interThread);
	expect(exact[0]!.confidence).toBeGreaterThan(guessed[0]!.confidence);
});

test("a thread that is busy hands nothing over", () => {
	const events = [cpu("loader", 0, 2000, "other"), cpu("a", 0, 100), cpu("b", 900, 100)];
	expect(edges(graphOf(events), EdgeKind.interThread)).toEqual([]);
});

test("a full launch queue holds back the launches behind it", () => {
	const events: HandEvent[] = [];
	const limit = 300;
	const kernelUs = 100;
	const ends: number[] = [];
	let at = 0;
	for (let i = 0; i < 600; i++) {
		const begins = i < limit ? at : Math.max(at, ends[i - limit]!);
		const returns = begins + 5;
		const from = Math.max(returns + 2, (ends[i - 1] ?? 0) + 1);
		ends.push(from + kernelUs);
		events.push(...launched(at, { stream: 7, from, takes: kernelUs }, { cost: returns - at }));
		at = returns + 1;
	}
	const graph = graphOf(events);
	const queued = edges(graph, EdgeKind.sync);
	expect(queued.length).toBeGreaterThan(250);
	expect(new Set(queued.map((edge) => edge.from))).toEqual(new Set(["gemm"]));
});

test("device times that contradict a synchronisation are moved, and the warning says so", () => {
	const built = buildGraph([
		handTrace({
			events: [...launched(0, { stream: 7, from: 30, takes: 100 }), call("cudaDeviceSynchronize", 10, 112)],
		}),
	]);
	expect(built.warnings.map((warning) => warning.code)).toEqual(["device-clock"]);
	expect(built.graph.measuredEndNs[built.graph.kind.indexOf(TaskKind.kernel)]).toBe(122_000);
});

test("the device's own clock is left alone where nothing contradicts it", () => {
	const trace: Trace = handTrace({
		events: [...launched(0, { stream: 7, from: 30, takes: 100 }), call("cudaDeviceSynchronize", 10, 125)],
	});
	expect(buildGraph([trace]).warnings).toEqual([]);
});

test("a step on a thread that shows nothing else is a step all the same", () => {
	const graph = graphOf([cpu("op", 10, 5, "other")], { steps: [{ step: 3, from: 0, to: 40 }] });
	expect(graph.steps.map(({ step }) => step)).toEqual([3]);
	expect(graph.measuredStartNs[graph.steps[0]!.endTask]).toBe(40_000);
});
