/** `lumos sweep` as a user runs it: the same bytes however the work is shared out, and every mistake in one line. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { SweepResult } from "../../src/report/sweep-result.js";
import { expectRefusedHere } from "../support/refused-here.js";
import { expectRefusal, lumos, lumosJson, type RunOptions } from "../support/run-cli.js";
import { SMALL_MODEL } from "../support/small-sweep.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-sweep");
const model = join(folder, "small.yaml");
const grid = join(folder, "grid.yaml");
writeFileSync(model, JSON.stringify(SMALL_MODEL));
writeFileSync(
	grid,
	"# narrower than the default\nrecompute: [none, full]\nvirtual_pipeline_size: [1, 2]\nmicro_batch_size: [1, 2, 4]\nsequence_parallel: false\n",
);

const job = ["--model", model, "--hardware", "h100-sxm", "--gpus", "4", "--global-batch-size", "32", "--grid", grid];
const place = (name: string): string => join(folder, name);

interface Output {
	/** Without its timing. */
	readonly json: string;
	readonly table: string;
}

/** What a command says and writes. */
async function outputs(args: readonly string[], name: string, goesOn = false): Promise<Output> {
	const csv = place(`${name}.csv`);
	const run = await lumos([...args, "--out", csv, "--explain", "3", "--json"]);
	expect(run.code).toBe(0);
	expect(run.stderr).toMatch(goesOn ? /^Going on with [1-9]\d* results of .*\n$/ : /^$/);
	const { timing, ...rest } = JSON.parse(run.stdout) as SweepResult;
	expect(timing.totalMs).toBeGreaterThan(0);
	return { json: JSON.stringify(rest), table: readFileSync(csv, "utf8") };
}

let whole: Output;
beforeAll(async () => {
	whole = await outputs(["sweep", ...job, "--workers", "1"], "one");
});

describe.concurrent("the same bytes", () => {
	test("from two workers", async () => {
		expect(await outputs(["sweep", ...job, "--workers", "2"], "two")).toEqual(whole);
		expect(readdirSync(folder).filter((name) => name.endsWith("two.csv.journal"))).toEqual([]);
	});

	test("from three shards that are merged, one of them named by Slurm and one by Kubernetes", async () => {
		const journal = place("shards");
		const run = (args: readonly string[], env: RunOptions["env"] = {}) =>
			lumos(["sweep", ...job, "--journal", journal, "--workers", "1", ...args], { env: env ?? {} });
		const slurm = { SLURM_ARRAY_TASK_ID: "8", SLURM_ARRAY_TASK_MIN: "7", SLURM_ARRAY_TASK_COUNT: "3" };
		const [first, second] = await Promise.all([run(["--shard", "0/3"]), run([], slurm)]);
		expect([first!.code, second!.code]).toEqual([0, 0]);
		await expectRefusedHere(["sweep", "merge", journal], /shard-2-of-3\.journal is missing/);
		expect(await run(["--shards", "3"], { JOB_COMPLETION_INDEX: "2" })).toMatchObject({ code: 0 });
		expect(await outputs(["sweep", "merge", journal], "merged")).toEqual(whole);

		// A journal answers other questions, too, but not for another sweep.
		const front = await lumosJson<SweepResult>(
			...["sweep", "merge", journal, "--objective", "iteration-time,memory-headroom", "--top", "100"],
		);
		expect(front.best.length).toBe(front.ranked);
		for (let i = 1; i < front.best.length; i++) {
			expect(front.best[i]!.iterationMs).toBeGreaterThan(front.best[i - 1]!.iterationMs);
			expect(front.best[i]!.memoryHeadroomGb).toBeGreaterThan(front.best[i - 1]!.memoryHeadroomGb);
		}
		const again = ["sweep", ...job, "--journal", journal, "--shard", "0/3", "--resume"];
		await expectRefusedHere([...again, "--tp", "2"], /journal of another sweep than this one: grid differs/);
		await expectRefusedHere([...again, "--network", "roce-100g-x1"], /hardware differs/);
	});

	test("from a run that was killed and went on", async () => {
		const journal = place("killed");
		const args = ["sweep", ...job, "--journal", journal, "--workers", "1"];
		const killed = await lumos([...args, "--out", place("killed.csv")], {
			meanwhile: (child) => whenJournalled(child, journal, "SIGKILL"),
		});
		expect(killed).toMatchObject({ code: null, signal: "SIGKILL" });
		await expectRefusedHere(args, /has \d+ results of this sweep already; give --resume/);
		expect(await outputs([...args, "--resume"], "resumed", true)).toEqual(whole);
	});

	test("from a run that was interrupted, and which showed what it had", async () => {
		const journal = place("interrupted");
		const args = ["sweep", ...job, "--journal", journal, "--workers", "1", "--json"];
		const run = await lumos([...args, "--out", place("interrupted.csv")], {
			meanwhile: (child) => whenJournalled(child, journal, "SIGINT"),
		});
		expect(run.code).toBe(130);
		const { space, best, warnings } = JSON.parse(run.stdout) as SweepResult;
		expect(space.missing).toBeGreaterThan(0);
		expect(best.length).toBeGreaterThan(0);
		expect(warnings.map(({ code }) => code)).toContain("incomplete");
		expect(await outputs([...args, "--resume"], "continued", true)).toEqual(whole);
	});
});

