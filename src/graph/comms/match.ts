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
import { NONE } from "../../trace/columns.js";
import { alignChannel } from "./align-channel.js";
import { findChannels } from "./channels.js";
import { alignClocks, type Clocks } from "./clocks.js";
import { confirmChannel } from "./confirm-channel.js";
import { findGroups } from "./groups.js";
import { inheritGroups } from "./inherit-groups.js";
import { joinConfirmed, joinTrusted } from "./join-channels.js";
import { asRecorded, clockDifferences, onCommonClock, plausibleNs } from "./known-clocks.js";
import { matchByTime } from "./match-by-time.js";
import { MatchBuilder, type MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";
import { signaturesOf } from "./signatures.js";
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
	const channels = findChannels(ranks, groups);
	const complete = channels.filter(({ members, size }) => members.length >= size);

	const recorded = asRecorded(ranks, signaturesOf(ranks), groups.inherited);
	const steps = stepDifferences(ranks);
	const rough = complete.map((channel) => alignChannel(ranks, recorded, channel, steps));
	const roughMatches = new MatchBuilder();
	joinTrusted(recorded, rough, roughMatches);
	const roughClocks = alignClocks(ranks, roughMatches.finish());

	const common = onCommonClock(ranks, recorded, roughClocks);
	const expected = clockDifferences(roughClocks);
	const confirmed = rough.map((channel) => confirmChannel(ranks, common, channel, expected));
	const builder = new MatchBuilder();
	for (const channel of confirmed) joinConfirmed(common, channel, plausibleNs(roughClocks).onceNs, builder);
	const unknown = groups.groupOf.map((of) => Uint8Array.from(of, (group) => (group === NONE ? 1 : 0)));
	if (ranks.length > 1 && unknown.some((of) => of.includes(1))) matchByTime(ranks, recorded, unknown, steps, builder);
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
