import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { TaskTimes } from "../../src/analysis/index.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import { formatMessage } from "../../src/graph/message.js";
import { UserError } from "../../src/lib/errors.js";
import { formatUs } from "../../src/report/perfetto/events.js";
import { type PerfettoOptions, writePerfetto } from "../../src/report/perfetto/write.js";
import { GraphBuilder, oneStepGraph } from "../support/small-graph.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("perfetto");

interface Event {
	readonly ph: string;
	readonly cat?: string;
	readonly name: string;
	readonly pid: number;
	readonly tid: number;
	readonly ts: number;
	readonly dur?: number;
	readonly id?: number;
	readonly args: Readonly<Record<string, unknown>>;
}

/** Everything half as fast as measured. */
function slowed(graph: ExecutionGraph): TaskTimes {
	return { startNs: graph.measuredStartNs.map((ns) => 2 * ns), finishNs: graph.measuredEndNs.map((ns) => 2 * ns) };
}

async function written(graph: ExecutionGraph, options?: PerfettoOptions): Promise<{ text: string; events: Event[] }> {
	const path = join(folder, "out.json.gz");
	await writePerfetto(path, graph, slowed(graph), options);
	const text = gunzipSync(readFileSync(path)).toString("utf8");
	return { text, events: JSON.parse(text).traceEvents };
}

function slicesOf(events: readonly Event[]): Event[] {
	return events.filter((event) => event.ph === "X" && event.cat !== "user_annotation");
}

/** Slices of a track follow each other without overlap, in the order of the file. */
function expectTracksInOrder(events: readonly Event[]): void {
	const ends = new Map<string, number>();
	for (const { pid, tid, ts, dur } of slicesOf(events)) {
		const track = `${pid}/${tid}`;
		expect(ts).toBeGreaterThanOrEqual(ends.get(track) ?? 0);
		ends.set(track, Math.round((ts + dur!) * 1000) / 1000);
	}
	expect(ends.size).toBeGreaterThan(0);
}

describe("a timeline of one rank", () => {
	test("has the categories, times and streams of a recorded trace", async () => {
		const { events } = await written(oneStepGraph());
		expect(slicesOf(events).map(({ cat, name, ts, dur }) => [cat, name, ts, dur])).toEqual([
			["cpu_op", "aten::mm", 0, 20],
			["cuda_runtime", "cudaLaunchKernel", 20, 8],
			["kernel", "gemm", 40, 60],
			["cpu_op", "c10d::allreduce_", 28, 32],
			["cuda_runtime", "cudaLaunchKernelExC", 60, 8],
			["kernel", "ncclDevKernel_AllReduce", 120, 60],
			["cuda_runtime", "cudaDeviceSynchronize", 68, 112],
		]);
		expectTracksInOrder(events);
		const gemm = events.find(({ name }) => name === "gemm")!;
		expect(gemm.args).toMatchObject({ stream: 7, device: 0 });
		expect([gemm.pid, gemm.tid]).toEqual([0, 7]);
	});

	test("joins launches and kernels by correlation and by arrows", async () => {
		const { events } = await written(oneStepGraph());
		const named = (name: string) => events.find((event) => event.name === name)!;
		expect(named("gemm").args.correlation).toBe(named("cudaLaunchKernel").args.correlation);
		expect(named("ncclDevKernel_AllReduce").args.correlation).toBe(named("cudaLaunchKernelExC").args.correlation);
		expect(named("gemm").args.correlation).not.toBe(named("ncclDevKernel_AllReduce").args.correlation);
		const arrows = events.filter(({ cat }) => cat === "ac2g");
		expect(arrows.map(({ ph, id, ts, tid }) => [ph, id, ts, tid])).toEqual([
			["s", 4, 20, 1],
			["f", 4, 40, 7],
			["s", 7, 60, 1],
			["f", 7, 120, 7],
		]);
	});

	test("marks its steps and names its tracks", async () => {
		const { events } = await written(oneStepGraph());
		const step = events.find(({ cat }) => cat === "user_annotation")!;
		expect([step.name, step.ts, step.dur, step.tid]).toEqual(["ProfilerStep#3", 0, 200, 1]);
		const names = events.filter(({ name }) => /^(process|thread)_name$/.test(name)).map(({ args }) => args.name);
		expect(names).toEqual(["rank 0 CPU", "rank 0 GPU", "main", "stream 7"]);
	});

	test("is found by Holistic Trace Analysis: the rank with a space, near the top", async () => {
		const builder = new GraphBuilder().rank(5);
		builder.task({ kind: TaskKind.cpuOp, processor: builder.processor("thread", "1"), durationNs: 1 });
		const { text } = await written(builder.build(), { worldSize: 8 });
		const match = /"rank":\s+(\d+)/.exec(text)!;
		expect(match[1]).toBe("5");
		expect(match.index).toBeLessThan(200);
		const { distributedInfo, deviceProperties, schemaVersion } = JSON.parse(text);
		expect({ distributedInfo, deviceProperties, schemaVersion }).toEqual({
			schemaVersion: 1,
			distributedInfo: { backend: "nccl", rank: 5, world_size: 8 },
			deviceProperties: [{ id: 0, name: "Test GPU" }],
		});
	});
});

