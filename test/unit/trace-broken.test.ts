import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { readTrace, type Trace } from "../../src/trace/index.js";
import type { ReadOptions } from "../../src/trace/options.js";
import { readText } from "../support/trace-dump.js";

const folder = mkdtempSync(join(tmpdir(), "lumos-broken-"));
afterAll(() => rmSync(folder, { recursive: true }));

function event(ts: number): string {
	return `{"ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 1, "tid": 1, "ts": ${ts}, "dur": 1, "args": {"External id": ${ts}}}`;
}
function document(events: number): string {
	return `{"traceEvents": [\n${Array.from({ length: events }, (_, i) => event(i + 1)).join(",\n")}\n]}`;
}
function file(name: string, bytes: string | Uint8Array): string {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return path;
}
async function refusal(reading: Promise<Trace>): Promise<string> {
	const error = await reading.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(UserError);
	const { message } = error as UserError;
	expect(message).not.toContain("\n");
	return message;
}

test.each<[string, string | Uint8Array, RegExp]>([
	["nothing", "", /is empty \(0 bytes\)/],
	["white space", " \n ", /no events could be read: the text ends too early, at byte 3/],
	["text", "hello", /not JSON at byte 0/],
	["a PNG", Buffer.from("89504e470d0a1a0a", "hex"), /not JSON at byte 0/],
	["a number", "12", /not JSON at byte 0/],
	["an object of something else", '{"a": 1, "b": [2]}', /not a Kineto trace: no traceEvents up to byte 18/],
	["an execution trace", '{"schema": "1.1.0", "nodes": [{"id": 1}]}', /execution trace.*give the Kineto trace/],
	["traceEvents that is no array", '{"traceEvents": {"a": 1}}', /traceEvents is not an array at byte 16/],
	["no events", '{"traceEvents": []}', /no events in its 19 bytes/],
	["an array of numbers", "[1, 2]", /no events could be read: the text is wrong at byte 1/],
	["an array of strings", '["a"]', /no events could be read: the text is wrong at byte 1/],
	[
		"only metadata",
		'[{"ph": "M", "name": "process_name", "args": {"name": "x"}}]',
		/none of its 1 events .* is an operation/,
	],
	["only flows", '[{"ph": "s", "cat": "ac2g", "id": 1, "ts": 1}]', /none of its 1 events .*1 ac2g/],
	[
		"half an event",
		'{"traceEvents": [{"ph": "X", "cat"',
		/no events could be read: the text ends too early, at byte 34/,
	],
	["gzip of nothing", gzipSync(""), /no events could be read: the text ends too early, at byte 0/],
	["gzip cut in its header", gzipSync(document(3)).subarray(0, 8), /the compressed file is truncated at byte/],
	["zstd that is none", Buffer.from("28b52ffd00000000ffffffffff", "hex"), /the compressed file is (corrupt|truncated)/],
])("%s is refused in one line", async (name, bytes, expected) => {
	const path = file(`${name}.json`, bytes);
	const message = await refusal(readTrace(path));
	expect(message).toMatch(expected);
	expect(message.startsWith(`${path}: `)).toBe(true);
});

test("what is not there, or no file, is refused", async () => {
	expect(await refusal(readTrace(join(folder, "missing.json")))).toMatch(/missing.json: no such file/);
	expect(await refusal(readTrace(folder))).toMatch(/is a folder/);
	expect(await refusal(readTrace("/dev/null"))).toMatch(/not a regular file/);
	expect(await refusal(readTrace("a\0b"))).toMatch(/no such file/);
});

test("text cut at any byte gives its whole events and says where it ends", async () => {
	const text = document(4);
	const ends = Array.from({ length: 4 }, (_, i) => text.indexOf(event(i + 1)) + event(i + 1).length);
	for (let length = ends[0]!; length < text.length; length++) {
		const trace = await readText(text.slice(0, length));
		expect(trace.events.count).toBe(ends.filter((end) => end <= length).length);
		expect(trace.warnings.map(({ code }) => code)).toEqual(["truncated"]);
		expect(trace.warnings[0]!.message).toContain(`at byte ${length};`);
		expect(await refusal(readText(text.slice(0, length), 1000, { strict: true }))).toContain(`byte ${length}`);
	}
	expect((await readText(text, 1000, { strict: true })).warnings).toEqual([]);
});

test("text that goes wrong gives the events before, and the byte", async () => {
	const text = document(4);
	const at = text.indexOf(event(3));
	for (const [wrong, byte] of [
		["}", 0],
		["garbage", 0],
		['{"ph" "X"', 6],
		['{"ph": "X", 5: 6}', 12],
	] as const) {
		const trace = await readText(text.slice(0, at) + wrong + text.slice(at));
		expect(trace.events.count, wrong).toBe(2);
		expect(trace.warnings[0]).toMatchObject({ code: "corrupt" });
		expect(trace.warnings[0]!.message).toContain(`wrong at byte ${at + byte};`);
	}
});

test("something behind the document is told, white space is not", async () => {
	expect((await readText(`${document(1)}\n \n`)).warnings).toEqual([]);
	for (const pieceBytes of [1, 1000]) {
		const trace = await readText(`${document(1)} x`, pieceBytes);
		expect(trace.warnings[0]).toMatchObject({ code: "corrupt" });
		expect(trace.warnings[0]!.message).toContain(`from byte ${document(1).length + 1} of the text on`);
	}
});

