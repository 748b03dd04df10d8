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

type ExpectedOf = (reference: number, other: number) => Expected | undefined;

/**
 * @param rough the channel as it was aligned before the clocks were known.
 * @param ranks on the common clock, as far as it is known.
 * @param usually how far the ends of the same operation may be apart.
 * @param closely how far they hardly are: where they are further, another shift may be the right one.
 */
export function confirmChannel(
	comms: readonly RankComms[],
	ranks: readonly Comparable[],
	rough: AlignedChannel,
	usually: ExpectedOf,
	closely: ExpectedOf,
): AlignedChannel {
	if (agrees(ranks, rough, closely)) return rough;
	const { channel } = rough;
	const close = alignChannel(comms, ranks, channel, closely);
	if (agrees(ranks, close, closely)) return close;
	if (agrees(ranks, rough, usually)) return rough;
	const aligned = alignChannel(comms, ranks, channel, usually);
	const reference = longest(aligned.members);
	const members = aligned.members.map((member) => {
		const expected = usually(reference.rank, member.rank);
		if (member === reference || !expected) return member;
		const confirmed = confirmMember(ranks, reference, member, expected);
		if (confirmed.trusted || channel.from === NONE) return confirmed;
		return { ...member, trusted: isTightest(comms, ranks, channel, reference, member) };
	});
	return { ...aligned, members };
}

/** Whether the ends of all members are as far from those of the longest as expected, but for a small part. */
function agrees(ranks: readonly Comparable[], { members }: AlignedChannel, expectedOf: ExpectedOf): boolean {
	const reference = longest(members);
	return members.every((member) => {
		const expected = expectedOf(reference.rank, member.rank);
		if (!member.trusted || !expected || member === reference) return member.trusted;
		const { overlap, off } = countOff(ranks, reference, member, expected);
		return off <= MOST_OFF * overlap;
	});
}

export const longest = <T extends MemberSequence>(members: readonly T[]): T =>
	members.reduce((most, member) => (member.ops.length > most.ops.length ? member : most));

function countOff(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	member: MemberSequence,
	{ toleranceNs }: Expected,
): { readonly overlap: number; readonly off: number } {
	const there = ranks[reference.rank]!.endNs;
	const here = ranks[member.rank]!.endNs;
	let overlap = 0;
	let off = 0;
	eachCommon([reference, member], (ops) => {
		overlap++;
		if (Math.abs(here[ops[1]!]! - there[ops[0]!]!) > toleranceNs) off++;
	});
	return { overlap, off };
}

function confirmMember(
	ranks: readonly Comparable[],
	reference: MemberSequence,
	member: AlignedMember,
	expected: Expected,
): AlignedMember {
	const { overlap, off } = countOff(ranks, reference, member, expected);
	if (member.trusted && off <= MOST_OFF * overlap) return member;
	const byTime = alignByTime(ranks, reference, member, expected.toleranceNs);
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
