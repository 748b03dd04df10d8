/**
 * Collectives and point-to-point transfers of all ranks at hand, matched.
 *
 * A matched operation becomes, on every rank, an arrival and a transfer with one rendezvous between them: every
 * transfer starts when the last rank has arrived and takes the wire time. What is not matched keeps its recorded
 * duration, and is reported.
 *
 * Twice: by what is recorded and by the order, which gives the clocks; then with the clocks, which show where recorded
 * numbers or the order lead astray. A wrong match makes ranks wait for the wrong moment, so that in doubt there is none.
 */
import { type AlignedChannel, alignChannel, eachCommon } from "./align-channel.js";
import { findChannels } from "./channels.js";
import { alignClocks, type Clocks } from "./clocks.js";
import type { Comparable } from "./compare-sequences.js";
import { confirmChannel } from "./confirm-channel.js";
import { findGroups } from "./groups.js";
import { inheritGroups } from "./inherit-groups.js";
import { clockDifferences, onCommonClock, plausibleNs } from "./known-clocks.js";
import { MatchBuilder, type MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";
import { type Signatures, signaturesOf } from "./signatures.js";
import { stepDifferences } from "./step-clocks.js";
import { type UnmatchedComms, UnmatchedReport } from "./unmatched.js";
import { wireTimes } from "./wire.js";

export interface CommMatches extends MatchColumns {
	/** Of each match how long its bytes took once the last member had come, ns: the least of its members' transfers. */
	readonly wireNs: Float64Array;
	/** Of each member its own part of that, from the last arrival to its own end, ns. */
	readonly transferNs: Float64Array;
	readonly clocks: Clocks;
	readonly unmatched: readonly UnmatchedComms[];
	/** Ranks of the job that were taken as copies of ranks at hand. */
	readonly assumedRanks: number;
}

export interface MatchOptions {
	/** Take missing data-parallel replicas as copies of those at hand. @default false */
	readonly assumeReplicas?: boolean;
}

export function matchComms(ranks: readonly RankComms[], _options: MatchOptions = {}): CommMatches {
	const groups = inheritGroups(ranks, findGroups(ranks));
	const signatures = signaturesOf(ranks);
	const channels = findChannels(ranks, groups);
	const complete = channels.filter(({ members, size }) => members.length >= size);

	const unaligned = alignClocks(ranks, new MatchBuilder().finish());
	const recorded = onCommonClock(ranks, signatures, groups.inherited, unaligned);
	const steps = stepDifferences(ranks);
	const rough = complete.map((channel) => alignChannel(ranks, recorded, channel, steps));
	const roughClocks = alignClocks(ranks, joinTrusted(signatures, rough));

	const common = onCommonClock(ranks, signatures, groups.inherited, roughClocks);
	const expected = clockDifferences(roughClocks);
	const confirmed = rough.map((channel) => confirmChannel(ranks, common, channel, expected));
	const builder = new MatchBuilder();
	for (const channel of confirmed) joinConfirmed(common, channel, plausibleNs(roughClocks).onceNs, builder);
	const matches = builder.finish();
	const clocks = alignClocks(ranks, matches);
	const report = new UnmatchedReport(ranks, groups, matches);
	return {
		...matches,
		...wireTimes(ranks, matches, clocks),
		clocks,
		unmatched: report.of(channels, confirmed),
		assumedRanks: 0,
	};
}

/** What the members agree on that are trusted, for the clocks. */
function joinTrusted(signatures: readonly Signatures[], channels: readonly AlignedChannel[]): MatchColumns {
	const builder = new MatchBuilder();
	for (const { members, how, channel } of channels) {
		const trusted = members.filter((member) => member.trusted);
		if (trusted.length < 2) continue;
		eachCommon(trusted, (ops) => {
			for (const [k, { rank }] of trusted.entries()) builder.member(rank, ops[k]!);
			builder.close(how, channel.size, signatures[trusted[0]!.rank]!.oneWay[ops[0]!] === 1);
		});
	}
	return builder.finish();
}

/** What all members agree on whose ends do not speak against it. */
function joinConfirmed(
	common: readonly Comparable[],
	{ members, how, channel }: AlignedChannel,
	mostApartNs: number,
	builder: MatchBuilder,
): void {
	if (members.some(({ trusted }) => !trusted)) return;
	eachCommon(members, (ops) => {
		const oneWay = common[members[0]!.rank]!.oneWay[ops[0]!] === 1;
		let firstEnd = Number.POSITIVE_INFINITY;
		let lastEnd = Number.NEGATIVE_INFINITY;
		let lastStart = Number.NEGATIVE_INFINITY;
		for (const [k, { rank }] of members.entries()) {
			const { startNs, endNs } = common[rank]!;
			firstEnd = Math.min(firstEnd, endNs[ops[k]!]!);
			lastEnd = Math.max(lastEnd, endNs[ops[k]!]!);
			lastStart = Math.max(lastStart, startNs[ops[k]!]!);
		}
		// What flows one way may be over on one side before it begins on the other.
		if (lastEnd - firstEnd > mostApartNs && !(oneWay && firstEnd < lastStart)) return;
		for (const [k, { rank }] of members.entries()) builder.member(rank, ops[k]!);
		builder.close(how, channel.size, oneWay);
	});
}
