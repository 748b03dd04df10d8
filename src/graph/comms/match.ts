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
import { withoutRepeated } from "./repeated.js";
import { countMissing, replicaChannels } from "./replicas.js";
import { signaturesOf } from "./signatures.js";
import { type UnmatchedComms, UnmatchedReport } from "./unmatched.js";
import { wireTimes } from "./wire.js";

export interface CommMatches extends MatchColumns {
	/** Of each match how long its bytes took once the last member had come, ns: the least of its members' transfers. */
	readonly wireNs: Float64Array;
	/** Of each member its own part of that, from the last arrival to its own end, ns; its duration if it does not wait. */
	readonly transferNs: Float64Array;
	/** Of each member, 0 where it was done before the last one came: it sent, and waited for nobody. */
	readonly waits: Uint8Array;
	readonly clocks: Clocks;
	readonly unmatched: readonly UnmatchedComms[];
	/** Ranks of the job that were taken as copies of ranks at hand. */
	readonly assumedRanks: number;
}

export interface MatchOptions {
	/** Take missing data-parallel replicas as copies of those at hand. @default false */
	readonly assumeReplicas?: boolean;
}

/** @param ranks one each, of the ranks at hand; matches name them by their index. */
export function matchComms(ranks: readonly RankComms[], { assumeReplicas = false }: MatchOptions = {}): CommMatches {
	const groups = inheritGroups(ranks, findGroups(ranks));
	const channels = findChannels(ranks, groups);
	const isReplica = assumeReplicas ? replicaChannels(ranks, groups.groups) : () => false;
	const assumed = channels.filter((channel) => channel.members.length < channel.size && isReplica(channel));
	const complete = [...channels.filter(({ members, size }) => members.length >= size), ...assumed].filter(
		({ members }) => members.length > 1,
	);

	const recorded = asRecorded(ranks, signaturesOf(ranks), groups.inherited);
	const rough = complete.map((channel) => alignChannel(ranks, recorded, channel, () => undefined));
	const roughMatches = new MatchBuilder();
	joinTrusted(recorded, rough, roughMatches);
	const roughClocks = alignClocks(ranks, roughMatches.finish());

	const common = onCommonClock(ranks, recorded, roughClocks);
	const plausible = plausibleNs(roughClocks);
	const usually = clockDifferences(roughClocks, plausible.usuallyNs);
	const closely = clockDifferences(roughClocks, plausible.closelyNs);
	const confirmed = rough.map((channel) => confirmChannel(ranks, common, channel, usually, closely));
	const builder = new MatchBuilder();
	for (const channel of confirmed) joinConfirmed(common, channel, plausible.onceNs, builder);
	const unknown = groups.groupOf.map((of) => Uint8Array.from(of, (group) => (group === NONE ? 1 : 0)));
	if (ranks.length > 1 && unknown.some((of) => of.includes(1))) matchByTime(ranks, recorded, unknown, builder);
	const found = builder.finish();
	const matches = withoutRepeated(ranks, found);
	const clocks = alignClocks(ranks, matches);
	return {
		...matches,
		...wireTimes(ranks, matches, clocks),
		clocks,
		unmatched: new UnmatchedReport(ranks, groups, found).of(channels, confirmed, assumed),
		assumedRanks: countMissing(ranks, groups.groups, assumed),
	};
}
