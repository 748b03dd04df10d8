import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	type ContainerMeta,
	decodeContainer,
	encodeGraph,
	isContainer,
	readContainer,
	writeContainer,
} from "../../src/graph/container/index.js";
import { ENTRY, HEADER, SECTION_ALIGNMENT } from "../../src/graph/container/layout.js";
import { type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import type { RunFacts } from "../../src/graph/rank/rank-facts.js";
import { writeFileAtomic } from "../../src/lib/atomic-file.js";
import { crc32 } from "../../src/lib/crc32.js";
import { EnvironmentError, UserError } from "../../src/lib/errors.js";
import { GraphBuilder, oneStepGraph } from "../support/small-graph.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("container");
const meta: ContainerMeta = {
	createdBy: "lumos test",
	source: { files: 1, ranks: 1, worldSize: 2, events: 10, bytes: 1000, compressedBytes: 100 },
	warnings: [{ code: "truncated", message: "cut at byte 7", count: 1 }],
	job: { schema: "lumos.inspect/1" },
};

function pack(graph: ExecutionGraph = oneStepGraph()): Uint8Array<ArrayBuffer> {
	const chunks = [...encodeGraph(graph, meta)];
	const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
	let at = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, at);
		at += chunk.length;
	}
	return bytes;
}

/** Sets the checksum of the header again, so that what was changed below it is what is found. */
function reseal(file: Uint8Array): Uint8Array {
	const view = new DataView(file.buffer);
	const end = HEADER.bytes + view.getUint32(HEADER.sectionCount, true) * ENTRY.bytes;
	const sum = crc32(file.subarray(HEADER.bytes, end), crc32(file.subarray(0, HEADER.checksum)));
	view.setUint32(HEADER.checksum, sum, true);
	return file;
}

function entryOf(file: Uint8Array, id: number): number {
	const view = new DataView(file.buffer);
	for (let at = HEADER.bytes; ; at += ENTRY.bytes) if (view.getUint32(at, true) === id) return at;
}

/** Changes a column's element and makes all checksums right, as a faulty writer would. */
function withElement(id: number, change: (view: DataView, at: number) => void): Uint8Array {
	const file = pack();
	const view = new DataView(file.buffer);
	const entry = entryOf(file, id);
	const offset = Number(view.getBigUint64(entry + ENTRY.offset, true));
	change(view, offset);
	const bytes = file.subarray(offset, offset + Number(view.getBigUint64(entry + ENTRY.byteLength, true)));
	view.setUint32(entry + ENTRY.checksum, crc32(bytes), true);
	return reseal(file);
}

function refusal(file: Uint8Array): string {
	try {
		decodeContainer("run.lumos", file);
	} catch (error) {
		expect(error).toBeInstanceOf(UserError);
		return (error as Error).message;
	}
	return "accepted";
}

