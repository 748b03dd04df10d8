import fc from "fast-check";
import { expect, test } from "vitest";
import { Blame } from "../../src/analysis/blame.js";
import { rankMeasurer } from "../../src/analysis/index.js";
import { CAUSES, NO_MEETING } from "../../src/analysis/legs.js";
import { NO_ARRIVAL } from "../../src/analysis/meetings.js";
import { mergeRanks } from "../../src/analysis/merge-ranks.js";
import { findPipelines } from "../../src/analysis/pipelines.js";
import { simulate } from "../../src/engine/index.js";
import { recordedTiming } from "../../src/graph/typical.js";
import { chosenSteps } from "../../src/report/assemble-replay.js";
import { changeRanks } from "../../src/rewrite/change-ranks.js";
import { type Action, cpu, kernel, meet, scriptedGraph, sync } from "../support/rank-scripts.js";

const work = fc.oneof(
	fc.nat(200).map((ns) => cpu(ns)),
	fc.nat(400).map((ns) => kernel(ns)),
	fc.constant(sync),
);

/** Rounds in which each rank works, then some of the ranks meet: in a collective, or two of them in a send and a receive. */
const job = fc.integer({ min: 2, max: 5 }).chain((ranks) =>
	fc.array(
		fc.record({
			work: fc.array(fc.array(work, { maxLength: 4 }), { minLength: ranks, maxLength: ranks }),
			members: fc.shuffledSubarray([...Array(ranks).keys()], { minLength: 2 }),
			wire: fc.nat(50),
			pointToPoint: fc.boolean(),
		}),
		{ minLength: 1, maxLength: 8 },
	),
);

function scriptsOf(rounds: readonly JobRound[]): Action[][] {
	const scripts = rounds[0]!.work.map((): Action[] => []);
	rounds.forEach((round, i) => {
		round.work.forEach((actions, rank) => {
			scripts[rank]!.push(...actions);
		});
		const members = round.pointToPoint ? round.members.slice(0, 2) : round.members;
		for (const rank of members)
			scripts[rank]!.push(meet(`${[...members].sort()}#${i}`, round.wire, round.pointToPoint ? "send" : "allreduce"));
	});
	return scripts;
}

interface JobRound {
	readonly work: Action[][];
	readonly members: number[];
	readonly wire: number;
	readonly pointToPoint: boolean;
}

test("each arrival is the meeting before and the leg since; lateness is split without rest", () => {
	fc.assert(
		fc.property(job, (rounds) => {
			const graph = scriptedGraph(scriptsOf(rounds));
			const times = simulate(graph);
			const measure = rankMeasurer(graph, times);
			const measured = mergeRanks(
				graph,
				times,
				chosenSteps(graph, undefined).map((steps, rank) => measure(rank, steps)),
			);
			const { meetings, replayed, stragglers } = measured;
			const { lateness } = replayed;
			for (let row = 0; row < meetings.arrival.length; row++) {
				const before = meetings.previous[row]!;
				let at = before === NO_MEETING ? 0 : lateness.metNs[before]!;
				for (let cause = 0; cause < CAUSES; cause++) at += meetings.spentNs[CAUSES * row + cause]!;
				expect(at).toBeCloseTo(times.startNs[meetings.arrival[row]!]!, 6);
			}
			const ranks = graph.ranks.length;
			const blame = new Blame(meetings, lateness, findPipelines(graph, meetings), ranks);
			for (let m = 0; m < meetings.count; m++) {
				expect(lateness.last[m]).not.toBe(NO_ARRIVAL);
				expect(lateness.metNs[m]).toBe(times.startNs[meetings.firstTask + m]);
				blame.trace(m);
				const shares = blame.ranks.map((rank) => blame.rankNs(rank));
				for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
				expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(lateness.leadNs[m]!, 6);
			}
			for (let rank = 0; rank < ranks; rank++) {
				let sum = stragglers.inheritedNs[rank]! + stragglers.pipelineNs[rank]!;
				for (let cause = 0; cause < CAUSES; cause++) sum += stragglers.causesNs[CAUSES * rank + cause]!;
				expect(sum).toBeCloseTo(replayed.waits.lateNs[rank]!, 6);
			}
			// The graph was measured as it is replayed.
			expect(measured.measured.waits).toEqual(replayed.waits);
		}),
		{ numRuns: 60 },
	);
});

test("a slower rank makes nothing earlier, and no order of changes matters", () => {
	fc.assert(
		fc.property(job, fc.nat(1), fc.double({ min: 1, max: 4, noNaN: true }), (rounds, rank, factor) => {
			const graph = scriptedGraph(scriptsOf(rounds));
			const slow = { change: "slow", rank, factor } as const;
			const slowCpu = { change: "slow-cpu", rank: 1 - rank, factor } as const;
			const timing = recordedTiming(graph);
			const one = changeRanks(graph, timing, [slow, slowCpu]);
			expect(changeRanks(graph, timing, [slowCpu, slow])).toEqual(one);
			const before = simulate(graph).startNs;
			const after = simulate(graph, one).startNs;
			for (let task = 0; task < graph.taskCount; task++) expect(after[task]).toBeGreaterThanOrEqual(before[task]!);
		}),
		{ numRuns: 40 },
	);
});
