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
	/** Of each match the time from the last member's arrival to the first member's end, ns. */
	readonly wireNs: Float64Array;
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
	return { ...matches, wireNs: wireTimes(ranks, matches, clocks), clocks, unmatched: report.rows(), assumedRanks: 0 };
}

const total = ({ members }: Channel): number => members.reduce((sum, { ops }) => sum + ops.length, 0);

/** The operations that were matched. */
function matchChannel(ranks: readonly RankComms[], channel: Channel, builder: MatchBuilder): number {
	const { members, size, from } = channel;
	const { how, numbers } = numberOperations(ranks, channel);
	const at = new Uint32Array(members.length);
	let matched = 0;
	for (;;) {
		let highest = Number.NEGATIVE_INFINITY;
		for (let k = 0; k < members.length; k++) {
			if (at[k]! === numbers[k]!.length) return matched;
			highest = Math.max(highest, numbers[k]![at[k]!]!);
		}
		let behind = false;
		for (let k = 0; k < members.length; k++) {
			if (numbers[k]![at[k]!]! === highest) continue;
			behind = true;
			at[k]!++;
		}
		if (behind) continue;
		for (const [k, { rank, ops }] of members.entries()) builder.member(rank, ops[at[k]!++]!);
		builder.close(how, size, from !== NONE);
		matched += members.length;
	}
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
