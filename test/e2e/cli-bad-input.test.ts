/** Broken input: one line that says what, where and what to do, exit code 2, and nothing else, however it is broken. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { describeFailure } from "../../src/cli/exit.js";
import { EnvironmentError, UserError } from "../../src/lib/errors.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { expectRefusal, fixture, lumos, lumosJson, unprivileged, unprivilegedCanRun } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-bad-input");
const compressed = readFileSync(fixture("dialects/rocm.json.gz"));
const text = gunzipSync(compressed);

function file(name: string, content: string | Uint8Array): string {
	writeFileSync(join(folder, name), content);
	return join(folder, name);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
	const copy = Uint8Array.from(bytes);
	copy[at]! ^= 0x5a;
	return copy;
}

/** Text that inflates to 200 MB, after the start of a trace. */
const bomb = Buffer.concat([
	gzipSync('{"traceEvents": ['),
	...Array.from({ length: 200 }, () => gzipSync(Buffer.alloc(1_000_000, " "))),
]);

describe.concurrent("what is no trace", () => {
	mkdirSync(join(folder, "none"));
	writeFileSync(join(folder, "none", "other.json"), '{"a": 1}');
	test.each([
		["a file that is not there", join(folder, "missing.json"), /missing\.json: no such file or folder/],
		["a folder without traces", join(folder, "none"), /none: no Kineto trace \(\*\.json, .*\) in it; name the files/],
		["an empty file", file("empty.json", ""), /empty\.json: is empty \(0 bytes\); record or copy/],
		["no JSON", file("hello.json", "hello"), /hello\.json: not JSON at byte 0; give a trace that PyTorch/],
		["JSON that is no trace", file("other.json", '{"a": [1, {}]}'), /not a Kineto trace: no traceEvents up to byte 14/],
		["a number for events", file("number.json", '{"traceEvents": 5}'), /traceEvents is not an array at byte 16/],
		["an array of numbers", file("numbers.json", "[1, 2]"), /no events could be read: .* at byte 1; record/],
		["no events", file("none.json", '{"traceEvents": []}'), /no events in its 19 bytes; let the profiler run/],
		["gzip of nothing", file("nothing.json.gz", gzipSync("")), /nothing\.json\.gz: /],
		["gzip that is wrong from the start", file("start.json.gz", flipped(compressed, 2)), /start\.json\.gz: .*byte \d/],
		["a device", "/dev/null", /not a regular file; save the trace to a file first/],
		[
			"a bomb",
			file("bomb.json.gz", bomb),
			/more than 300 times .* at byte \d+; raise --max-ratio if it is no gzip bomb/,
		],
	])("%s", async (_, path, line) => {
		const runs = await Promise.all(["replay", "inspect"].map((command) => lumos([command, path, "--json"])));
		for (const run of runs) expectRefusal(run, 2, line);
	});

	test("pack writes nothing then", async () => {
		expectRefusal(
			await lumos(["pack", file("bad.json", "hello"), "--out", join(folder, "bad/x.lumos")]),
			2,
			"not JSON",
		);
		expect(readdirSync(folder)).not.toContain("bad");
	});

	test("a limit on bytes, and limits that are raised", async () => {
		const path = join(folder, "bomb.json.gz");
		const [tight, raised] = await Promise.all([
			lumos(["replay", path, "--max-bytes", "1MB"]),
			lumos(["replay", path, "--max-ratio", "1e6"]),
		]);
		expectRefusal(tight, 2, /text is longer than 1\.00 MB, at byte \d+; raise --max-bytes if that is right/);
		expectRefusal(raised, 2, /no events could be read: the text ends too early, at byte 200000017/);
	});

	test("a pipe, which must not be waited for", async ({ skip }) => {
		const path = join(folder, "pipe.json");
		try {
			execFileSync("mkfifo", [path], { stdio: "ignore" });
		} catch {
			skip("no pipes with names here");
		}
		expectRefusal(await lumos(["replay", path]), 2, /not a regular file/);
	});

	test("a file that may not be read", async ({ skip }) => {
		if (!(await unprivilegedCanRun())) skip("no user without privileges can run Lumos from here");
		chmodSync(folder, 0o755);
		const path = file("secret.json", "[]");
		chmodSync(path, 0o000);
		expectRefusal(await lumos(["replay", path], unprivileged), 2, /secret\.json: not allowed to read/);
	});
});