test("copies, memsets, collectives, kernels launched before, and names that need escapes", async () => {
	const builder = new GraphBuilder().rank();
	const stream = builder.processor("stream", "7");
	const put = (kind: TaskKind, name: string, startNs: number, durationNs = 0) =>
		builder.task({ kind, processor: stream, name, startNs, durationNs });
	put(TaskKind.memory, "Memcpy HtoD (Pinned -> Device)", 0, 5);
	put(TaskKind.memory, "Memset (Device)", 5, 5);
	put(TaskKind.kernel, 'odd "name"\\\n\u0001', 10, 5);
	const arrive = put(TaskKind.arrive, "ncclAllReduce", 20);
	builder.task({ kind: TaskKind.rendezvous, edges: [{ from: arrive, kind: EdgeKind.collective }] });
	put(TaskKind.transfer, "ncclAllReduce", 30, 10);
	const { events } = await written(builder.build());
	const shown = slicesOf(events);
	expect(shown.map(({ cat, ts, dur }) => [cat, ts, dur])).toEqual([
		["gpu_memcpy", 0, 0.01],
		["gpu_memset", 0.01, 0.01],
		["kernel", 0.02, 0.01],
		["kernel", 0.04, 0.04],
	]);
	expect(shown[2]!.name).toBe('odd "name"\\\n\u0001');
	expect(new Set(shown.map(({ args }) => args.correlation)).size).toBe(4);
});

test("communication keeps what it moves, under PyTorch's names", async () => {
	const builder = new GraphBuilder().rank();
	const processor = builder.processor("stream", "7");
	const message = { collective: "allreduce", inElems: 1024, outElems: 1024, dtype: "BFloat16", group: "[0, 1]" };
	builder.task({ kind: TaskKind.comm, processor, name: "nccl", durationNs: 5, shape: formatMessage(message) });
	const { events } = await written(builder.build());
	expect(slicesOf(events)[0]!.args).toMatchObject({
		"Collective name": "allreduce",
		"In msg nelems": 1024,
		"Out msg nelems": 1024,
		dtype: "BFloat16",
		"Process Group Ranks": "[0, 1]",
	});
});

describe("several timelines in one file", () => {
	test("compare: measured and replayed tracks apart", async () => {
		const { events } = await written(oneStepGraph(), { compare: true });
		expectTracksInOrder(events);
		const gemms = events.filter(({ name }) => name === "gemm");
		expect(gemms.map(({ ts, pid }) => [ts, pid])).toEqual([
			[20, 0],
			[40, 1],
		]);
		const names = events.filter(({ name }) => name === "process_name").map(({ args }) => args.name);
		expect(names).toEqual([
			"rank 0 CPU (measured)",
			"rank 0 GPU (measured)",
			"rank 0 CPU (replayed)",
			"rank 0 GPU (replayed)",
		]);
		const starts = events.filter(({ ph }) => ph === "s").map(({ id }) => id);
		expect(new Set(starts).size).toBe(4);
		expect(events.filter(({ cat }) => cat === "user_annotation").map(({ dur }) => dur)).toEqual([100, 200]);
	});

	test("ranks are processes of their own, and equal thread numbers get numbers apart", async () => {
		const builder = new GraphBuilder();
		for (const rank of [0, 3]) {
			builder.rank(rank);
			for (const id of ["main", "1", "1", "-4"]) {
				const processor = builder.processor("thread", id);
				builder.task({ kind: TaskKind.cpuOp, processor, name: `${rank}`, durationNs: 5 });
			}
		}
		const { events } = await written(builder.build());
		const tracks = slicesOf(events).map(({ pid, tid }) => `${pid}/${tid}`);
		expect(new Set(tracks).size).toBe(8);
		expect(tracks.slice(0, 4)).toEqual(["100000/1", "100000/2", "100000/3", "100000/-4"]);
	});
});

test("microseconds keep every nanosecond", () => {
	expect([0, 1, 999, 1000, 12_345_678, -1500, 9_007_199_254_740_991].map(formatUs)).toEqual([
		"0.000",
		"0.001",
		"0.999",
		"1.000",
		"12345.678",
		"-1.500",
		"9007199254740.991",
	]);
});

test("a place that cannot be written is the user's, and leaves nothing behind", async () => {
	const graph = oneStepGraph();
	const path = join(folder, "none", "out.json.gz");
	await expect(writePerfetto(path, graph, slowed(graph))).rejects.toThrow(UserError);
	await expect(writePerfetto(folder, graph, slowed(graph))).rejects.toThrow(UserError);
	expect(existsSync(path)).toBe(false);
	expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
