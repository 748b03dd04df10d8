/** Matching, case by case: what is recorded in which way, and what is missing. */
import { describe, expect, test } from "vitest";
import { type CommMatches, matchComms } from "../../src/graph/comms/match.js";
import { MatchHow } from "../../src/graph/comms/match-columns.js";
import type { RankComms } from "../../src/graph/comms/rank-comms.js";
import { type HandOp, handComms } from "../support/hand-comms.js";

/** Ends of the operations of a made-up run, us: no two gaps are alike. */
const ENDS = [100, 180, 390, 450, 700, 790, 1130, 1200, 1590, 1700];

/** One operation an end, which began `waited` before; of the given ends only. */
function run(fields: Omit<HandOp, "at" | "takes">, ends: readonly number[] = ENDS, waited = 20): HandOp[] {
	return ends.map((end) => ({ ...fields, at: end - waited, takes: waited }));
}

/** `rank:operation` of each match. */
function members(ranks: readonly RankComms[], { count, offset, memberRank, memberOp }: CommMatches): string[] {
	return Array.from({ length: count }, (_, m) =>
		Array.from({ length: offset[m + 1]! - offset[m]! }, (_, i) => offset[m]! + i)
			.map((i) => `${ranks[memberRank[i]!]!.rank}:${memberOp[i]}`)
			.join(" "),
	);
}

const inOrder = (count: number): string[] => Array.from({ length: count }, (_, i) => `0:${i} 1:${i}`);

describe("one group", () => {
	test("by sequence number, whose holes and whose repetitions in coalesced calls are no matter", () => {
		const seqs = [3, 4, 4, 4, 5, 9, 10, 11, 12, 13];
		const one = run({}).map((op, i) => ({ ...op, seq: seqs[i]! }));
		const ranks = [handComms(0, one), handComms(1, one.slice(4))];
		const matches = matchComms(ranks);
		expect(members(ranks, matches)).toEqual(["0:4 1:0", "0:5 1:1", "0:6 1:2", "0:7 1:3", "0:8 1:4", "0:9 1:5"]);
		expect([...matches.how]).toEqual(Array(6).fill(MatchHow.seq));
		expect(matches.unmatched).toEqual([{ reason: "not-captured", group: "[0, 1]", count: 4 }]);
	});

	test("a sequence number that counts from another start on each rank is not believed", () => {
		const numbered = (first: number): HandOp[] => run({}).map((op, i) => ({ ...op, seq: first + i }));
		const ranks = [handComms(0, numbered(5)), handComms(1, numbered(8))];
		expect(members(ranks, matchComms(ranks))).toEqual(inOrder(10));
	});

	test("counted from the last one backwards, and the kernels before the metadata with them", () => {
		const unknown = run({ collective: "" }, ENDS.slice(0, 4));
		const known = run({}, ENDS.slice(4));
		const ranks = [handComms(0, [...unknown, ...known]), handComms(1, [...unknown.slice(2), ...known])];
		expect(members(ranks, matchComms(ranks))).toEqual(Array.from({ length: 8 }, (_, i) => `0:${i + 2} 1:${i}`));
	});

	test("one rank lost its last operations: the ends tell, whatever the clocks show", () => {
		const ranks = [
			handComms(0, run({})),
			handComms(
				1,
				run(
					{},
					ENDS.slice(0, 8).map((end) => end + 1e6),
				),
			),
		];
		const matches = matchComms(ranks);
		expect(members(ranks, matches)).toEqual(inOrder(8));
		expect(matches.clocks.offsetNs[1]).toBeCloseTo(1e9);
	});

	test("members whose ends do not agree in any way are left apart", () => {
		const scattered = ENDS.map((end, i) => end + 37 * i * i + (i % 3) * 400);
		const ranks = [handComms(0, run({})), handComms(1, run({}, scattered))];
		const { count, unmatched } = matchComms(ranks);
		expect(count).toBe(0);
		expect(unmatched).toEqual([{ reason: "ends-disagree", group: "[0, 1]", count: 20 }]);
	});

	test("a group of one meets nobody, and is not missed", () => {
		const ranks = [0, 1].map((rank) => handComms(rank, run({ group: [rank] })));
		const { count, unmatched } = matchComms(ranks);
		expect({ count, unmatched }).toEqual({ count: 0, unmatched: [] });
	});
});

