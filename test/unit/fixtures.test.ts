import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fixtureFiles } from "../../fixtures/generate/fixtures.js";
import { packageRoot, sourceFiles } from "../../tools/source-files.js";

interface Event {
	readonly ph: string;
	readonly cat?: string;
	readonly name: string;
	readonly pid: number;
	readonly tid: number;
	readonly ts: number;
	readonly dur: number;
	readonly args: Readonly<Record<string, unknown>>;
}

interface Truth {
	readonly steps: readonly {
		readonly step: number;
		readonly iterationNs: number;
		readonly ranks: readonly Readonly<Record<string, number>>[];
	}[];
}

function read(path: string): string {
	const bytes = readFileSync(join(packageRoot, "fixtures", path));
	return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

const generated = new Map(fixtureFiles());

test("the committed fixtures are what the generator writes", () => {
	const committed = sourceFiles(["fixtures"], [".json", ".json.gz"]).map((path) => path.slice("fixtures/".length));
	expect(committed).toEqual([...generated.keys()].sort());
	for (const [path, text] of generated) expect(read(path) === text, `${path}: run npm run fixtures`).toBe(true);
});

test("the generator imports nothing of Lumos but the emulator", () => {
	for (const path of sourceFiles(["fixtures/generate"], [".ts"])) {
		expect(readFileSync(join(packageRoot, path), "utf8"), path).not.toMatch(/from "\.\.\/(?!\.\.\/src\/synth\/)/);
	}
});

describe.each(["tp2pp2", "dialects/dp2-no-sync-events"])("%s", (folder) => {
	const truth = JSON.parse(generated.get(`${folder}/truth.json`)!) as Truth;
	const ranks = truth.steps[0]!.ranks.map(
		(_, rank) => (JSON.parse(generated.get(`${folder}/rank${rank}.json.gz`)!) as { traceEvents: Event[] }).traceEvents,
	);
	const deviceWork = (events: readonly Event[]): Event[] =>
		events.filter(({ ph, cat = "" }) => ph === "X" && ["kernel", "gpu_memcpy", "gpu_memset"].includes(cat));

	test("no work starts before its launch, or before its stream is free", () => {
		for (const events of ranks) {
			const calls = events.filter(({ cat }) => cat === "cuda_runtime");
			const launches = new Map(calls.map((call) => [call.args.correlation, call.ts]));
			const freeAt = new Map<number, number>();
			const work = deviceWork(events).sort((a, b) => a.ts - b.ts);
			expect(work.length).toBeGreaterThan(100);
			for (const { ts, dur, tid, args } of work) {
				expect(ts - launches.get(args.correlation)!).toBeGreaterThan(2.5);
				expect(ts).toBeGreaterThanOrEqual(freeAt.get(tid) ?? 0);
				freeAt.set(tid, ts + dur);
			}
		}
	});

	test("the members of a collective overlap, and end within a microsecond of each other", () => {
		const meetings = new Map<string, Event[]>();
		for (const events of ranks.map(deviceWork)) {
			// Transfers have no number. Pipelines of two stages: the n-th of one rank is the n-th of its peer.
			let transfers = 0;
			for (const event of events) {
				const { "Process Group Name": group, "Process Group Ranks": members, Seq: sequence } = event.args;
				if (group === undefined) continue;
				const key = `${group} ${members} ${sequence ?? `transfer ${transfers++}`}`;
				meetings.set(key, [...(meetings.get(key) ?? []), event]);
			}
		}
		expect(meetings.size).toBeGreaterThan(0);
		for (const [key, events] of meetings) {
			expect(events.length, key).toBe(
				(JSON.parse(key.slice(key.indexOf("["), key.indexOf("]") + 1)) as number[]).length,
			);
			const ends = events.map(({ ts, dur }) => ts + dur);
			expect(Math.max(...ends) - Math.min(...ends), key).toBeLessThanOrEqual(1.001);
			expect(Math.max(...events.map(({ ts }) => ts)), key).toBeLessThan(Math.min(...ends));
		}
	});

	test("the truth agrees with the written steps and adds up", () => {
		for (const { step, iterationNs, ranks: rows } of truth.steps) {
			expect(iterationNs).toBe(Math.max(...rows.map((row) => row.durationNs!)));
			for (const [rank, row] of rows.entries()) {
				const range = ranks[rank]!.find(
					({ cat, name }) => cat === "user_annotation" && name === `ProfilerStep#${step}`,
				);
				expect(row.durationNs).toBe(Math.round(range!.dur * 1000));
				const parts = row.exposedComputeNs! + row.exposedCommNs! + row.overlappedNs! + row.otherNs!;
				expect(parts).toBe(row.durationNs);
			}
		}
	});
});

test("gradient reduction overlaps the backward pass where there is data parallelism", () => {
	const truth = JSON.parse(generated.get("dialects/dp2-no-sync-events/truth.json")!) as Truth;
	for (const row of truth.steps.flatMap(({ ranks }) => ranks)) expect(row.overlappedNs).toBeGreaterThan(0);
});
