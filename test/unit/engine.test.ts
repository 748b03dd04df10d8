/** The engine on graphs small enough to work out by hand. */
import { describe, expect, test } from "vitest";
import { BY_WAIT, DeadlockError, OrderedPass, simulate, UNBOUND } from "../../src/engine/index.js";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { following, GraphBuilder } from "../support/graph-builder.js";

const THREAD = 0;
const OTHER_THREAD = 1;
const STREAM = 2;

/** A thread that launches one kernel, computes, and waits for the stream; another may launch a second kernel. */
function launchAndWait(otherLaunchNs?: number) {
	const builder = new GraphBuilder();
	const source = builder.task(TaskKind.source, undefined, 0, []);
	const call = builder.task(TaskKind.launch, THREAD, 10, following(source, EdgeKind.entry));
	const launched = { from: call, at: "start", kind: EdgeKind.launch, delayNs: 4 } as const;
	const kernel = builder.task(TaskKind.kernel, STREAM, 100, [launched]);
	let second: number | undefined;
	if (otherLaunchNs !== undefined) {
		const entry = following(source, EdgeKind.entry, otherLaunchNs);
		const other = builder.task(TaskKind.launch, OTHER_THREAD, 10, entry);
		const edges = [{ from: other, at: "start", kind: EdgeKind.launch, delayNs: 4 } as const];
		second = builder.task(TaskKind.kernel, STREAM, 50, [...edges, ...following(kernel, EdgeKind.intraStream, 1)]);
	}
	const syncCall = builder.task(TaskKind.syncCall, THREAD, 2, following(call));
	const syncReturn = builder.task(TaskKind.syncReturn, THREAD, 0, following(syncCall));
	builder.wait(syncReturn, STREAM, 3);
	return { graph: builder.build(), kernel, second, syncReturn };
}

describe("runtime dependencies", () => {
	test("a blocking call waits for what its stream was given by then", () => {
		const { graph, kernel, syncReturn } = launchAndWait();
		const times = simulate(graph);
		expect(times.startNs[kernel]).toBe(4);
		expect(times.startNs[syncReturn]).toBe(107);
		expect(times.waitResolved[0]).toBe(kernel);
		expect(times.boundBy[syncReturn]).toBe(BY_WAIT);
	});

	test("a kernel that another thread launches before the call asks counts, one launched after does not", () => {
		const early = launchAndWait(11);
		expect(simulate(early.graph).waitResolved[0]).toBe(early.second);
		expect(simulate(early.graph).startNs[early.syncReturn]).toBe(158);
		const late = launchAndWait(13);
		expect(simulate(late.graph).waitResolved[0]).toBe(late.kernel);
		expect(simulate(late.graph).startNs[late.syncReturn]).toBe(107);
	});

	test("an empty stream holds nobody up", () => {
		const builder = new GraphBuilder();
		const call = builder.task(TaskKind.syncCall, THREAD, 5, []);
		const back = builder.task(TaskKind.syncReturn, THREAD, 0, following(call));
		builder.wait(back, STREAM, 3);
		const times = simulate(builder.build());
		expect(times.startNs[back]).toBe(5);
		expect(times.waitResolved[0]).toBe(UNBOUND);
		expect(times.boundBy[back]).toBe(0);
	});

	test("work that was launched before the capture counts from the beginning", () => {
		const builder = new GraphBuilder();
		const source = builder.task(TaskKind.source, undefined, 0, []);
		const kernel = builder.task(TaskKind.kernel, STREAM, 40, following(source, EdgeKind.entry, 2));
		const call = builder.task(TaskKind.syncCall, THREAD, 5, following(source, EdgeKind.entry));
		const back = builder.task(TaskKind.syncReturn, THREAD, 0, following(call));
		builder.wait(back, STREAM);
		const times = simulate(builder.build());
		expect(times.waitResolved[0]).toBe(kernel);
		expect(times.startNs[back]).toBe(42);
	});

	test("the ordered pass says when another kernel would be the last", () => {
		const { graph } = launchAndWait(13);
		const pass = new OrderedPass(graph, simulate(graph));
		expect(pass.retime()).toBeDefined();
		// The first thread asks later: the second kernel is launched by then.
		expect(
			pass.retime(graph.durationNs.map((ns, task) => (graph.kind[task] === TaskKind.syncCall ? ns + 5 : ns))),
		).toBe(undefined);
		expect(pass.retime(graph.durationNs)).toBeDefined();
		pass.close();
		expect(() => pass.retime()).toThrow("closed");
	});
});

test("ranks meet when the last has arrived, and each gets its own wait", () => {
	const builder = new GraphBuilder();
	const first = builder.task(TaskKind.kernel, 0, 30, []);
	const second = builder.task(TaskKind.kernel, 1, 80, []);
	const arrivals = [first, second].map((from, rank) =>
		builder.task(TaskKind.arrive, rank, 0, following(from, EdgeKind.intraStream)),
	);
	const members = arrivals.map((from) => ({ from, kind: EdgeKind.collective }));
	const meeting = builder.task(TaskKind.rendezvous, undefined, 0, members);
	const transfers = [5, 7].map((wireNs, rank) =>
		builder.task(TaskKind.transfer, rank, wireNs, following(meeting, EdgeKind.collective)),
	);
	const times = simulate(builder.build());
	expect(arrivals.map((task) => times.startNs[task])).toEqual([30, 80]);
	expect(transfers.map((task) => times.startNs[task])).toEqual([80, 80]);
	expect(transfers.map((task) => times.finishNs[task])).toEqual([85, 87]);
	expect(times.boundBy[meeting]).toBe(3);
});

test("a negative delay lets a task start before its predecessor ends, never before it starts", () => {
	const builder = new GraphBuilder();
	const first = builder.task(
		TaskKind.cpuOp,
		0,
		10,
		following(builder.task(TaskKind.source, undefined, 0, []), EdgeKind.entry, 100),
	);
	const early = builder.task(TaskKind.cpuOp, 1, 1, following(first, EdgeKind.interThread, -4));
	const clamped = builder.task(TaskKind.cpuOp, 2, 1, following(first, EdgeKind.interThread, -50));
	const { startNs } = simulate(builder.build());
	expect([startNs[early], startNs[clamped]]).toEqual([106, 100]);
});

test("tasks that wait for each other are counted, and the first is named", () => {
	const graph = new GraphBuilder();
	graph.task(TaskKind.cpuOp, 0, 1, []);
	graph.task(TaskKind.cpuOp, 1, 1, following(2));
	graph.task(TaskKind.cpuOp, 1, 1, following(1));
	const cycle = () => simulate(graph.build());
	expect(cycle).toThrow(DeadlockError);
	expect(cycle).toThrow("2 tasks wait for each other and never start; the first is task 1");
});

test("a graph that points outside itself is refused", () => {
	const { graph } = launchAndWait();
	const broken = { ...graph, pred: graph.pred.map((pred, edge) => (edge === 1 ? 1000 : pred)) };
	expect(() => simulate(broken)).toThrow("edge 1 comes from task 500 of 5");
	expect(() => simulate(graph, { durationNs: graph.durationNs.map(() => -1) })).toThrow("durationNs[0] is -1");
	expect(() => simulate(graph, { delayNs: new Float64Array(1) })).toThrow("delayNs has 1 entries, expected 4");
});

test("an empty graph takes no time", () => {
	expect(simulate(new GraphBuilder().build()).makespanNs).toBe(0);
});
