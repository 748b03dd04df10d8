/** Matching on made-up jobs of which it is known what belongs together. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchComms } from "../../src/graph/comms/match.js";
import { type Job, type JobOptions, randomJob, score } from "../support/random-job.js";

const SEEDS = [1, 2, 3];

interface Total {
	whole: number;
	right: number;
	wrong: number;
	/** The most that any clock is off, ns. */
	offNs: number;
}

function total(options: Omit<JobOptions, "seed">): Total {
	const sum = { whole: 0, right: 0, wrong: 0, offNs: 0 };
	for (const seed of SEEDS) {
		const job = randomJob({ ...options, seed });
		const matches = matchComms(job.ranks);
		const { whole, right, wrong } = score(job, matches);
		sum.whole += whole;
		sum.right += right;
		sum.wrong += wrong;
		const off = job.offsetNs.map((offset, r) => {
			const then = offset + job.driftPpm[r]! * 1e-6 * matches.clocks.atNs;
			return Math.abs(matches.clocks.offsetNs[r]! - then);
		});
		sum.offNs = Math.max(sum.offNs, ...off);
	}
	return sum;
}

const skewUs = 500;

describe("where the group is recorded, everything is matched and nothing wrongly", () => {
	test.each<[string, Omit<JobOptions, "seed">]>([
		["with sequence numbers", { skewUs }],
		["by order alone", { skewUs, metadata: "no-seq" }],
		["captures that begin at different moments", { skewUs, metadata: "no-seq", lateStart: 0.8 }],
		["a first step without metadata", { skewUs, metadata: "late", lateStart: 0.8 }],
		["captures that end early", { skewUs, metadata: "no-seq", lostTail: 20 }],
		["with holes", { skewUs, metadata: "no-seq", lost: 0.01 }],
		["several communicators on one stream", { skewUs, metadata: "no-seq", oneStream: true }],
		["names that are counters of each rank", { skewUs, metadata: "no-seq", localNames: true, lateStart: 0.3 }],
		["peers numbered in their group", { skewUs, metadata: "no-seq", relativePeers: true, pp: 4 }],
		["clocks seconds apart", { skewUs: 5e6, metadata: "no-seq" }],
		["hardly any variation", { skewUs, metadata: "no-seq", lateStart: 0.8, variation: 0.001 }],
		["data parallelism alone", { skewUs, metadata: "no-seq", tp: 1, pp: 1, dp: 8, steps: 4, lateStart: 0.8 }],
	])("%s", (_, options) => {
		const { whole, right, wrong, offNs } = total(options);
		expect(whole).toBeGreaterThan(20);
		expect({ right, wrong }).toEqual({ right: whole, wrong: 0 });
		expect(offNs).toBeLessThan(5000);
	});
});

test("sends that end before they are received are matched, but for few", () => {
	const { whole, right, wrong, offNs } = total({ skewUs, metadata: "no-seq", eager: true });
	expect(wrong).toBe(0);
	expect(right / whole).toBeGreaterThan(0.97);
	expect(offNs).toBeLessThan(5000);
});

describe("where nothing is recorded, hardly anything is matched wrongly", () => {
	test.each<[string, Omit<JobOptions, "seed">]>([
		["clocks that agree", {}],
		["clocks that do not", { skewUs }],
		["captures that begin at different moments", { skewUs, lateStart: 0.8 }],
		["four stages", { skewUs, pp: 4, dp: 1 }],
		["everything on one stream", { oneStream: true }],
	])("%s", (_, options) => {
		const { whole, right, wrong, offNs } = total({ ...options, metadata: "none" });
		expect(right / whole).toBeGreaterThan(0.97);
		expect(wrong / whole).toBeLessThan(0.005);
		expect(offNs).toBeLessThan(5000);
	});
});

test("drift is found, and clocks are right over the whole capture", () => {
	const job = randomJob({ seed: 1, skewUs, driftPpm: 100, metadata: "no-seq", steps: 4, noiseUs: 5 });
	const { clocks } = matchComms(job.ranks);
	job.driftPpm.forEach((ppm, r) => {
		expect(Math.abs(clocks.driftPpm[r]! - ppm)).toBeLessThan(20);
	});
});

const anyJob: fc.Arbitrary<Job> = fc
	.record({
		seed: fc.integer({ min: 1, max: 1e6 }),
		tp: fc.constantFrom(1, 2),
		pp: fc.constantFrom(1, 2, 3),
		dp: fc.constantFrom(1, 2),
		layers: fc.constantFrom(1, 2),
		microBatches: fc.constantFrom(1, 3),
		metadata: fc.constantFrom("seq" as const, "no-seq" as const, "late" as const, "none" as const),
		skewUs: fc.constantFrom(0, 500),
		lateStart: fc.constantFrom(0, 0.5),
		lost: fc.constantFrom(0, 0.02),
		oneStream: fc.boolean(),
		eager: fc.boolean(),
	})
	.map(randomJob);

test("whatever was recorded: members are of different ranks, in order, and none is in two matches alike", () => {
	fc.assert(
		fc.property(anyJob, ({ ranks }) => {
			const { count, offset, memberRank, memberOp, wireNs, transferNs, expected } = matchComms(ranks);
			const seen = new Set<string>();
			for (let m = 0; m < count; m++) {
				expect(offset[m + 1]! - offset[m]!).toBeGreaterThan(1);
				expect(offset[m + 1]! - offset[m]!).toBeLessThanOrEqual(expected[m]!);
				let key = "";
				for (let i = offset[m]!; i < offset[m + 1]!; i++) {
					if (i > offset[m]!) expect(memberRank[i]!).toBeGreaterThan(memberRank[i - 1]!);
					const { startNs, endNs, row } = ranks[memberRank[i]!]!;
					const tookNs = endNs[memberOp[i]!]! - startNs[memberOp[i]!]!;
					expect(transferNs[i]!).toBeGreaterThanOrEqual(0);
					expect(transferNs[i]!).toBeLessThanOrEqual(tookNs);
					expect(wireNs[m]!).toBeLessThanOrEqual(tookNs);
					key += `${memberRank[i]}:${row[memberOp[i]!]} `;
				}
				expect(seen).not.toContain(key);
				seen.add(key);
			}
		}),
		{ numRuns: 25 },
	);
});

test("the order in which ranks are given does not matter where the group is recorded", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 1e6 }),
			fc.constantFrom("seq" as const, "no-seq" as const),
			(seed, metadata) => {
				const { ranks } = randomJob({ seed, metadata, skewUs, lateStart: 0.4 });
				const backwards = [...ranks].reverse();
				expect(membersOf(backwards, matchComms(backwards))).toEqual(membersOf(ranks, matchComms(ranks)));
			},
		),
		{ numRuns: 10 },
	);
});

function membersOf(ranks: Job["ranks"], matches: ReturnType<typeof matchComms>): string[] {
	const { count, offset, memberRank, memberOp } = matches;
	return Array.from({ length: count }, (_, m) =>
		Array.from({ length: offset[m + 1]! - offset[m]! }, (_, i) => {
			const { rank, row } = ranks[memberRank[offset[m]! + i]!]!;
			return `${rank}:${row[memberOp[offset[m]! + i]!]}`;
		})
			.sort()
			.join(" "),
	).sort();
}
