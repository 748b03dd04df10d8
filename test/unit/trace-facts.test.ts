import { expect, test } from "vitest";
import { Category } from "../../src/trace/index.js";
import { readText } from "../support/trace-dump.js";

const op = '{"ph": "X", "cat": "cpu_op", "name": "a", "pid": 1, "tid": 1, "ts": 10, "dur": 5}';
function step(name: string, ts: number, tid = 1, cat = "user_annotation", dur = 10): string {
	return `{"ph": "X", "cat": "${cat}", "name": "${name}", "pid": 1, "tid": ${tid}, "ts": ${ts}, "dur": ${dur}}`;
}
const read = (header: string, events = op, path = "trace.json") =>
	readText(`{${header}${header === "" ? "" : ","}"traceEvents": [${events}]}`, 50, {}, path);

test.each<[string, string, object]>([
	[
		"rank and world size in the header",
		'"distributedInfo": {"rank": 3, "world_size": 8, "backend": "nccl"}',
		{ rank: 3, rankFound: "metadata", worldSize: 8, worldSizeFound: "metadata", backend: "nccl" },
	],
	[
		"a header that is a string",
		String.raw`"distributedInfo": "{\"rank\": \"2\", \"world_size\": 4}"`,
		{ rank: 2, rankFound: "metadata", worldSize: 4 },
	],
	[
		"a world known only by its groups",
		'"distributedInfo": {"rank": 1, "pg_config": [{"pg_name": "0", "pg_desc": "default_pg", "backend_config": "cuda:nccl", "pg_size": 16, "ranks": [0, 1]}]}',
		{
			worldSize: 16,
			worldSizeFound: "inferred",
			backend: "cuda:nccl",
			processGroups: [{ name: "0", desc: "default_pg", backend: "cuda:nccl", size: 16, ranks: [0, 1] }],
		},
	],
	[
		"groups that are a string, ranks too",
		String.raw`"distributedInfo": {"pg_config": "[{\"pg_name\": \"\\\"tp\\\"\", \"ranks\": \"[4, 5]\"}]"}`,
		{ processGroups: [{ name: "tp", desc: "", backend: "", size: 2, ranks: [4, 5] }] },
	],
	[
		"nothing",
		'"distributedInfo": null',
		{ rank: 0, rankFound: "unknown", worldSize: 1, worldSizeFound: "unknown", backend: "" },
	],
])("%s", async (_, header, expected) => {
	expect(await read(header)).toMatchObject(expected);
});

test.each<[string, number | undefined]>([
	["rank0.pt.trace.json.gz", 0],
	["rank-12.json", 12],
	["job_rank_3.1234.pt.trace.json", 3],
	["Rank7.json", 7],
	["crank5.json", undefined],
	["host_1375.172.pt.trace.json", undefined],
])("the file name %s says rank %s", async (name, rank) => {
	const trace = await read("", op, `/rank9/${name}`);
	expect([trace.rank, trace.rankFound]).toEqual(rank === undefined ? [0, "unknown"] : [rank, "file name"]);
});

test("a rank that was given comes before all others", async () => {
	const trace = await readText(`{"distributedInfo": {"rank": 3}, "traceEvents": [${op}]}`, 50, { rank: 5 });
	expect([trace.rank, trace.rankFound]).toEqual([5, "given"]);
});

test("the header survives control characters and bare NaN, and may stand on both sides of the events", async () => {
	const trace = await readText(
		`{"a": "x\ny\u0001", "b": [NaN, -Infinity, "NaN"], "c": {"d": "}]\\""}, "traceEvents": [${op}], "e": 1.5, "f": @}`,
		3,
	);
	expect(trace.header).toEqual({ a: "x y ", b: [null, null, "NaN"], c: { d: '}]"' }, e: 1.5 });
	expect(trace.warnings).toMatchObject([{ code: "bad-header", count: 1 }]);
});

test("base time is added without passing through a double", async () => {
	const trace = await read('"baseTimeNanoseconds": 1719853884000000001', op);
	expect(trace.baseNs).toBe(1719853884000010001n);
});

test("steps are the ranges on CPU threads, once each, widest first, in order of time", async () => {
	const trace = await read(
		"",
		[
			step("ProfilerStep#5", 200),
			step("ProfilerStep#4", 100),
			step("ProfilerStep#4", 101, 2, "cpu_op", 3),
			step("ProfilerStep#4", 105, 7, "gpu_user_annotation", 90),
			step("ProfilerStepX", 1),
		].join(),
	);
	expect(trace.steps.map(({ step, startNs, endNs }) => [step, startNs, endNs])).toEqual([
		[4, -100_000, -90_000],
		[5, 0, 10_000],
	]);
	expect(trace.tracks[trace.steps[0]!.track]!.tid).toBe("1");
});

test("steps without a number are counted", async () => {
	const trace = await read("", [step("ProfilerStep", 10), step("ProfilerStep", 30)].join());
	expect(trace.steps.map(({ step }) => step)).toEqual([0, 1]);
});

test("a trace without steps is one step from its first event to its last end", async () => {
	const trace = await read("", `${op},${step("later", 3, 1, "cpu_op", 100)}`);
	expect(trace.steps).toEqual([{ step: "all", startNs: -7000, endNs: 93_000, track: -1 }]);
});

