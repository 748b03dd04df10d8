/** What makes a replay a simulation: durations are what tasks do, waits come out of dependencies. */
import { expect, test } from "vitest";
import { replayedWindow } from "../../src/analysis/index.js";
import { simulate } from "../../src/engine/index.js";
import { buildGraph } from "../../src/graph/build.js";
import { type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import { handTrace, launched } from "../support/trace-builder.js";

/** Ten kernels launched 10 us apart, then a device synchronisation; the step ends with it. */
function step(kernelUs: number) {
	const events = [];
	let free = 0;
	for (let i = 0; i < 10; i++) {
		const at = 10 * i;
		const from = Math.max(at + 7, free + 1);
		free = from + kernelUs;
		events.push(...launched(at, { stream: 7, from, takes: kernelUs }));
	}
	const returns = Math.max(100, free) + 3;
	events.push({ category: "runtime" as const, name: "cudaDeviceSynchronize", at: 97, takes: returns - 97 });
	return handTrace({ steps: [{ step: 1, from: 0, to: returns + 2 }], events });
}

const isDevice = (kind: number): boolean =>
	kind === TaskKind.kernel || kind === TaskKind.comm || kind === TaskKind.memory || kind === TaskKind.transfer;

function stepUs(graph: ExecutionGraph, durationNs = graph.durationNs): number {
	const window = replayedWindow(graph, graph.steps[0]!, simulate(graph, { durationNs }));
	return (window.endNs - window.startNs) / 1000;
}

function scaled(graph: ExecutionGraph, factor: number, which: (task: number) => boolean): Float64Array {
	return graph.durationNs.map((duration, task) => (which(task) ? factor * duration : duration));
}

test("the recorded durations give the recorded step", () => {
	for (const kernelUs of [2, 9, 50]) {
		const trace = step(kernelUs);
		const { graph } = buildGraph([trace]);
		expect(stepUs(graph)).toBeCloseTo((trace.steps[0]!.endNs - trace.steps[0]!.startNs) / 1000, 6);
	}
});

test("doubling every kernel doubles a step that the device bounds and leaves one that the CPU bounds", () => {
	const deviceBound = buildGraph([step(50)]).graph;
	const doubled = stepUs(
		deviceBound,
		scaled(deviceBound, 2, (task) => isDevice(deviceBound.kind[task]!)),
	);
	expect(doubled).toBeGreaterThan(1.95 * stepUs(deviceBound));
	const cpuBound = buildGraph([step(2)]).graph;
	const unmoved = stepUs(
		cpuBound,
		scaled(cpuBound, 2, (task) => isDevice(cpuBound.kind[task]!)),
	);
	// Only the last kernel shows before the synchronisation returns.
	expect(unmoved - stepUs(cpuBound)).toBeLessThanOrEqual(2.001);
});

test("kernels twice as fast leave the CPU to bound the step", () => {
	const { graph } = buildGraph([step(50)]);
	const fast = stepUs(
		graph,
		scaled(graph, 0.01, (task) => isDevice(graph.kind[task]!)),
	);
	expect(fast).toBeGreaterThan(95);
	expect(fast).toBeLessThan(115);
});

test("no simulation reads a measured time", () => {
	const { graph } = buildGraph([step(50)]);
	const blind = {
		...graph,
		measuredStartNs: new Float64Array(graph.taskCount),
		measuredEndNs: new Float64Array(graph.taskCount),
	};
	expect(simulate(blind).startNs).toEqual(simulate(graph).startNs);
});

/** Two ranks, each one kernel and one all-reduce; rank 1's kernel is the longer. */
function ranks() {
	const group = [0, 1];
	const message = { collective: "allreduce", elems: 1000, group, seq: 1 };
	const one = (rank: number, kernelUs: number) =>
		handTrace({
			rank,
			steps: [{ step: 1, from: 0, to: 130 }],
			events: [
				...launched(0, { stream: 7, from: 7, takes: kernelUs }),
				...launched(10, {
					stream: 7,
					from: 8 + kernelUs,
					takes: 110 - kernelUs,
					name: "ncclDevKernel_AllReduce",
					message,
				}),
				{ category: "runtime", name: "cudaDeviceSynchronize", at: 20, takes: 101 },
			],
		});
	return [one(0, 40), one(1, 90)];
}

test("a collective takes its wire time; waiting for the last rank comes out of the simulation", () => {
	const { graph } = buildGraph(ranks());
	const transfers = [...graph.kind.keys()].filter((task) => graph.kind[task] === TaskKind.transfer);
	expect(transfers.map((task) => graph.durationNs[task])).toEqual([20_000, 20_000]);
	const times = simulate(graph);
	for (const task of transfers) expect(times.startNs[task]).toBe(98_000);
});

test("a slower rank makes the others wait", () => {
	const { graph } = buildGraph(ranks());
	const [first, second] = graph.ranks;
	const times = simulate(graph, {
		durationNs: scaled(
			graph,
			2,
			(task) => task >= second!.begin && task < second!.end && graph.kind[task] === TaskKind.kernel,
		),
	});
	const transfer = [...graph.kind.keys()].find((task) => task < first!.end && graph.kind[task] === TaskKind.transfer)!;
	expect(times.startNs[transfer]).toBe(188_000);
});

test("a rank without its peer keeps the recorded duration", () => {
	const { graph } = buildGraph([ranks()[0]!]);
	const comm = graph.kind.indexOf(TaskKind.comm);
	expect(graph.durationNs[comm]).toBe(70_000);
	expect(graph.kind.includes(TaskKind.transfer)).toBe(false);
});