describe("which group", () => {
	test("the same name is another group on other ranks", () => {
		const ranks = [0, 1, 2, 3].map((rank) => {
			const group = rank < 2 ? [0, 1] : [2, 3];
			return handComms(
				rank,
				run(
					{ group, groupName: "1" },
					ENDS.map((end) => end + group[0]! * 31),
				),
				{ worldSize: 4 },
			);
		});
		expect(members(ranks, matchComms(ranks)).toSorted()[10]).toBe("2:0 3:0");
	});

	test("a long list of ranks is cut short: the header names them all", () => {
		const all = Array.from({ length: 40 }, (_, r) => r);
		const even = all.filter((r) => r % 2 === 0);
		const odd = all.filter((r) => r % 2 === 1);
		// PyTorch writes the first 29 of more than 30, and the last; of a stride of two it could be either.
		const ranks = all.slice(0, 4).map((rank) => {
			const members = rank % 2 === 0 ? even : odd;
			const group = { name: "5", desc: "", backend: "", size: 20, ranks: members };
			const ends = ENDS.map((end) => end + 11 * (rank % 2));
			return handComms(rank, run({ group: members, groupName: "5", groupRanks: "[0, ..., 39]" }, ends), {
				worldSize: 40,
				processGroups: [group],
			});
		});
		const { unmatched } = matchComms(ranks);
		expect(unmatched.map(({ reason, count }) => [reason, count])).toEqual([
			["rank-missing", 20],
			["rank-missing", 20],
		]);
		expect(unmatched[0]!.group).toContain("0, 2, 4");
	});

	test("two groups of the same ranks whose names never agree are taken in the order of their names", () => {
		const two = (first: string, second: string): HandOp[] => [
			...run({ groupName: first, elems: 64 }, ENDS.slice(0, 5)),
			...run({ groupName: second, elems: 96 }, ENDS.slice(5)),
		];
		const ranks = [handComms(0, two("2", "10")), handComms(1, two("4", "11"))];
		expect(members(ranks, matchComms(ranks))).toEqual(inOrder(10));
	});
});

describe("messages", () => {
	const kernel = "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)";

	test("are counted by the ordered pair, however sends and receives are mixed", () => {
		const send = (dst: number) => ({ kernel, collective: "send", group: [0, 1], dst });
		const receive = (src: number) => ({ kernel, collective: "recv", group: [0, 1], src });
		const zero = ENDS.flatMap((end, i) => run(i % 2 ? receive(1) : send(1), [end]));
		const one = ENDS.flatMap((end, i) => run(i % 2 ? send(0) : receive(0), [end]));
		const ranks = [handComms(0, zero), handComms(1, one)];
		const found = members(ranks, matchComms(ranks));
		expect(found.toSorted()).toEqual(inOrder(10).toSorted());
	});

	test("both directions in one kernel are one meeting", () => {
		const both = (peer: number): HandOp[] =>
			ENDS.flatMap((end, row) => [
				{ kernel, row, collective: "send", dst: peer, at: end - 20, takes: 20 },
				{ kernel, row, collective: "recv", src: peer, at: end - 20, takes: 20 },
			]);
		const ranks = [handComms(0, both(1)), handComms(1, both(0))];
		const { count, memberOp } = matchComms(ranks);
		expect(count).toBe(10);
		expect([...memberOp].every((op) => op % 2 === 0)).toBe(false);
	});

	test("peers may be numbered by their place in the group", () => {
		const group = [4, 6];
		const ranks = [
			handComms(4, run({ kernel, collective: "send", group, dst: 1 }), { worldSize: 8 }),
			handComms(6, run({ kernel, collective: "recv", group, src: 0 }), { worldSize: 8 }),
		];
		expect(matchComms(ranks).count).toBe(10);
	});

	test("a small one is sent before it is received: the sender waits for nobody", () => {
		const both = run(
			{ groupName: "2" },
			ENDS.map((end) => end + 5),
		);
		const sent = ENDS.map((end) => ({ kernel, collective: "send", dst: 1, at: end + 10, takes: 3 }));
		const received = ENDS.map((end) => ({ kernel, collective: "recv", src: 0, at: end + 30, takes: 8 }));
		const ranks = [handComms(0, [...both, ...sent]), handComms(1, [...both, ...received])];
		const { count, offset, waits, transferNs, oneWay } = matchComms(ranks);
		expect(count).toBe(20);
		const messages = [...oneWay.keys()].filter((m) => oneWay[m]);
		expect(messages).toHaveLength(10);
		for (const m of messages) {
			expect([...waits.subarray(offset[m], offset[m + 1])]).toEqual([0, 1]);
			expect([...transferNs.subarray(offset[m], offset[m + 1])]).toEqual([3000, 8000]);
		}
	});
});

