/** Channels held against the common clock: members whose ends speak against their numbers get others, or none. */
import { NONE } from "../../trace/columns.js";
import { alignByTime } from "./align-by-time.js";
import { type AlignedChannel, type AlignedMember, alignChannel, eachCommon } from "./align-channel.js";
import type { Channel } from "./channels.js";
import type { Comparable } from "./compare-sequences.js";
import type { Expected } from "./find-shift.js";
import { type MemberSequence, STRIDE } from "./member-sequence.js";
import type { RankComms } from "./rank-comms.js";

/** A small part of the ends may be off. */
const MOST_OFF = 0.02;
/** Operations found by time must be this part of what could be found. */
const LEAST_FOUND = 0.5;

/** @param ranks on the common clock, where that is known: then `expectedOf` says how far their ends may be apart. */
export function confirmChannel(
	comms: readonly RankComms[],
	ranks: readonly Comparable[],
	channel: Channel,
	expectedOf: (reference: number, other: number) => Expected | undefined,
): AlignedChannel {
	const aligned = alignChannel(comms, ranks, channel, expectedOf);
	const reference = aligned.members.reduce((most, member) => (member.ops.length > most.ops.length ? member : most));
	const members = aligned.members.map((member) => {
		const expected = expectedOf(reference.rank, member.rank);
		if (member === reference || !expected) return member;
		const confirmed = confirmMember(ranks, reference, member, expected);
		if (confirmed.trusted || channel.from === NONE) return confirmed;
		return { ...member, trusted: isTightest(comms, ranks, channel, reference, member) };
	});
	return { ...aligned, members };
}

function confirmMember(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	member: AlignedMember,
	{ toleranceNs }: Expected,
): AlignedMember {
	let overlap = 0;
	let off = 0;
	eachCommon([reference, member], ([x, y]) => {
		overlap++;
		if (Math.abs(ranks[member.rank]!.endNs[y!]! - ranks[reference.rank]!.endNs[x!]!) > toleranceNs) off++;
	});
	if (member.trusted && off <= MOST_OFF * overlap) return member;
	const byTime = alignByTime(ranks, reference, member, toleranceNs);
	const enough = LEAST_FOUND * Math.min(reference.ops.length, member.ops.length);
	const better = member.trusted ? overlap - off : 0;
	return byTime.ops.length >= enough && byTime.ops.length > better ? { ...byTime, trusted: true } : member;
}

/**
 * Small messages are done sending before they are received, so that their ends agree with nothing. They may have been
 * received at any later time, but not before: the numbers are those if with one more they were received too early.
 */
function isTightest(
	comms: readonly RankComms[],
	ranks: readonly Comparable[],
	{ from }: Channel,
	reference: MemberSequence,
	member: MemberSequence,
): boolean {
	const [sender, receiver] = comms[reference.rank]!.rank === from ? [reference, member] : [member, reference];
	return !isTooEarly(ranks, sender, receiver) && isTooEarly(ranks, sender, later(receiver));
}

const later = (member: MemberSequence): MemberSequence => ({
	...member,
	numbers: member.numbers.map((n) => n + STRIDE),
});

function isTooEarly(ranks: readonly Comparable[], sender: MemberSequence, receiver: MemberSequence): boolean {
	let overlap = 0;
	let early = 0;
	eachCommon([sender, receiver], ([sent, received]) => {
		overlap++;
		if (ranks[receiver.rank]!.endNs[received!]! < ranks[sender.rank]!.startNs[sent!]!) early++;
	});
	return overlap === 0 || early > MOST_OFF * overlap;
}
