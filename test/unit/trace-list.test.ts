import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { listTraces } from "../../src/trace/index.js";

const folder = mkdtempSync(join(tmpdir(), "lumos-list-"));
afterAll(() => rmSync(folder, { recursive: true }));
const trace = '{"schemaVersion": 1, "traceEvents": [{"ph": "X"}]}';
const files: Readonly<Record<string, string | Uint8Array>> = {
	"rank10.json": trace,
	"rank2.json.gz": gzipSync(trace),
	// Named like a gzip file, but none: the bytes decide.
	"rank1.json.gz": trace,
	"bare.json": `\n[ {"ph": "X", "name": "a"}]`,
	"late.json": `{"metadata": "${"x".repeat(300_000)}", "traceEvents": [`,
	"truth.json": '{"ranks": [1, 2]}',
	"empty.json": "",
	"list.json": '[{"a": 1}]',
	"pytorch_et_0.json.gz": gzipSync('{"schema": "1.1.0", "pid": 1, "nodes": [{"name": "traceEvents"}]}'),
	"notes.txt": trace,
	"broken.json.gz": Buffer.from([0x1f, 0x8b, 1, 2, 3]),
};
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
mkdirSync(join(folder, "none"));
mkdirSync(join(folder, "folder.json"));

test("a folder stands for the traces in it, in natural order", async () => {
	const names = ["bare.json", "late.json", "rank1.json.gz", "rank2.json.gz", "rank10.json"];
	expect(await listTraces([folder])).toEqual(names.map((name) => join(folder, name)));
});

test("files are taken as given, in the order given", async () => {
	const given = [join(folder, "truth.json"), join(folder, "bare.json")];
	expect(await listTraces(given)).toEqual(given);
});

test.each<[string, string[], RegExp]>([
	["nothing named", [], /no trace named/],
	["a folder without traces", [join(folder, "none")], /none: no Kineto trace/],
	["a path that is not there", [join(folder, "missing")], /missing: no such file or folder/],
])("%s is refused", async (_, paths, expected) => {
	await expect(listTraces(paths)).rejects.toThrow(UserError);
	await expect(listTraces(paths)).rejects.toThrow(expected);
});