describe("wire time", () => {
	test("is what is left after the last arrival, of each member and of the match", () => {
		const zero = ENDS.map((end) => ({ at: end - 60, takes: 60 }));
		const one = ENDS.map((end) => ({ at: end - 15, takes: 15 }));
		const { wireNs, transferNs } = matchComms([handComms(0, zero), handComms(1, one)]);
		for (const ns of wireNs) expect(ns).toBeCloseTo(15_000, 0);
		for (const ns of transferNs) expect(ns).toBeCloseTo(15_000, 0);
	});

	test("is not shortened by what clocks leave open", () => {
		const zero = ENDS.map((end, i) => ({ at: end - 60, takes: 60 + (i % 2 ? 2 : -2) }));
		const one = ENDS.map((end) => ({ at: end - 15, takes: 15 }));
		const { wireNs, clocks } = matchComms([handComms(0, zero), handComms(1, one)]);
		expect(clocks.medianResidualNs).toBeCloseTo(1000, -2);
		for (const ns of wireNs) expect(ns).toBeGreaterThan(13_500);
	});
});

describe("a part of the ranks", () => {
	const world = [0, 1, 2, 3];
	const job = (rank: number): RankComms => {
		const tensor = rank < 2 ? [0, 1] : [2, 3];
		const data = rank % 2 === 0 ? [0, 2] : [1, 3];
		const tp = run({ group: tensor, groupName: "tp", groupDesc: "TENSOR_MODEL_PARALLEL_GROUP" });
		const dp = run(
			{ group: data, groupName: "dp", groupDesc: "DATA_PARALLEL_GROUP", stream: 8 },
			ENDS.map((end) => end + 7),
		);
		return handComms(
			rank,
			[...tp, ...dp].sort((a, b) => a.at - b.at),
			{ worldSize: 4 },
		);
	};

	test("keeps what meets missing ranks, and says so group by group", () => {
		const { count, unmatched, assumedRanks } = matchComms([job(0), job(1)]);
		expect(count).toBe(10);
		expect(assumedRanks).toBe(0);
		expect(unmatched).toEqual([
			{ reason: "rank-missing", group: "[0, 2]", count: 10 },
			{ reason: "rank-missing", group: "[1, 3]", count: 10 },
		]);
	});

	test("missing replicas are taken as copies when asked", () => {
		const { unmatched, assumedRanks } = matchComms([job(0), job(1)], { assumeReplicas: true });
		expect({ unmatched, assumedRanks }).toEqual({ unmatched: [], assumedRanks: 2 });
	});

	test("other missing members are not", () => {
		const { unmatched, assumedRanks } = matchComms([job(0)], { assumeReplicas: true });
		expect(assumedRanks).toBe(1);
		expect(unmatched).toEqual([{ reason: "rank-missing", group: "[0, 1]", count: 10 }]);
	});

	test("replicas that are not described are told by structure, and meet those at hand", () => {
		const of = (rank: number): RankComms => {
			const groups = [
				{
					name: "tp",
					desc: "TENSOR_MODEL_PARALLEL_GROUP",
					backend: "",
					size: 2,
					ranks: rank < 4 ? [rank & ~1, rank | 1] : [],
				},
			];
			return handComms(rank, run({ group: [0, 2, 4] }), { worldSize: 6, processGroups: groups });
		};
		const ranks = [of(0), of(2)];
		const matches = matchComms(ranks, { assumeReplicas: true });
		expect(members(ranks, matches)).toHaveLength(10);
		expect(matches.assumedRanks).toBe(1);
		expect(matches.expected[0]).toBe(3);
	});

	test("all ranks, as many as there are", () => {
		const ranks = world.map(job);
		expect(matchComms(ranks, { assumeReplicas: true })).toMatchObject({ count: 40, unmatched: [], assumedRanks: 0 });
	});
});
