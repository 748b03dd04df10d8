/** Clocks that are off: found from the traces alone, and taken off before anything is replayed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { InspectResult } from "../../src/report/inspect-result.js";
import type { ReplayResult } from "../../src/report/replay-result.js";
import { fixture, lumos, lumosJson } from "../support/run-cli.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface Truth {
	readonly clocks: readonly { readonly rank: number; readonly offsetNs: number; readonly driftPpm: number }[];
	readonly steps: readonly { readonly step: number; readonly ranks: readonly { rank: number; durationNs: number }[] }[];
}

const job = join(temporaryFolder("cli-clocks"), "job");
let truth: Truth;

beforeAll(async () => {
	const size = ["--num-layers", "2", "--tp", "2", "--pp", "2", "--dp", "2", "--num-micro-batches", "2", "--steps", "2"];
	const clocks = ["--clock-skew", "500", "--straggler", "3=1.2", "--no-sync-events"];
	const run = await lumos(["synth", "--out", job, ...size, ...clocks]);
	expect(run.code).toBe(0);
	truth = JSON.parse(readFileSync(join(job, "truth.json"), "utf8")) as Truth;
});

describe("clocks that are up to 500 us off", () => {
	test("are found to within 5 us", async () => {
		const { clocks, warnings } = await lumosJson<InspectResult>("inspect", job);
		expect(warnings).toEqual([]);
		expect(clocks!.ranks.map(({ rank }) => rank)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		const first = truth.clocks[0]!.offsetNs;
		const wide = Math.max(...truth.clocks.map(({ offsetNs }) => Math.abs(offsetNs - first)));
		expect(wide).toBeGreaterThan(100_000);
		for (const { rank, offsetUs, aligned } of clocks!.ranks) {
			expect(Math.abs(offsetUs - (truth.clocks[rank]!.offsetNs - first) / 1000)).toBeLessThan(5);
			expect(aligned).toBe(true);
		}
	});

	test("do not show in the replay, and the straggler does", async () => {
		const { steps, stragglers } = await lumosJson<ReplayResult>("replay", job);
		for (const { rank, step, replayedMs } of steps) {
			const true_ = truth.steps.find((one) => one.step === step)!.ranks[rank]!;
			expect(Math.abs((replayedMs * 1e6) / true_.durationNs - 1)).toBeLessThan(0.01);
		}
		expect(stragglers[0]!.rank).toBe(3);
	});
});

test("one rank has no clock to compare with", async () => {
	const { clocks } = await lumosJson<InspectResult>("inspect", fixture("dialects/rocm.json.gz"));
	expect(clocks).toBeNull();
});