test("the device is the one that the kernels ran on", async () => {
	const kernel = '{"ph": "X", "cat": "kernel", "name": "k", "pid": 1, "tid": 7, "ts": 1, "dur": 1}';
	const devices = '[{"id": 0, "name": "A"}, {"id": 1, "name": "B"}]';
	expect((await read(`"deviceProperties": ${devices}`, kernel)).deviceName).toBe("B");
	expect((await read(`"deviceProperties": ${JSON.stringify(devices)}`, kernel)).deviceName).toBe("B");
	expect((await read('"deviceProperties": [{"id": 17, "name": "C"}]', kernel)).deviceName).toBe("C");
	expect((await read(`"deviceProperties": ${devices}`)).deviceName).toBe("");
	expect((await read("", kernel)).deviceName).toBe("");
});

test("begins and ends make complete events, per track, also out of order", async () => {
	const mark = (ph: string, ts: number, name = "", tid = 1, cat = "cpu_op"): string =>
		`{"ph": "${ph}", ${name === "" ? "" : `"cat": "${cat}", "name": "${name}", `}"pid": 1, "tid": ${tid}, "ts": ${ts}, "args": {"Collective name": "c"}}`;
	const trace = await read(
		"",
		[
			mark("B", 10, "outer"),
			mark("E", 25),
			op,
			mark("B", 15, "inner"),
			mark("B", 12, "other thread", 2),
			mark("E", 40),
			mark("B", 50, "never ends"),
			mark("E", 5, "", 3),
			mark("B", 60, "frame", 4, "python_function"),
			mark("E", 61, "", 4),
		].join(),
	);
	const { events, strings, comms } = trace;
	const rows = Array.from({ length: events.count }, (_, row) => [
		strings.get(events.name[row]!),
		events.startNs[row],
		events.durNs[row],
	]);
	expect(rows).toEqual([
		["outer", 0, 30_000],
		["a", 0, 5000],
		["inner", 5000, 10_000],
	]);
	expect(Array.from(comms.event)).toEqual([0, 2]);
	expect(Array.from(events.detail)).toEqual([0, -1, 1]);
	expect(Object.fromEntries(trace.skipped.map(({ what, count }) => [what, count]))).toEqual({
		"begins without an end": 2,
		"ends without a begin": 1,
		"pairs of a category that is not kept": 1,
	});
	expect(trace.warnings).toMatchObject([{ code: "unmatched-pair", count: 3 }]);
});

test("events without a category are told by their track", async () => {
	const bare = (pid: string, name: string): string =>
		`{"ph": "X", "name": "${name}", "ts": 1, "dur": 1, "tid": 3, "pid": "${pid}"}`;
	const { events } = await readText(
		`[${bare("CPU functions", "aten::mm")},${bare("CPU functions", "cudaLaunchKernel")},${bare("CUDA functions", "sgemm")},${bare("CUDA functions", "Memcpy HtoD")}]`,
	);
	expect(Array.from(events.category)).toEqual([Category.cpuOp, Category.runtime, Category.kernel, Category.memcpy]);
	expect(Array.from(events.stream)).toEqual([-1, -1, 3, 3]);
});

test("Python frames are kept when asked for, and modules always", async () => {
	const frames = [
		step("nn.Module: Linear_0", 1, 1, "python_function"),
		step("main.py(3): f", 2, 1, "python_function"),
	].join();
	const modules = await readText(`[${frames}]`);
	expect([modules.events.count, modules.skipped]).toEqual([1, [{ what: "python_function", count: 1 }]]);
	const all = await readText(`[${frames}]`, 10, { keepPython: true });
	expect(Array.from(all.events.category)).toEqual([Category.module, Category.module]);
});

test("strings are found by their text; 0 is the empty one", async () => {
	const { strings, events } = await readText(`[${op.replace('"a"', '"\\u0061b"')},${op.replace('"a"', '"ab"')}]`);
	expect(strings.find("ab")).toBe(events.name[0]);
	expect(events.name[0]).toBe(events.name[1]);
	expect([strings.find(""), strings.get(0), strings.find("\\u0061b"), strings.find("cd")]).toEqual([0, "", -1, -1]);
});

test("tables grow: many names, tracks and categories", async () => {
	const many = Array.from(
		{ length: 40_000 },
		(_, i) =>
			`{"ph":"X","cat":"${i % 10 === 0 ? `c${i % 50_000}` : "cpu_op"}","name":"name ${i} ${"x".repeat(i % 50)}","pid":${i % 7},"tid":${i % 3001},"ts":${i},"dur":1}`,
	);
	const trace = await readText(`[${many.join()}]`, 100_000);
	expect(trace.events.count).toBe(36_000);
	expect(trace.tracks).toHaveLength(
		new Set(
			Array.from({ length: 40_000 }, (_, i) => i)
				.filter((i) => i % 10 !== 0)
				.map((i) => `${i % 7}/${i % 3001}`),
		).size,
	);
	for (const row of [0, 9, 20_000, 35_999]) {
		const i = Math.floor(row / 9) * 10 + (row % 9) + 1;
		expect(trace.strings.get(trace.events.name[row]!)).toBe(`name ${i} ${"x".repeat(i % 50)}`);
		expect(trace.tracks[trace.events.track[row]!]).toMatchObject({ pid: `${i % 7}`, tid: `${i % 3001}` });
	}
	expect(trace.skipped.reduce((sum, { count }) => sum + count, 0)).toBe(4000);
});

test("progress is told in bytes and events", async () => {
	const reports: number[][] = [];
	await readText(`[${op},${op}]`, 10, { onProgress: (...report) => reports.push(report) });
	expect(reports.at(-1)).toEqual([2 * op.length + 3, 2 * op.length + 3, 2]);
});