/** Sends the signal once the journal has a result. */
async function whenJournalled(child: ChildProcess, journal: string, signal: NodeJS.Signals): Promise<void> {
	while (child.exitCode === null) {
		const [name] = existsSync(journal) ? readdirSync(journal) : [];
		if (name !== undefined && readFileSync(join(journal, name), "utf8").split("\n").length > 3) break;
		await setTimeout(5);
	}
	child.kill(signal);
}

describe.concurrent("a sweep", () => {
	test("ranks, explains and counts", () => {
		const { space, best, explanations, axes } = JSON.parse(whole.json) as SweepResult;
		const { total, invalid, outOfMemory, simulated, failed, missing } = space;
		const pruned = Object.values(space.pruned).reduce((sum, n) => sum + n, 0);
		expect(total).toBe(Object.values(axes).reduce((all, some) => all * some.length, 1));
		expect(invalid + pruned + outOfMemory + simulated + failed + missing).toBe(total);
		expect(best.map(({ rank }) => rank)).toEqual(best.map((_, i) => i + 1));
		const times = best.map(({ iterationMs }) => iterationMs);
		expect(times).toEqual(times.toSorted((a, b) => a - b));
		for (const { slowerMs, computeMs, exposedCommMs, bubbleMs, rank } of explanations) {
			expect(computeMs + exposedCommMs + bubbleMs).toBeCloseTo(slowerMs, 6);
			expect(slowerMs).toBeCloseTo(times[rank! - 1]! - times[0]!, 9);
		}
		expect(whole.table.split("\n").length).toBe(simulated + 2);
		expect(new Set(Object.values(axes.recompute!))).toEqual(new Set(["none", "full"]));
	});

	test("finds with --prune what it finds without", async () => {
		const run = await lumos(["sweep", ...job, "--prune", "--top", "3", "--json"]);
		const { best, space } = JSON.parse(run.stdout) as SweepResult;
		const full = JSON.parse(whole.json) as SweepResult;
		expect(best).toEqual(full.best.slice(0, 3));
		expect(space.missing).toBe(0);
	});

	test("of a family names the largest member that is fast enough", async () => {
		const family = place("family.yaml");
		writeFileSync(family, "num_layers: [4, 8]\nhidden_size: [512, 1024]\nrecompute: none\nvirtual_pipeline_size: 1\n");
		const args = [...job.map((arg) => (arg === grid ? family : arg)), "--journal", place("family")];
		const all = await lumosJson<SweepResult>("sweep", ...args, "--target-ms", "1e9");
		const sizes = all.family!.front.map(({ parameters }) => parameters);
		expect(all.family!.largest!.parameters).toBe(Math.max(...sizes));
		const limit = all.family!.front.at(-2)!.iterationMs;
		const merge = ["sweep", "merge", place("family")];
		const { family: found } = await lumosJson<SweepResult>(...merge, "--target-ms", String(limit));
		expect(found!.largest!.parameters).toBe(sizes.at(-2));
		expect(found!.largest!.parameters).toBeLessThan(Math.max(...sizes));
		const none = await lumos([...merge, "--target-ms", "0.001"]);
		expect(none.stdout).toMatch(/None meets 1\.00 us; the fastest has/);
	});
});

describe("is refused in one line:", () => {
	test("a model that fits nowhere", async () => {
		const line = /no configuration of small on 4 GPUs fits the 80 GB.*the nearest, TP .* give more GPUs/;
		expectRefusal(await lumos(["sweep", ...job, "--hidden-size", "65536"]), 2, line);
	});

	test.each([
		["a shard without a folder", ["--shard", "0/2"], /shard 0 of 2 needs --journal/],
		[
			"a table of one shard",
			["--shard", "0/2", "--journal", place("j"), "--out", place("x.csv")],
			/lumos sweep merge writes the table of all/,
		],
		["pruning by what a time does not bound", ["--prune", "--objective", "energy"], /--prune bounds times/],
	] as const)("%s", async (_, args, line) => {
		await expectRefusedHere(["sweep", ...job, ...args], line);
	});

	test("a folder without journals", async () => {
		mkdirSync(place("nothing"));
		await expectRefusedHere(["sweep", "merge", place("nothing")], /holds no journal of a sweep/);
		await expectRefusedHere(["sweep", "merge", place("nowhere")], /no such folder/);
	});
});
