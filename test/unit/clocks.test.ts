/** Clocks of several ranks: what is recovered of offsets and drifts, and what is done about ends that are far off. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realTraces } from "../../bench/accuracy.js";
import { alignClocks, clockLines } from "../../src/graph/comms/clocks.js";
import { matchComms } from "../../src/graph/comms/match.js";
import { MatchBuilder, type MatchColumns, MatchHow } from "../../src/graph/comms/match-columns.js";
import { type RankComms, rankComms } from "../../src/graph/comms/rank-comms.js";
import { alignDeviceClock } from "../../src/graph/device-clock.js";
import { KernelKinds } from "../../src/graph/kernel-kinds.js";
import { listTraces, readTrace } from "../../src/trace/index.js";
import { handComms } from "../support/hand-comms.js";
import { fixture } from "../support/run-cli.js";
import { SeededRandom } from "../support/seeded-random.js";

interface Clock {
	readonly aheadUs: number;
	readonly driftPpm?: number;
}

/**
 * Collectives of groups of ranks, in turn, one each 500 us.
 *
 * @param endUs when a rank ends the m-th of them, later than the others.
 */
function collectives(
	clocks: readonly Clock[],
	groups: readonly (readonly number[])[],
	count: number,
	endUs: (rank: number, m: number) => number,
): { readonly ranks: RankComms[]; readonly matches: MatchColumns } {
	const ops: { at: number; takes: number }[][] = clocks.map(() => []);
	const builder = new MatchBuilder();
	for (let m = 0; m < count; m++) {
		const group = groups[m % groups.length]!;
		for (const rank of group) {
			const end = 500 * m + 40 + endUs(rank, m);
			const { aheadUs, driftPpm = 0 } = clocks[rank]!;
			builder.member(rank, ops[rank]!.push({ at: end * (1 + driftPpm * 1e-6) + aheadUs - 40, takes: 40 }) - 1);
		}
		builder.close(MatchHow.order, group.length, false);
	}
	return { ranks: ops.map((of, rank) => handComms(rank, of, { worldSize: clocks.length })), matches: builder.finish() };
}

function noise(seed: number, us: number): () => number {
	const random = new SeededRandom(seed);
	return () => us * (random.next() + random.next() - 1);
}

const PAIRS = [
	[0, 1],
	[1, 2],
	[2, 3],
];

test("a chain of pairs: every clock against the first, though they share nothing with it", () => {
	const jitter = noise(1, 10);
	const { ranks, matches } = collectives(
		[{ aheadUs: 0 }, { aheadUs: 500 }, { aheadUs: -300 }, { aheadUs: 4 }],
		PAIRS,
		300,
		jitter,
	);
	const { offsetNs, aligned, driftPpm } = alignClocks(ranks, matches);
	[0, 500, -300, 4].forEach((us, r) => {
		expect(Math.abs(offsetNs[r]! / 1e3 - us)).toBeLessThan(3);
	});
	expect([...aligned]).toEqual([1, 1, 1, 1]);
	expect([...driftPpm]).toEqual([0, 0, 0, 0]);
});

test("a fifth of the ends far off moves no clock", () => {
	const jitter = noise(2, 2);
	const { ranks, matches } = collectives([{ aheadUs: 0 }, { aheadUs: 500 }], [[0, 1]], 200, (rank, m) =>
		rank === 1 && m % 5 === 0 ? 3000 : jitter(),
	);
	const { offsetNs, medianResidualNs } = alignClocks(ranks, matches);
	expect(Math.abs(offsetNs[1]! / 1e3 - 500)).toBeLessThan(2);
	expect(medianResidualNs).toBeLessThan(2000);
});

test("drift is found where it shows, and left at 0 where noise hides it", () => {
	const clocks = [{ aheadUs: 0 }, { aheadUs: 20, driftPpm: 40 }, { aheadUs: 0 }, { aheadUs: 0, driftPpm: -60 }];
	const exact = collectives(clocks, PAIRS, 600, noise(3, 4));
	const found = alignClocks(exact.ranks, exact.matches);
	[0, 40, 0, -60].forEach((ppm, r) => {
		expect(Math.abs(found.driftPpm[r]! - ppm)).toBeLessThan(10);
	});
	const lines = clockLines(exact.ranks, found);
	// At the last end all agree again.
	for (const [r, { scale, shiftNs }] of lines.entries()) {
		const last = 500 * 599 * (1 + (clocks[r]!.driftPpm ?? 0) * 1e-6) + clocks[r]!.aheadUs;
		expect(
			Math.abs(scale * 1e3 * last + shiftNs - (lines[0]!.scale * 1e3 * 500 * 599 + lines[0]!.shiftNs)),
		).toBeLessThan(4000);
	}
	const blurred = collectives(clocks, PAIRS, 60, noise(4, 400));
	expect([...alignClocks(blurred.ranks, blurred.matches).driftPpm]).toEqual([0, 0, 0, 0]);
});