describe.concurrent("damage", () => {
	test.each([
		[
			"truncated",
			file("cut.json", text.subarray(0, 60_000)),
			/the text ends too early, at byte 60000; (kept|leave out --strict to read) the \d+ whole/,
		],
		["truncated", file("cut.json.gz", compressed.subarray(0, 6000)), /is truncated at byte 6000/],
		[
			"corrupt",
			file("flip.json.gz", flipped(compressed, 6000)),
			/(corrupt|wrong) at byte \d+.*; (kept|leave out --strict to read) the \d+ whole/,
		],
	])("%s: read up to there with a warning; --strict refuses it: %s", async (code, path, line) => {
		const { warnings, steps } = await lumosJson<ReplayResult>("replay", path);
		expect(warnings).toContainEqual({ code, count: 1, message: expect.stringMatching(line) });
		expect(steps.length).toBeGreaterThan(0);
		expectRefusal(await lumos(["replay", path, "--strict"]), 2, line);
		const page = await lumos(["inspect", path]);
		expect(page.stdout).toMatch(new RegExp(`^Warnings\\n {2}${code} `, "m"));
	});

	test("a packed graph remembers it", async () => {
		const packed = join(folder, "damaged.lumos");
		await lumosJson("pack", join(folder, "cut.json"), "--out", packed);
		const { warnings } = await lumosJson<ReplayResult>("replay", packed);
		expect(warnings.map(({ code }) => code)).toContain("truncated");
		expectRefusal(await lumos(["replay", packed, "--strict"]), 2, /damaged\.lumos was packed from a damaged trace: /);
	});
});

describe("packed files", () => {
	const packed = join(folder, "good.lumos");
	let bytes: Buffer;
	beforeAll(async () => {
		await lumosJson("pack", fixture("dialects/rocm.json.gz"), "--out", packed);
		bytes = readFileSync(packed);
	});

	test.each([
		["of a newer version", () => withByte(8, 99), /byte 8: format 99 is newer than \d+, .*; update Lumos/],
		[
			"with a flipped byte",
			() => flipped(bytes, bytes.length >> 1),
			/byte \d+: section \w+ is damaged .*; pack it again/,
		],
		["with a flipped byte in the header", () => flipped(bytes, 30), /byte \d+: .*; pack it again/],
		["that is cut", () => bytes.subarray(0, 5000), /byte 5000: cut: 5000 of \d+ bytes are there; pack it again/],
		["cut in the header", () => bytes.subarray(0, 40), /byte 40: cut inside its header; pack it again/],
		["with something behind", () => Buffer.concat([bytes, bytes]), /byte \d+: \d+ bytes after its end/],
	])("%s", async (name, make, line) => {
		const path = file(`${name.replaceAll(" ", "-")}.lumos`, make());
		const runs = await Promise.all(["replay", "inspect"].map((command) => lumos([command, path])));
		for (const run of runs) expectRefusal(run, 2, line);
	});

	function withByte(at: number, value: number): Uint8Array {
		const copy = Uint8Array.from(bytes);
		copy[at] = value;
		return copy;
	}
});

describe.concurrent("--kernel-classes", () => {
	test.each([
		["is not there", join(folder, "no-classes.json"), /no-classes\.json: cannot be read \(ENOENT\)/],
		["is not JSON", file("k1.json", "{"), /k1\.json: not JSON .*; give \[\{ "pattern"/],
		["is no list", file("k2.json", "{}"), /k2\.json: not an array/],
		["has no pattern", file("k3.json", '[{"class": "compute"}]'), /k3\.json: entry 1 has no "pattern"/],
		[
			"has a bad pattern",
			file("k4.json", '[{"pattern": "(", "class": "compute"}]'),
			/entry 1 is no regular expression/,
		],
		[
			"has an unknown class",
			file("k5.json", '[{"pattern": "x", "class": "fun"}]'),
			/has class "fun"; give one of compute,/,
		],
	])("a file that %s", async (_, path, line) => {
		expectRefusal(await lumos(["replay", fixture("dialects/rocm.json.gz"), "--kernel-classes", path]), 2, line);
	});

	test("moves time from compute to communication", async () => {
		const path = file("classes.json", '[{"pattern": "^Cijk", "class": "communication"}]');
		const trace = fixture("dialects/rocm.json.gz");
		const [before, after] = await Promise.all([
			lumosJson<ReplayResult>("replay", trace),
			lumosJson<ReplayResult>("replay", trace, "--kernel-classes", path),
		]);
		const moved = before.steps[0]!.measured.exposedComputeMs - after.steps[0]!.measured.exposedComputeMs;
		expect(moved).toBeGreaterThan(0.1);
		expect(after.steps[0]!.measured.exposedCommMs - before.steps[0]!.measured.exposedCommMs).toBeCloseTo(moved, 6);
	});
});

test("every kind of failure has its code; only a bug asks to be reported", () => {
	const full = Object.assign(new Error("ENOSPC: no space"), { code: "ENOSPC" });
	expect(describeFailure(new UserError("a\n  b"))).toEqual({ code: 2, line: "lumos: a b" });
	expect(describeFailure(new EnvironmentError("a")).code).toBe(1);
	expect(describeFailure(full).code).toBe(1);
	expect(describeFailure(new RangeError("Array buffer allocation failed"))).toMatchObject({
		code: 1,
		line: expect.stringContaining("out of memory"),
	});
	expect(describeFailure(new TypeError("x is not a function"))).toMatchObject({
		code: 70,
		line: expect.stringMatching(/internal error: .*report it \(LUMOS_DEBUG=1/),
	});
});

test("LUMOS_DEBUG=1 shows where", async () => {
	const run = await lumos(["replay", join(folder, "missing.json")], { env: { LUMOS_DEBUG: "1" } });
	expect(run.code).toBe(2);
	expect(run.stderr).toMatch(/^lumos: .*\nUserError: .*\n {4}at /);
});
