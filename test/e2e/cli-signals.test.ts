/** Ends that nobody plans: Ctrl-C, kill, a reader of the pipe that goes away. */
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fixture, lumos, shell } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-signals");
const place = temporaryFolder("cli-signals-write");

/** A trace that takes many seconds to inflate, most of it blanks. */
const long = join(folder, "long.json.gz");
const blanks = gzipSync(Buffer.alloc(1 << 26, " "));
writeFileSync(long, Buffer.concat([gzipSync('{"traceEvents": ['), ...Array.from({ length: 400 }, () => blanks)]));

/** Resolves once the process has the file open; where the system does not tell, after a while. */
async function reading({ pid }: ChildProcess, path: string): Promise<void> {
	const descriptors = `/proc/${pid}/fd`;
	if (!existsSync(descriptors)) return setTimeout(5000);
	for (;;) {
		for (const name of readdirSync(descriptors)) {
			try {
				if (readlinkSync(join(descriptors, name)) === path) return;
			} catch {
				// Closed meanwhile.
			}
		}
		await setTimeout(20);
	}
}

describe.concurrent("a signal while a trace is read", () => {
	test.each([
		["SIGINT", 130],
		["SIGTERM", 143],
	] as const)("%s ends it with %i, silently, and nothing is written", async (signal, code) => {
		const out = join(folder, `made-${signal}`, "x.lumos");
		const { stderr, ...run } = await lumos(["pack", long, "--max-ratio", "1e9", "--out", out], {
			meanwhile: async (child) => {
				await reading(child, long);
				child.kill(signal);
			},
		});
		expect(run).toEqual({ code, signal: null, stdout: "" });
		// On a slow machine the progress may have shown.
		expect(stderr).toMatch(/^(Reading .*\n)*$/);
		expect(readdirSync(folder)).toEqual(["long.json.gz"]);
	});
});

test("a signal while a timeline is written leaves it whole or not there", async () => {
	const watcher = watch(place);
	const path = join(place, "x.json.gz");
	const { code } = await lumos(["replay", fixture("tp2pp2"), "--perfetto", path], {
		meanwhile: (child) => watcher.once("change", () => child.kill("SIGTERM")),
	});
	watcher.close();
	// The last byte may be written before the signal comes.
	expect([0, 143]).toContain(code);
	const left = readdirSync(place);
	expect(left.length === 0 || left.join() === "x.json.gz").toBe(true);
	for (const name of left)
		expect(() => JSON.parse(gunzipSync(readFileSync(join(place, name))).toString())).not.toThrow();
});

describe.concurrent("a reader that goes away", () => {
	test.each(["| head -1", "| true", "--json | true"])("%s ends it quietly", async (rest) => {
		const { code, stderr } = await shell(`lumos inspect "${fixture("dialects/rocm.json.gz")}" ${rest}; echo done >&2`);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "done\n" });
	});

	test("of stderr does not end it", async () => {
		const { code, stdout } = await shell(`lumos inspect "${fixture("dialects/rocm.json.gz")}" 2>&-`);
		expect(code).toBe(0);
		expect(stdout).toContain("Ranks");
	});
});
