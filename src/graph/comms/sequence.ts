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
	/** Of each member, of each of its operations: its number in the channel, ascending. */
	readonly numbers: readonly Float64Array[];
}

/** By `Seq` where every collective has one, ascending; else counted from the last one backwards. */
export function numberOperations(ranks: readonly RankComms[], { members, from }: Channel): Numbered {
	// The counters of messages are each rank's own.
	const bySeq =
		from === NONE &&
		members.every(({ rank, ops }) => {
			const { seq } = ranks[rank]!;
			return ops.every((op, i) => seq[op] !== NONE && (i === 0 || seq[op]! > seq[ops[i - 1]!]!));
		});
	return {
		how: bySeq ? MatchHow.seq : MatchHow.order,
		numbers: members.map(({ rank, ops }) =>
			Float64Array.from(ops, (op, i) => (bySeq ? ranks[rank]!.seq[op]! : i - ops.length)),
		),
	};
}
