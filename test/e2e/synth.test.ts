/** `lumos synth` as a user runs it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { InspectResult } from "../../src/report/inspect-result.js";
import type { SynthResult } from "../../src/report/synth-result.js";
import { packageRoot } from "../../tools/source-files.js";
import { expectRefusal, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("synth");
const small = ["--num-layers", "2", "--hidden-size", "512", "--num-attention-heads", "4", "--seq-length", "256"];
const shape = ["--tp", "2", "--pipeline-model-parallel-size", "2", "--num-micro-batches", "3"];

function textsOf(path: string): Map<string, string> {
	const names = readdirSync(path).sort();
	return new Map(
		names.map((name) => {
			const bytes = readFileSync(join(path, name));
			return [name, (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()];
		}),
	);
}

test("writes a trace a rank and the truth; one worker or two, the text is the same", async () => {
	const [one, two] = [join(folder, "made/one"), join(folder, "two")];
	const noisy = [...small, ...shape, "--dp", "2", "--clock-skew", "300", "--straggler", "1=1.2", "--steps", "2"];
	const result = await lumosJson<SynthResult>("synth", "--out", one, ...noisy, "--workers", "1");
	await lumosJson("synth", "--out", two, ...noisy, "--workers", "2");
	const texts = textsOf(one);
	expect([...texts.keys()]).toEqual([...Array.from({ length: 8 }, (_, rank) => `rank${rank}.json.gz`), "truth.json"]);
	expect(textsOf(two)).toEqual(texts);

	const published = readFileSync(join(packageRoot, "docs/schema/lumos.synth.1.schema.json"), "utf8");
	const schema = z.fromJSONSchema(JSON.parse(published) as Parameters<typeof z.fromJSONSchema>[0]);
	expect(schema.safeParse(result).error).toBeUndefined();
	const { config, source, steps } = result;
	expect(config).toMatchObject({
		tensorParallel: 2,
		pipelineParallel: 2,
		dataParallel: 2,
		ffn: 2048,
		clockSkewUs: 300,
	});
	const traces = [...texts].filter(([name]) => name !== "truth.json").map(([, text]) => text);
	expect(source).toMatchObject({ files: 8, ranks: 8, worldSize: 8 });
	expect(source.bytes).toBe(traces.reduce((sum, text) => sum + text.length, 0));
	expect(source.events).toBe(
		traces.reduce((sum, text) => sum + (JSON.parse(text) as { traceEvents: unknown[] }).traceEvents.length, 0),
	);
	const truth = JSON.parse(texts.get("truth.json")!) as { config: unknown; steps: { iterationNs: number }[] };
	expect(truth.config).toEqual(config);
	expect(steps.map(({ iterationMs }) => iterationMs)).toEqual(truth.steps.map(({ iterationNs }) => iterationNs / 1e6));

	const { job } = await lumosJson<InspectResult>("inspect", one);
	const found = Object.fromEntries(Object.entries(job).map(([name, { value }]) => [name, value]));
	expect(found).toMatchObject({ tensorParallel: 2, pipelineParallel: 2, dataParallel: 2, layers: 2, microBatches: 3 });
});

test("a model by name, some of its ranks, a global batch; for people", async () => {
	const out = join(folder, "named");
	const batch = [
		"--global-batch-size",
		"4",
		"--data-parallel-size",
		"2",
		"--tensor-model-parallel-size",
		"8",
		"--pp",
		"4",
	];
	const { code, stdout } = await lumos(["synth", "--out", out, "--model", "gpt3-15b", ...batch, "--ranks", "0,17-18"]);
	expect(code).toBe(0);
	expect(stdout).toMatch(
		/^Synthesised {2}.*named {2}3 ranks of 64, [\d,]+ events\n +TP 8 x PP 4 x DP 2, 48 layers of 6,144, 2 micro-batches, 1f1b\n/,
	);
	expect(readdirSync(out).sort()).toEqual(["rank0.json.gz", "rank17.json.gz", "rank18.json.gz", "truth.json"]);
	const truth = JSON.parse(readFileSync(join(out, "truth.json"), "utf8")) as { steps: { ranks: unknown[] }[] };
	expect(truth.steps[0]!.ranks).toHaveLength(64);
});

test("a folder with other traces is left alone; an earlier run is replaced as a whole when asked", async () => {
	const out = join(folder, "taken");
	await lumosJson("synth", "--out", out, ...small, "--tp", "4");
	const before = textsOf(out);
	expectRefusal(await lumos(["synth", "--out", out, ...small]), 2, /holds rank0\.json\.gz of another run.*--force/);
	expect(textsOf(out)).toEqual(before);
	await lumosJson("synth", "--out", out, ...small, "--tp", "2", "--force");
	expect(readdirSync(out).sort()).toEqual(["rank0.json.gz", "rank1.json.gz", "truth.json"]);
	writeFileSync(join(out, "mine.json"), "[]");
	expectRefusal(
		await lumos(["synth", "--out", out, ...small, "--force"]),
		2,
		/holds mine\.json, which lumos synth has not/,
	);
});

describe.concurrent("one line for what cannot be, and nothing is made", () => {
	const out = join(folder, "never");
	test.each([
		[["--pp", "3"], /--num-layers 4 do not divide into 3 stages; nearest: 3\n/],
		[["--ranks", "1"], /--ranks 1: ranks are 0 to 0/],
		[["--model", "gpt5"], /choose one of gpt3-15b,/],
	])("%j", async (args, line) => {
		expectRefusal(await lumos(["synth", "--out", out, ...args]), 2, line);
		expect(existsSync(out)).toBe(false);
	});

	test("a file where the folder should be", async () => {
		const file = join(folder, "file");
		writeFileSync(file, "");
		expectRefusal(await lumos(["synth", "--out", file]), 2, /file is no folder; choose another place/);
	});
});

test("a signal while traces are written leaves nothing behind", async () => {
	const out = join(folder, "killed");
	mkdirSync(out);
	const watcher = watch(out);
	const large = ["--num-layers", "64", "--num-micro-batches", "32", "--pp", "8"];
	const { code } = await lumos(["synth", "--out", out, ...large], {
		meanwhile: (child) => watcher.once("change", () => child.kill("SIGTERM")),
	});
	watcher.close();
	expect(code).toBe(143);
	expect(readdirSync(out)).toEqual([]);
});

test("a full disk is said in one line, and nothing is kept", async ({ skip }) => {
	const disk = join(folder, "disk");
	mkdirSync(disk);
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
	} catch {
		skip("file systems cannot be mounted here");
	}
	try {
		const run = await lumos(["synth", "--out", join(disk, "set"), "--tp", "2"]);
		expectRefusal(run, 1, /rank\d\.json\.gz: no space left on the device; nothing was kept/);
		expect(readdirSync(disk)).toEqual([]);
	} finally {
		execFileSync("umount", [disk]);
	}
});
