import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { readTrace, type Trace } from "../../src/trace/index.js";

const folder = mkdtempSync(join(tmpdir(), "lumos-compression-"));
afterAll(() => rmSync(folder, { recursive: true }));

const events = 3000;
const text = Buffer.from(
	`[${Array.from({ length: events }, (_, i) => `{"ph": "X", "cat": "cpu_op", "name": "a", "pid": 1, "tid": 1, "ts": ${i}, "dur": 1, "args": {"External id": ${i}}}`).join(",\n")}]`,
);

/** A zstd frame whose blocks hold their bytes as they are: Node 20 cannot compress. */
function storedZstd(bytes: Buffer): Buffer {
	const size = Buffer.alloc(4);
	size.writeUInt32LE(bytes.length);
	// Magic number; one segment, size in four bytes.
	const parts: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size];
	for (let at = 0; at < bytes.length; at += 65_536) {
		const block = bytes.subarray(at, at + 65_536);
		const header = (block.length << 3) | (at + 65_536 >= bytes.length ? 1 : 0);
		parts.push(Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16]), block);
	}
	return Buffer.concat(parts);
}

async function read(name: string, bytes: Uint8Array): Promise<Trace> {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return readTrace(path);
}

test.each<[string, string, Buffer]>([
	["plain", "a.json", text],
	["gzip", "a.json.gz", gzipSync(text)],
	["gzip with a plain name", "b.json", gzipSync(text)],
	["plain with the name of gzip", "b.json.gz", text],
	["zstd", "a.json.zst", storedZstd(text)],
	[
		"zstd in two frames",
		"c.zst",
		Buffer.concat([storedZstd(text.subarray(0, 70_000)), storedZstd(text.subarray(70_000))]),
	],
	["a byte order mark", "d.json", Buffer.concat([Buffer.from("\ufeff"), text])],
])("%s: the bytes say how it is compressed", async (_, name, bytes) => {
	const trace = await read(name, bytes);
	expect(trace.warnings).toEqual([]);
	expect(Array.from(trace.events.externalId)).toEqual(Array.from({ length: events }, (_, i) => i));
	expect(trace.compressedBytes).toBe(bytes.length);
	expect(trace.bytes).toBe(name === "d.json" ? text.length + 3 : text.length);
});

test("a zstd file that is cut gives the events before", async () => {
	const trace = await read("cut.json.zst", storedZstd(text).subarray(0, 150_000));
	expect(trace.events.count).toBeGreaterThan(1000);
	expect(trace.warnings[0]).toMatchObject({ code: "truncated" });
});

test("garbage behind a zstd frame is told", async () => {
	const trace = await read("tail.json.zst", Buffer.concat([storedZstd(text), Buffer.from("garbage")]));
	expect(trace.events.count).toBe(events);
	expect(trace.warnings[0]).toMatchObject({ code: "corrupt" });
});

test("another compression is refused as what it is not", async () => {
	await expect(read("a.zz", deflateSync(text))).rejects.toThrow(/not JSON at byte 0/);
});