describe("refuses", () => {
	test("other files, naming byte 0", () => {
		expect(refusal(new TextEncoder().encode('{"traceEvents": []}'))).toMatch(/^run\.lumos: byte 0: not a container/);
		expect(refusal(new Uint8Array(0))).toMatch(/not a container/);
	});

	test("a newer format", () => {
		const file = pack();
		file[HEADER.version] = 2;
		expect(refusal(file)).toBe("run.lumos: byte 8: format 2 is newer than 1, which this version reads; update Lumos");
	});

	test("a file cut anywhere, and one with bytes after its end", () => {
		const file = pack();
		for (let length = 8; length < file.length; length += 61) {
			expect(refusal(file.slice(0, length))).toMatch(new RegExp(`^run\\.lumos: byte ${length}: cut`));
		}
		expect(refusal(Uint8Array.from([...file, 0]))).toMatch(/bytes after its end/);
	});

	test("every single changed byte", () => {
		const file = pack();
		for (let i = 0; i < file.length; i++) {
			file[i]! ^= 0x10;
			expect(refusal(file), `byte ${i}`).not.toBe("accepted");
			file[i]! ^= 0x10;
		}
		expect(refusal(file)).toBe("accepted");
	});

	test("a damaged section by name", () => {
		const file = pack();
		const offset = Number(new DataView(file.buffer).getBigUint64(entryOf(file, 34) + ENTRY.offset, true));
		file[offset + 3]! ^= 1;
		expect(refusal(file)).toMatch(
			new RegExp(`^run\\.lumos: byte ${offset}: section delayNs is damaged \\(checksum [0-9a-f]{8}, expected`),
		);
	});

	test.each([
		["misaligned", ENTRY.offset, 8n, /no multiple of 64/],
		["overlapping", ENTRY.offset, -64n, /overlaps/],
		["outside the file", ENTRY.byteLength, 1n << 40n, /outside the file/],
		["of another size", ENTRY.count, 1n, /elements in/],
	])("a section that is %s", (_, field, by, message) => {
		const file = pack();
		const view = new DataView(file.buffer);
		const at = entryOf(file, 20) + field;
		view.setBigUint64(at, view.getBigUint64(at, true) + by, true);
		expect(refusal(reseal(file))).toMatch(message);
	});

	test("a column that does not have one row a task", () => {
		const file = pack();
		const view = new DataView(file.buffer);
		view.setBigUint64(HEADER.taskCount, view.getBigUint64(HEADER.taskCount, true) + 1n, true);
		expect(refusal(reseal(file))).toMatch(/section kind has 11 elements, expected 12/);
	});

	test("another element type, a missing section and unknown flags", () => {
		const type = pack();
		type[entryOf(type, 33) + ENTRY.elementType] = 3;
		expect(refusal(reseal(type))).toMatch(/section pred has element type 3, not 2/);
		const missing = pack();
		missing[entryOf(missing, 33)] = 99;
		expect(refusal(reseal(missing))).toMatch(/section pred is missing/);
		const flags = pack();
		flags[HEADER.flags] = 1;
		expect(refusal(reseal(flags))).toMatch(/unknown flags; update Lumos/);
	});

	test.each([
		[
			"an edge from no task",
			33,
			(v: DataView, at: number) => v.setUint32(at, 22, true),
			/pred\[0\]: 22 points to no task/,
		],
		[
			"offsets that fall",
			32,
			(v: DataView, at: number) => v.setUint32(at + 4, 900, true),
			/predOffset\[2\]: 1 is less/,
		],
		["a kind of task that is none", 16, (v: DataView, at: number) => v.setUint8(at, 13), /kind\[0\]: 13 is no kind/],
		["a kind of edge that is none", 35, (v: DataView, at: number) => v.setUint8(at, 8), /edgeKind\[0\]: 8 is no kind/],
		[
			"a processor that is none",
			17,
			(v: DataView, at: number) => v.setUint32(at + 4, 2, true),
			/processor\[1\]: 2 is no/,
		],
		["a name that is none", 18, (v: DataView, at: number) => v.setUint32(at, 99, true), /name\[0\]: 99 is no string/],
		["a wait of no task", 48, (v: DataView, at: number) => v.setUint32(at, 11, true), /waitTask\[0\]: 11 is no task/],
		["a wait for no stream", 49, (v: DataView, at: number) => v.setUint32(at, 2, true), /waitStream\[0\]: 2 is no/],
		[
			"a negative duration",
			20,
			(v: DataView, at: number) => v.setFloat64(at + 8, -1, true),
			/durationNs\[1\]: -1 is no/,
		],
		[
			"a delay that is no number",
			34,
			(v: DataView, at: number) => v.setFloat64(at, NaN, true),
			/delayNs\[0\]: NaN is no/,
		],
		["an infinite time", 21, (v: DataView, at: number) => v.setFloat64(at, Infinity, true), /measuredStartNs\[0\]/],
	])("%s, though every checksum is right", (_, id, change, message) => {
		expect(refusal(withElement(id, change))).toMatch(message);
	});

	test("the byte that it names is where the fault lies", () => {
		const file = withElement(20, (view, at) => view.setFloat64(at + 8, -1, true));
		const byte = Number(/byte (\d+)/.exec(refusal(file))![1]);
		expect(new DataView(file.buffer).getFloat64(byte, true)).toBe(-1);
	});
});

test("meetings of collectives stand after all ranks; nothing else may", () => {
	for (const [kind, message] of [
		[TaskKind.rendezvous, "accepted"],
		[TaskKind.kernel, /kind\[2\]: belongs to no rank/],
	] as const) {
		const builder = new GraphBuilder().rank();
		builder.task({ kind: TaskKind.cpuOp });
		builder.betweenRanks().task({ kind });
		expect(refusal(pack(builder.build()))).toMatch(message);
	}
});

