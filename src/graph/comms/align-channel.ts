/** The members of a channel brought to the same numbers, each against the one that has most operations. */
import { NONE } from "../../trace/columns.js";
import type { Channel } from "./channels.js";
import type { Comparable } from "./compare-sequences.js";
import { type Expected, findShift } from "./find-shift.js";
import { MatchHow } from "./match-columns.js";
import { type MemberSequence, numberByOrder, numberBySeq } from "./member-sequence.js";
import type { RankComms } from "./rank-comms.js";

export interface AlignedChannel {
	readonly channel: Channel;
	readonly how: MatchHow;
	readonly members: readonly AlignedMember[];
}

export interface AlignedMember extends MemberSequence {
	/** Whether what is known of the ends speaks for these numbers. */
	readonly trusted: boolean;
}

/** @param expectedOf what is known of the ends of two ranks at hand: the second's less the first's. */
export function alignChannel(
	comms: readonly RankComms[],
	ranks: readonly Comparable[],
	channel: Channel,
	expectedOf: (reference: number, other: number) => Expected | undefined,
): AlignedChannel {
	const { members } = channel;
	const byOrder = (): AlignedChannel => {
		const sequences = members.map(({ rank, ops }) => numberByOrder(rank, ops));
		return { channel, how: MatchHow.order, members: alignMembers(ranks, sequences, expectedOf) };
	};
	// The counters of messages are each rank's own.
	if (channel.from !== NONE) return byOrder();
	const numbered = members.map(({ rank, ops }) => numberBySeq(comms[rank]!, rank, ops));
	const sequences = numbered.filter((sequence) => sequence !== undefined);
	if (sequences.length < members.length) return byOrder();
	const bySeq = { channel, how: MatchHow.seq, members: alignMembers(ranks, sequences, expectedOf) };
	if (bySeq.members.every(({ trusted }) => trusted)) return bySeq;
	const inOrder = byOrder();
	const trusted = ({ members: of }: AlignedChannel): number => of.filter((member) => member.trusted).length;
	return trusted(inOrder) > trusted(bySeq) ? inOrder : bySeq;
}

function alignMembers(
	ranks: readonly Comparable[],
	sequences: readonly MemberSequence[],
	expectedOf: (reference: number, other: number) => Expected | undefined,
): AlignedMember[] {
	const reference = sequences.reduce((most, sequence) => (sequence.ops.length > most.ops.length ? sequence : most));
	return sequences.map((sequence) => {
		if (sequence === reference) return { ...sequence, trusted: true };
		const { by, trusted } = findShift(ranks, reference, sequence, expectedOf(reference.rank, sequence.rank));
		return { ...sequence, numbers: by === 0 ? sequence.numbers : sequence.numbers.map((n) => n + by), trusted };
	});
}

/** Calls with the operations, one a member, of every number that all of these members have. */
export function eachCommon(members: readonly MemberSequence[], visit: (ops: readonly number[]) => void): void {
	const at = new Uint32Array(members.length);
	const ops = new Array<number>(members.length).fill(NONE);
	while (members.every((member, k) => at[k]! < member.ops.length)) {
		let highest = Number.NEGATIVE_INFINITY;
		for (let k = 0; k < members.length; k++) highest = Math.max(highest, members[k]!.numbers[at[k]!]!);
		let together = true;
		for (let k = 0; k < members.length; k++) {
			if (members[k]!.numbers[at[k]!]! === highest) continue;
			at[k]!++;
			together = false;
		}
		if (!together) continue;
		for (let k = 0; k < members.length; k++) ops[k] = members[k]!.ops[at[k]!++]!;
		visit(ops);
	}
}
