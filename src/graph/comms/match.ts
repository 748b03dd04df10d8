/**
 * Collectives and point-to-point transfers of all ranks at hand, matched.
 *
 * A matched operation becomes, on every rank, an arrival and a transfer with one rendezvous between them: every
 * transfer starts when the last rank has arrived and takes the wire time. What is not matched keeps its recorded
 * duration, and is reported.
 */
import { NONE } from "../../trace/columns.js";
import { type Channel, findChannels } from "./channels.js";
import { alignClocks, type Clocks } from "./clocks.js";
import { type CommGroups, findGroups } from "./groups.js";
import { MatchBuilder, type MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";
import { numberOperations } from "./sequence.js";
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

export interface UnmatchedComms {
	readonly reason: UnmatchedReason;
	/** Ranks or name of the group; empty where not known. */
	readonly group: string;
	/** Operations. */
	readonly count: number;
}

export type UnmatchedReason =
	/** Ranks of the group are not at hand. */
	| "rank-missing"
	/** Other members have no such operation: their captures began later or ended sooner. */
	| "not-captured"
	/** Nothing says with whom. */
	| "no-metadata";

export interface MatchOptions {
	/** Take missing data-parallel replicas as copies of those at hand. @default false */
	readonly assumeReplicas?: boolean;
}

export function matchComms(ranks: readonly RankComms[], _options: MatchOptions = {}): CommMatches {
	const groups = inheritGroups(ranks, findGroups(ranks));
	const builder = new MatchBuilder();
	const report = new UnmatchedReport(groups);
	for (const channel of findChannels(ranks, groups)) {
		if (channel.members.length < channel.size) report.add("rank-missing", channel, total(channel));
		else report.add("not-captured", channel, total(channel) - matchChannel(ranks, channel, builder));
	}
	report.addUnknown(ranks);
	const matches = builder.finish();
	const clocks = alignClocks(ranks, matches);
	return { ...matches, ...wireTimes(ranks, matches, clocks), clocks, unmatched: report.rows(), assumedRanks: 0 };
}

const total = ({ members }: Channel): number => members.reduce((sum, { ops }) => sum + ops.length, 0);

/** The operations that were matched: those whose number all members have. */
function matchChannel(ranks: readonly RankComms[], channel: Channel, builder: MatchBuilder): number {
	const { how, members } = numberOperations(ranks, channel);
	const at = new Uint32Array(members.length);
	let matched = 0;
	while (members.every(({ ops }, k) => at[k]! < ops.length)) {
		const highest = members.reduce(
			(most, { numbers }, k) => Math.max(most, numbers[at[k]!]!),
			Number.NEGATIVE_INFINITY,
		);
		if (members.every(({ numbers }, k) => numbers[at[k]!] === highest)) {
			for (const [k, { rank, ops }] of members.entries()) builder.member(rank, ops[at[k]!++]!);
			builder.close(how, channel.size, channel.from !== NONE);
			matched += members.length;
		} else for (const [k, { numbers }] of members.entries()) if (numbers[at[k]!]! < highest) at[k]!++;
	}
	return matched;
}

/** Operations without metadata on a stream on which all others are of one group are of that group, too. */
function inheritGroups(ranks: readonly RankComms[], { groups, groupOf }: CommGroups): CommGroups {
	return {
		groups,
		groupOf: groupOf.map((of, r) => {
			const { stream, count, collective } = ranks[r]!;
			const only = new Map<number, number>();
			for (let op = 0; op < count; op++) {
				if (of[op] === NONE) continue;
				const known = only.get(stream[op]!);
				if (known !== undefined && known !== of[op]) only.set(stream[op]!, NONE);
				else only.set(stream[op]!, of[op]!);
			}
			return of.map((group, op) => (group === NONE && collective[op] === 0 ? (only.get(stream[op]!) ?? NONE) : group));
		}),
	};
}

class UnmatchedReport {
	private readonly counts = new Map<string, UnmatchedComms>();

	constructor(private readonly groups: CommGroups) {}

	add(reason: UnmatchedReason, { group }: Pick<Channel, "group">, count: number): void {
		if (count === 0) return;
		const label = group === NONE ? "" : this.groups.groups[group]!.label;
		const key = `${reason} ${label}`;
		this.counts.set(key, { reason, group: label, count: count + (this.counts.get(key)?.count ?? 0) });
	}

	addUnknown(ranks: readonly RankComms[]): void {
		if (ranks.length < 2 && (ranks[0]?.worldSize ?? 1) < 2) return;
		const count = this.groups.groupOf.reduce((sum, of) => sum + of.filter((group) => group === NONE).length, 0);
		this.add("no-metadata", { group: NONE }, count);
	}

	rows(): UnmatchedComms[] {
		return [...this.counts.values()];
	}
}