test("ranks that share nothing with the others keep their clock and are named", () => {
	const { ranks, matches } = collectives([{ aheadUs: 0 }, { aheadUs: 100 }, { aheadUs: 7 }], [[0, 1]], 20, () => 0);
	const { offsetNs, aligned, residualNs, component } = alignClocks(ranks, matches);
	expect([...aligned]).toEqual([1, 1, 0]);
	expect([...component]).toEqual([0, 0, 2]);
	expect(offsetNs[1]).toBeCloseTo(100_000);
	expect(offsetNs[2]).toBe(0);
	expect(residualNs[2]).toBeNaN();
});

test("bases of traces a day apart do not cost precision", () => {
	const ops = Array.from({ length: 20 }, (_, m) => ({ at: 500 * m, takes: 40 }));
	const day = 86_400_000_000_000n;
	const ranks = [
		handComms(0, ops, { baseNs: 1_700_000_000_000_000_000n }),
		handComms(1, ops, { baseNs: 1_700_000_000_000_000_000n + day }),
	];
	const { clocks, count } = matchComms(ranks);
	expect(count).toBe(20);
	expect(clocks.offsetNs[1]).toBe(Number(day));
});

async function tablesOf(folder: string): Promise<RankComms[]> {
	const tables: RankComms[] = [];
	for (const path of await listTraces([folder])) {
		const { trace, calls } = alignDeviceClock(await readTrace(path));
		tables.push(rankComms(trace, calls, new KernelKinds(trace.strings)));
	}
	return tables.sort((a, b) => a.rank - b.rank);
}

/** The same trace, recorded by a clock that is ahead. */
const shifted = (comms: RankComms, aheadNs: number): RankComms => ({
	...comms,
	startNs: comms.startNs.map((ns) => ns + aheadNs),
	endNs: comms.endNs.map((ns) => ns + aheadNs),
});

describe("an emulated job", async () => {
	const recorded = await tablesOf(fixture("tp2pp2"));
	const whole = matchComms(recorded);

	test("500 us of skew are recovered to within 5 us, and nothing else changes", () => {
		const aheadNs = [0, 500_000, -500_000, 321_000];
		const { clocks, count, unmatched } = matchComms(recorded.map((comms, r) => shifted(comms, aheadNs[r]!)));
		expect(count).toBe(whole.count);
		expect(unmatched).toEqual([]);
		for (const [r, ns] of aheadNs.entries()) {
			expect(Math.abs(clocks.offsetNs[r]! - ns - whole.clocks.offsetNs[r]!)).toBeLessThan(100);
			expect(Math.abs(clocks.offsetNs[r]! - ns)).toBeLessThan(5000);
		}
	});
});

const nanogpt = join(realTraces, "nanogpt-8xh100");

describe("eight H100 that train together", () => {
	if (!existsSync(nanogpt)) {
		test("are not beside the repository", ({ skip }) => skip("no ../shared/traces here"));
		return;
	}

	test("ends agree within 20 us, all that all ranks recorded is matched, and skew changes neither", async () => {
		const recorded = await tablesOf(nanogpt);
		const { clocks, count, unmatched } = matchComms(recorded);
		expect(count).toBe(76);
		expect(unmatched).toEqual([{ reason: "not-captured", group: "[0, 1, 2, 3, 4, 5, 6, 7]", count: 29 }]);
		expect(clocks.medianResidualNs).toBeLessThan(20_000);
		const aheadNs = recorded.map((_, r) => 500_000 * Math.sin(r));
		const skewed = matchComms(recorded.map((comms, r) => shifted(comms, aheadNs[r]!)));
		expect(skewed.count).toBe(76);
		for (const [r, ns] of aheadNs.entries())
			expect(Math.abs(skewed.clocks.offsetNs[r]! - ns - clocks.offsetNs[r]!)).toBeLessThan(5000);
	});

	test("without any metadata all but few are matched the same way", async () => {
		const recorded = await tablesOf(nanogpt);
		const silent = recorded.map((comms) => ({
			...comms,
			collective: comms.collective.map(() => 0),
			groupName: comms.groupName.map(() => 0),
			groupRanks: comms.groupRanks.map(() => 0),
		}));
		const { count, offset } = matchComms(silent);
		expect(count).toBe(76);
		expect([...offset].every((at) => at % 8 === 0)).toBe(true);
	});
});
