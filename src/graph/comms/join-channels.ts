/** Aligned channels as matches. */
import { type AlignedChannel, eachCommon } from "./align-channel.js";
import type { Comparable } from "./compare-sequences.js";
import type { MatchSink } from "./match-columns.js";

/** What those members agree on that are trusted, though others may be missing: for the clocks. */
export function joinTrusted(
	ranks: readonly Comparable[],
	channels: readonly AlignedChannel[],
	builder: MatchSink,
): void {
	for (const { members, how, channel } of channels) {
		const trusted = members.filter((member) => member.trusted);
		if (trusted.length < 2) continue;
		const { oneWay } = ranks[trusted[0]!.rank]!;
		eachCommon(trusted, (ops) => {
			for (const [k, { rank }] of trusted.entries()) builder.member(rank, ops[k]!);
			builder.close(how, channel.size, oneWay[ops[0]!] === 1);
		});
	}
}

/** What all members agree on whose ends do not speak against it. */
export function joinConfirmed(
	ranks: readonly Comparable[],
	{ members, how, channel }: AlignedChannel,
	mostApartNs: number,
	builder: MatchSink,
): void {
	if (members.some(({ trusted }) => !trusted)) return;
	eachCommon(members, (ops) => {
		const oneWay = ranks[members[0]!.rank]!.oneWay[ops[0]!] === 1;
		let firstEnd = Number.POSITIVE_INFINITY;
		let lastEnd = Number.NEGATIVE_INFINITY;
		let lastStart = Number.NEGATIVE_INFINITY;
		for (const [k, { rank }] of members.entries()) {
			const { startNs, endNs } = ranks[rank]!;
			firstEnd = Math.min(firstEnd, endNs[ops[k]!]!);
			lastEnd = Math.max(lastEnd, endNs[ops[k]!]!);
			lastStart = Math.max(lastStart, startNs[ops[k]!]!);
		}
		// What flows one way may be over on one side before it begins on the other.
		if (lastEnd - firstEnd > mostApartNs && !(oneWay && firstEnd < lastStart)) return;
		for (const [k, { rank }] of members.entries()) builder.member(rank, ops[k]!);
		builder.close(how, channel.size, oneWay);
	});
}
