/**
 * The whole program against the truth of the emulated jobs, which no profiler and no reader had a hand in. Within 0.1 %
 * for times that are simulated; to the nanosecond for times that are only read.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../tools/source-files.js";

const parts = ["exposedCompute", "exposedComm", "overlapped", "other"] as const;
type Times<Unit extends string> = Readonly<Record<`${(typeof parts)[number]}${Unit}`, number>>;

interface Collective {
	readonly name: string;
	readonly count: number;
	readonly wireNs: number;
	readonly waitNs: number;
}

interface Truth {
	readonly steps: readonly {
		readonly step: number;
		readonly iterationNs: number;
		readonly ranks: readonly (Times<"Ns"> & {
			readonly rank: number;
			readonly durationNs: number;
			readonly collectives: readonly Collective[];
		})[];
	}[];
}

interface Replay {
	readonly steps: readonly {
		readonly rank: number;
		readonly step: number;
		readonly measuredMs: number;
		readonly replayedMs: number;
		readonly measured: Times<"Ms">;
		readonly replayed: Times<"Ms">;
	}[];
	readonly iteration: { readonly measuredMs: number; readonly replayedMs: number };
	readonly collectives: readonly {
		readonly name: string;
		readonly count: number;
		readonly wireMs: number;
		readonly waitMs: number;
	}[];
}

describe.each(["tp2pp2", "dialects/dp2-no-sync-events"])("%s", (fixture) => {
	const folder = join(packageRoot, "fixtures", fixture);
	const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as Truth;
	const output = execFileSync(process.execPath, ["dist/cli/main.js", "replay", folder, "--json"], {
		cwd: packageRoot,
		stdio: ["ignore", "pipe", "ignore"],
	});
	const replay = JSON.parse(output.toString()) as Replay;
	const stepOf = (rank: number, step: number): Replay["steps"][number] =>
		replay.steps.find((one) => one.rank === rank && one.step === step)!;

	test("every step of every rank takes as long as it truly took", () => {
		expect(replay.steps).toHaveLength(truth.steps.length * truth.steps[0]!.ranks.length);
		for (const { step, ranks } of truth.steps) {
			for (const { rank, durationNs } of ranks) {
				const { measuredMs, replayedMs } = stepOf(rank, step);
				expect(measuredMs).toBeCloseTo(durationNs / 1e6, 6);
				expect(Math.abs(replayedMs / measuredMs - 1)).toBeLessThan(0.001);
			}
		}
		expect(replay.iteration.measuredMs).toBeCloseTo(truth.steps.at(-1)!.iterationNs / 1e6, 6);
	});

	test("the breakdown is the true one", () => {
		for (const { step, ranks } of truth.steps) {
			for (const row of ranks) {
				const { measured, replayed, measuredMs } = stepOf(row.rank, step);
				for (const part of parts) {
					expect(measured[`${part}Ms`], part).toBeCloseTo(row[`${part}Ns`] / 1e6, 5);
					expect(Math.abs(replayed[`${part}Ms`] - row[`${part}Ns`] / 1e6), part).toBeLessThan(0.002 * measuredMs);
				}
			}
		}
	});

	test("the time on the wire and the waiting for peers are told apart", () => {
		const rows = truth.steps.flatMap(({ ranks }) => ranks.flatMap(({ collectives }) => collectives));
		const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
		expect(sum(replay.collectives.map(({ count }) => count))).toBe(sum(rows.map(({ count }) => count)));
		const wireMs = sum(rows.map(({ wireNs }) => wireNs)) / 1e6;
		const waitMs = sum(rows.map(({ waitNs }) => waitNs)) / 1e6;
		expect(Math.abs(sum(replay.collectives.map((row) => row.wireMs)) / wireMs - 1)).toBeLessThan(0.01);
		// The members of a collective see its end up to a microsecond apart.
		const toleranceMs = 0.02 * waitMs + 0.001 * sum(rows.map(({ count }) => count));
		expect(Math.abs(sum(replay.collectives.map((row) => row.waitMs)) - waitMs)).toBeLessThan(toleranceMs);
	});
});
