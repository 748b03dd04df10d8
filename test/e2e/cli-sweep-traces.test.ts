/** `lumos sweep TRACES`: the same bytes from traces and from the packed run, from two workers and from shards of one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SweepResult } from "../../src/report/sweep-result.js";
import { fixture, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("cli-sweep-traces");
const place = (name: string): string => join(folder, name);
const traces = fixture("tp2pp2");
const packed = place("job.lumos");
writeFileSync(
	place("grid.yaml"),
	[
		"tensor_model_parallel_size: [1, 2]",
		"pipeline_model_parallel_size: [1, 2]",
		"micro_batch_size: 1",
		"recompute: none",
		"virtual_pipeline_size: 1",
		"use_distributed_optimizer: false",
		"sequence_parallel: false",
		"context_parallel_size: [1, 2]",
	].join("\n"),
);
const job = ["--gpus", "4", "--grid", place("grid.yaml")];

/** What a run says, but for its timing, and what it writes. */
async function outputs(args: readonly string[], name: string) {
	const { timing: _, ...rest } = await lumosJson<SweepResult>("sweep", ...args, "--out", place(name));
	return { rest, table: readFileSync(place(name), "utf8") };
}

test("the same bytes, however the work is shared out and wherever the run is read from", async () => {
	expect(await lumos(["pack", traces, "--out", packed])).toMatchObject({ code: 0 });
	const shard = (run: string, part: string) =>
		lumos(["sweep", run, ...job, "--shard", part, "--journal", place("shards"), "--workers", "1"]);
	const [whole, first, second] = await Promise.all([
		outputs([traces, ...job, "--workers", "2"], "whole.csv"),
		shard(packed, "0/2"),
		shard(traces, "1/2"),
	]);
	expect([first.code, second.code]).toEqual([0, 0]);
	expect(await outputs(["merge", place("shards")], "merged.csv")).toEqual(whole);

	const { base, space, best } = whole.rest;
	expect(base.source).toBe("traces");
	expect(base.config!.parallel.tensorModelParallelSize).toBe(2);
	expect(Math.abs(base.identity!.errorPct)).toBeLessThan(0.5);
	expect(space.invalidReasons["--context-parallel-size cannot be changed from these traces"]).toBeGreaterThan(0);
	expect(space.simulated).toBe(best.length);
	for (const { restsOn } of best) {
		const { measuredShare, scaledShare, modelledShare } = restsOn!;
		expect(measuredShare + scaledShare + modelledShare).toBeCloseTo(1, 9);
	}
	expect(whole.table.split("\n")[0]).toMatch(/,measured_share,scaled_share,modelled_share$/);
	expect(first.stdout).toMatch(/^Check {2}the traced run, TP 2 PP 2 DP 1 1f1b: replay [\d.]+ ms/);
	expect(first.stdout).toMatch(/the first one rests on measured time for [\d.]+ %/);
});
