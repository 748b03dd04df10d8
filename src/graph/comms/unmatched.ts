/** Operations that found no partners, by group and reason: what a warning says in one line. */
import { NONE } from "../../trace/columns.js";
import type { AlignedChannel } from "./align-channel.js";
import type { Channel } from "./channels.js";
import type { CommGroups } from "./groups.js";
import type { MatchColumns } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

export type UnmatchedReason =
	/** Ranks of the group are not at hand. */
	| "rank-missing"
	/** Other members have no such operation: their captures began later or ended sooner. */
	| "not-captured"
	/** The members' ends do not agree, however they are laid upon each other. */
	| "ends-disagree"
	/** Nothing says with whom. */
	| "no-metadata";

export interface UnmatchedComms {
	readonly reason: UnmatchedReason;
	/** Ranks or name of the group; empty where not known. */
	readonly group: string;
	/** Operations. */
	readonly count: number;
}

export class UnmatchedReport {
	private readonly matched: readonly Uint8Array[];
	private readonly counts = new Map<string, UnmatchedComms>();

	constructor(
		private readonly ranks: readonly RankComms[],
		private readonly groups: CommGroups,
		{ memberRank, memberOp }: MatchColumns,
	) {
		this.matched = ranks.map(({ count }) => new Uint8Array(count));
		for (let i = 0; i < memberRank.length; i++) this.matched[memberRank[i]!]![memberOp[i]!] = 1;
	}

	/**
	 * @param aligned those of the channels that have all their members.
	 * @param assumed those whose missing members are taken as copies: with one member at hand there is nothing to match.
	 */
	of(channels: readonly Channel[], aligned: readonly AlignedChannel[], assumed: readonly Channel[]): UnmatchedComms[] {
		const disagree = new Map(
			aligned.map(({ channel, members }) => [channel, members.some(({ trusted }) => !trusted)] as const),
		);
		const alone = new Set(assumed.filter(({ members }) => members.length === 1));
		for (const channel of channels) {
			if (alone.has(channel)) continue;
			const disagrees = disagree.get(channel);
			const reason = disagrees === undefined ? "rank-missing" : disagrees ? "ends-disagree" : "not-captured";
			for (const { rank, ops } of channel.members)
				for (const op of ops) if (!this.matched[rank]![op]) this.add(reason, channel.group);
		}
		// A job of one rank has nobody to communicate with.
		if (this.ranks.some(({ worldSize }) => worldSize > 1) || this.ranks.length > 1) {
			this.groups.groupOf.forEach((of, r) => {
				of.forEach((group, op) => {
					if (group === NONE && !this.matched[r]![op]) this.add("no-metadata", NONE);
				});
			});
		}
		return [...this.counts.values()].sort((a, b) => b.count - a.count);
	}

	private add(reason: UnmatchedReason, group: number): void {
		const label = group === NONE ? "" : this.groups.groups[group]!.label;
		const key = `${reason} ${label}`;
		this.counts.set(key, { reason, group: label, count: 1 + (this.counts.get(key)?.count ?? 0) });
	}
}