test("a gzip file cut anywhere gives every event that can be inflated", async () => {
	const text = document(2000);
	const zipped = gzipSync(text);
	for (const part of [0.3, 0.5, 0.9, 0.999]) {
		const length = Math.floor(zipped.length * part);
		const trace = await readTrace(file("cut.json.gz", zipped.subarray(0, length)));
		expect(trace.events.count).toBeGreaterThan(2000 * part * 0.7);
		expect(trace.warnings[0]).toMatchObject({ code: "truncated" });
		expect(trace.warnings[0]!.message).toContain(`truncated at byte ${length} `);
	}
});

test("a gzip file with wrong bytes gives what stands before them", async () => {
	const text = document(20_000);
	const zipped = gzipSync(text);
	const broken = Buffer.from(zipped);
	const at = Math.floor(broken.length * 0.75);
	broken.fill(0xff, at, at + 64);
	const trace = await readTrace(file("wrong.json.gz", broken));
	expect(trace.warnings[0]).toMatchObject({ code: "corrupt" });
	// Not an event is lost to the size of the pieces in which zlib works.
	expect(trace.events.count).toBeGreaterThan(20_000 * 0.7);
	const byte = Number(/corrupt at byte (\d+)/.exec(trace.warnings[0]!.message)![1]);
	expect(Math.abs(byte - at)).toBeLessThan(1000);
	await refusal(readTrace(file("wrong.json.gz", broken), { strict: true }));
});

test("a wrong checksum is told, and costs no event", async () => {
	const zipped = gzipSync(document(5000));
	zipped[zipped.length - 6]! ^= 1;
	const trace = await readTrace(file("crc.json.gz", zipped));
	expect(trace.events.count).toBe(5000);
	expect(trace.warnings).toHaveLength(1);
	expect(trace.warnings[0]).toMatchObject({ code: "corrupt" });
	expect(trace.warnings[0]!.message).toContain("incorrect data check");
});

test("several gzip members are one text; garbage behind them is told", async () => {
	const text = document(3000);
	const members = [text.slice(0, 7), text.slice(7, 90_000), text.slice(90_000)].map((part) => gzipSync(part));
	const whole = await readTrace(file("members.json.gz", Buffer.concat(members)));
	expect(whole.events.count).toBe(3000);
	expect(whole.warnings).toEqual([]);
	const tail = await readTrace(file("tail.json.gz", Buffer.concat([...members, Buffer.from("tail")])));
	expect(tail.events.count).toBe(3000);
	expect(tail.warnings[0]).toMatchObject({ code: "corrupt" });
});

test("a gzip bomb and a text beyond the size limit are refused, unless the limits are raised", async () => {
	const blanks = " ".repeat(1 << 20);
	const bomb = file("bomb.json.gz", gzipSync(`{"traceEvents": [${blanks.repeat(80)}${event(1)}]}`));
	expect(await refusal(readTrace(bomb))).toMatch(
		/more than 300 times as long as the file, at byte \d+; raise --max-ratio/,
	);
	expect((await readTrace(bomb, { maxRatio: 2000 })).events.count).toBe(1);
	const limits: ReadOptions = { maxBytes: 1000 };
	expect(await refusal(readText(document(100), 100, limits))).toMatch(
		/longer than 1.00 KB, at byte \d+; raise --max-bytes/,
	);
});

test("values nested a million deep are passed over", async () => {
	const depth = 1_000_000;
	for (const [open, close] of [
		["[", "]"],
		['{"a":', "}"],
	] as const) {
		const deep = `${open.repeat(depth)}1${close.repeat(depth)}`.replace('{"a":1', '{"a":1');
		const text = `{"deep": ${deep}, "traceEvents": [${event(1).replace('"External id": 1', `"x": ${deep}, "External id": 9`)}]}`;
		const trace = await readText(text, 65_536);
		expect(trace.events.externalId[0]).toBe(9);
	}
	const open = await readText(`[${event(1)}, {"args": ${"[".repeat(depth)}`, 65_536);
	expect(open.events.count).toBe(1);
	expect(open.warnings[0]).toMatchObject({ code: "truncated" });
});

test("an event longer than the buffer is read, however small the pieces", async () => {
	const long = event(7).replace('"aten::mm"', `"${"m".repeat(5_000_000)}"`);
	const trace = await readText(`[${event(1)}, ${long}, ${event(9)}]`, 10_000);
	expect(Array.from(trace.events.externalId)).toEqual([1, 7, 9]);
	expect(trace.strings.get(trace.events.name[1]!)).toHaveLength(5_000_000);
});

test("keys that stand twice count, and the last one wins", async () => {
	const trace = await readText(
		'[{"ph": "X", "cat": "cpu_op", "name": "a", "name": "b", "ts": 1, "ts": 2, "args": {"External id": 1}, "args": {"Sequence number": 5, "Sequence number": 6}}]',
	);
	expect(trace.strings.get(trace.events.name[0]!)).toBe("b");
	expect(trace.baseNs).toBe(2000n);
	expect(trace.events.externalId[0]).toBe(-1);
	expect(trace.events.sequence[0]).toBe(6);
	expect(trace.warnings).toMatchObject([{ code: "duplicate-key", count: 4 }]);
});
