/** Graphs whose columns are written where the engine reads them. */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { allocateColumns, type GraphColumns, type SimulationGraph, simulate } from "../../src/engine/index.js";
import { randomGraph } from "../support/random-graph.js";
import { expectSameBits } from "../support/same-bits.js";

const graph = randomGraph({ seed: 5, ranks: 3, actions: 400, ties: false });
const size = { taskCount: graph.taskCount, edgeCount: graph.edgeCount, waitCount: graph.waitTask.length };
const names = Object.keys(allocateColumns(size)) as (keyof GraphColumns)[];

function inPlace(): SimulationGraph {
	const columns = allocateColumns(size);
	for (const name of names) columns[name].set(graph[name]);
	return { taskCount: graph.taskCount, edgeCount: graph.edgeCount, ...columns };
}

test("columns are zero, apart from each other, and begin on cache lines of one shared memory", () => {
	const columns = allocateColumns(size);
	const extents = names.map((name) => {
		expect(columns[name].buffer).toBe(columns.pred.buffer);
		expect(columns[name].byteOffset % 64).toBe(0);
		expect(columns[name].every((value: number) => value === 0)).toBe(true);
		return [columns[name].byteOffset, columns[name].byteOffset + columns[name].byteLength] as const;
	});
	extents.sort(([a], [b]) => a - b);
	for (let i = 1; i < extents.length; i++) expect(extents[i]![0]).toBeGreaterThanOrEqual(extents[i - 1]![1]);
	expect(columns.pred.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test("a graph in place is simulated as any other, again and again, and stays as it is", () => {
	const placed = inPlace();
	const expected = { ...simulate(graph) };
	expectSameBits({ ...simulate(placed) }, expected);
	const twice = graph.durationNs.map((ns) => 2 * ns);
	expectSameBits({ ...simulate(placed, { durationNs: twice }) }, { ...simulate(graph, { durationNs: twice }) });
	expectSameBits({ ...simulate(placed) }, expected);
	for (const name of names) expectSameBits({ column: placed[name] }, { column: graph[name] });
});

test("a worker writes where the engine reads", async () => {
	const placed = inPlace();
	placed.durationNs.fill(0);
	const code = `const { parentPort, workerData } = require("node:worker_threads");
		workerData.to.set(workerData.from);
		parentPort.postMessage("written");`;
	const worker = new Worker(code, { eval: true, workerData: { from: graph.durationNs, to: placed.durationNs } });
	await new Promise((done, failed) => worker.once("message", done).once("error", failed));
	await worker.terminate();
	expectSameBits({ ...simulate(placed) }, { ...simulate(graph) });
});