describe("files", () => {
	test("come back as they were, in plain and in shared memory", () => {
		const graph = oneStepGraph();
		const path = join(folder, "a.lumos");
		const bytes = writeContainer(path, graph, meta);
		expect(readFileSync(path).length).toBe(bytes);
		expect(isContainer(path)).toBe(true);
		for (const shared of [false, true]) {
			const allocate = (size: number) => new Uint8Array(shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size));
			const read = readContainer(path, { allocate });
			expect(read.graph).toEqual(graph);
			expect(read.meta).toEqual(meta);
			expect(read.graph.pred.buffer instanceof SharedArrayBuffer).toBe(shared);
		}
	});

	test("columns are views on one buffer, each at a multiple of 64", () => {
		const { graph } = decodeContainer("a", pack());
		const columns = Object.values(graph).filter((value): value is Uint8Array => ArrayBuffer.isView(value));
		expect(columns.length).toBe(16);
		for (const column of columns) {
			expect(column.buffer).toBe(graph.pred.buffer);
			expect(column.byteOffset % SECTION_ALIGNMENT).toBe(0);
		}
	});

	test("columns are written from where they lie, not copied", () => {
		const graph = oneStepGraph();
		const chunks = [...encodeGraph(graph, meta)];
		expect(chunks.some((chunk) => chunk.buffer === graph.delayNs.buffer)).toBe(true);
	});

	test("a failed write leaves neither a new file nor a temporary one, and keeps the old one", () => {
		const place = join(folder, "full");
		mkdirSync(place);
		const path = join(place, "b.lumos");
		writeFileSync(path, "old");
		function* full(): Generator<Uint8Array> {
			yield new Uint8Array(10);
			throw Object.assign(new Error("write"), { code: "ENOSPC" });
		}
		expect(() => writeFileAtomic(path, full())).toThrow(EnvironmentError);
		expect(() => writeFileAtomic(path, full())).toThrow(/b\.lumos: no space left/);
		expect(readdirSync(place)).toEqual(["b.lumos"]);
		expect(readFileSync(path, "utf8")).toBe("old");
	});

	test("a place that cannot be written is the user's", () => {
		expect(() => writeContainer(join(folder, "none", "a.lumos"), oneStepGraph(), meta)).toThrow(/no such folder/);
		expect(() => writeContainer(folder, oneStepGraph(), meta)).toThrow(UserError);
		expect(existsSync(join(folder, "none"))).toBe(false);
	});

	test("what is no file is refused in one line", () => {
		expect(() => readContainer(folder)).toThrow(/not a file/);
		expect(() => readContainer(join(folder, "none.lumos"))).toThrow(/cannot be opened \(ENOENT\)/);
		expect(isContainer(folder)).toBe(false);
		expect(isContainer(join(folder, "none.lumos"))).toBe(false);
	});
});

describe("what predictions need", () => {
	const graph = oneStepGraph();
	const tasks = graph.ranks[0]!.end;
	const facts = (pass: number, row: number): RunFacts => {
		const text = Uint32Array.of(1);
		const none = Int32Array.of(-1);
		return {
			job: { layers: 4 },
			ranks: [
				{
					labels: {
						passKind: Uint8Array.of(0, 1),
						pass: new Int32Array(tasks).fill(pass),
						place: new Int32Array(tasks).fill(-2),
						call: new Int32Array(tasks),
						main: new Uint8Array(tasks).fill(1),
					},
					comms: {
						rank: graph.ranks[0]!.rank,
						count: 1,
						row: Uint32Array.of(row),
						collective: text,
						dtype: text,
						inElems: Float64Array.of(5),
						outElems: Float64Array.of(5),
						groupName: text,
						groupDesc: text,
						groupRanks: text,
						groupSize: Int32Array.of(2),
						src: none,
						dst: none,
						strings: ["", "allreduce"],
						processGroups: [{ name: "1", desc: "TENSOR", backend: "nccl", size: 2, ranks: [0, 1] }],
					},
				},
			],
		};
	};
	const packed = (of: RunFacts): Uint8Array => Uint8Array.from(Buffer.concat([...encodeGraph(graph, meta, of)]));

	test("comes back as it was", () => {
		const given = facts(1, tasks - 1);
		const read = decodeContainer("a", packed(given)).facts()!;
		const { comms } = read.ranks[0]!;
		expect(read.job).toEqual(given.job);
		expect(read.ranks[0]!.labels).toEqual(given.ranks[0]!.labels);
		expect(comms.strings[comms.collective[0]!]).toBe("allreduce");
		expect({ ...comms, strings: 0 }).toEqual({
			...given.ranks[0]!.comms,
			...Object.fromEntries(
				["collective", "dtype", "groupName", "groupDesc", "groupRanks"].map((field) => [field, Uint32Array.of(0)]),
			),
			strings: 0,
		});
	});

	test("is not there where it was not packed", () => {
		expect(decodeContainer("a", pack()).facts()).toBeUndefined();
	});

	test("is refused where it points outside the graph", () => {
		const of = (given: RunFacts) => () => decodeContainer("a.lumos", packed(given)).facts();
		expect(of(facts(2, 0))).toThrow(/a\.lumos: byte \d+: facts of rank \d+: a task is of no pass; pack it again/);
		expect(of(facts(0, tasks))).toThrow(/communication of no task/);
	});
});
