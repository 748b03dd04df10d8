/**
 * The members of a channel brought to the same count: captures begin at different moments, so that the n-th operation
 * of one rank is not the n-th of another.
 */
import { NONE } from "../../trace/columns.js";
import type { Channel } from "./channels.js";
import { MatchHow } from "./match-columns.js";
import type { RankComms } from "./rank-comms.js";

export interface Numbered {
	readonly how: MatchHow;
	readonly members: readonly {
		readonly rank: number;
		/** Rows of its `RankComms`, and their numbers in the channel, ascending. */
		readonly ops: readonly number[];
		readonly numbers: Float64Array;
	}[];
}

/** By `Seq` where every collective has its own; else counted from the last one backwards. */
export function numberOperations(ranks: readonly RankComms[], { members, from }: Channel): Numbered {
	// The counters of messages are each rank's own.
	const bySeq =
		from === NONE &&
		members.every(({ rank, ops }) => {
			const { seq } = ranks[rank]!;
			return ops.every((op) => seq[op] !== NONE) && new Set(ops.map((op) => seq[op])).size === ops.length;
		});
	if (!bySeq) {
		return {
			how: MatchHow.order,
			members: members.map(({ rank, ops }) => ({
				rank,
				ops,
				numbers: Float64Array.from(ops, (_, i) => i - ops.length),
			})),
		};
	}
	return {
		how: MatchHow.seq,
		members: members.map(({ rank, ops }) => {
			const { seq } = ranks[rank]!;
			const sorted = [...ops].sort((a, b) => seq[a]! - seq[b]!);
			return { rank, ops: sorted, numbers: Float64Array.from(sorted, (op) => seq[op]!) };
		}),
	};
}
