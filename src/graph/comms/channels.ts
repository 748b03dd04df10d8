/**
 * Channels: the sequences of operations that every member of a communicator runs through in the same order. The
 * collectives of a process group are one channel, the messages from one of its ranks to another are one each.
 */
import { NONE } from "../../trace/columns.js";
import type { CommGroups } from "./groups.js";
import { isReceive, isSend, type RankComms } from "./rank-comms.js";

export interface Channel {
	readonly group: number;
	/** Sender and receiver of messages, ranks of the job; NONE for collectives. */
	readonly from: number;
	readonly to: number;
	/** Ranks that take part. */
	readonly size: number;
	/** Those at hand. */
	readonly members: readonly ChannelMember[];
}

export interface ChannelMember {
	/** Index of the rank among those at hand. */
	readonly rank: number;
	/** Rows of its `RankComms` in their order. */
	readonly ops: ArrayLike<number> & Iterable<number>;
}

export function findChannels(ranks: readonly RankComms[], { groups, groupOf }: CommGroups): Channel[] {
	const channels = new Map<string, Omit<Channel, "members"> & { members: { rank: number; ops: number[] }[] }>();
	const relative = new PeerNumbering(ranks, { groups, groupOf });
	ranks.forEach((comms, r) => {
		const direction = comms.strings.map((name) => (isSend(name) ? 1 : isReceive(name) ? 2 : 0));
		for (let op = 0; op < comms.count; op++) {
			const g = groupOf[r]![op]!;
			if (g === NONE || groups[g]!.size < 2) continue;
			const way = direction[comms.collective[op]!]!;
			const peer = way === 0 ? NONE : relative.peerOf(g, way === 1 ? comms.dst[op]! : comms.src[op]!);
			// A message whose other end is not said keeps the order of its group.
			const from = peer === NONE ? NONE : way === 1 ? comms.rank : peer;
			const to = peer === NONE ? NONE : way === 1 ? peer : comms.rank;
			const key = peer === NONE ? `${g}` : `${g} ${from} ${to}`;
			let channel = channels.get(key);
			if (!channel) {
				channel = { group: g, from, to, size: peer === NONE ? groups[g]!.size : 2, members: [] };
				channels.set(key, channel);
			}
			let member = channel.members.at(-1);
			if (member?.rank !== r) {
				member = { rank: r, ops: [] };
				channel.members.push(member);
			}
			member.ops.push(op);
		}
	});
	return [...channels.values()];
}

/**
 * Whether the peers of a group's messages are numbered by the ranks of the job, as PyTorch records them, or by their
 * places in the group: by what makes more of them other members of the group.
 */
class PeerNumbering {
	private readonly byPlace: Uint8Array;

	constructor(
		ranks: readonly RankComms[],
		private readonly table: CommGroups,
	) {
		const { groups, groupOf } = table;
		const asRanks = new Uint32Array(groups.length);
		const asPlaces = new Uint32Array(groups.length);
		ranks.forEach(({ rank, count, src, dst }, r) => {
			for (let op = 0; op < count; op++) {
				const g = groupOf[r]![op]!;
				const peer = dst[op] === NONE ? src[op]! : dst[op]!;
				if (g === NONE || peer === NONE) continue;
				const { members } = groups[g]!;
				if (peer !== rank && members.includes(peer)) asRanks[g]!++;
				if (members[peer] !== undefined && members[peer] !== rank) asPlaces[g]!++;
			}
		});
		this.byPlace =
			asRanks.length > 0 ? Uint8Array.from(asRanks, (n, g) => (asPlaces[g]! > n ? 1 : 0)) : new Uint8Array(0);
	}

	/** The rank of the job that a recorded peer is; NONE where none is recorded. */
	peerOf(group: number, recorded: number): number {
		if (recorded === NONE) return NONE;
		return this.byPlace[group] ? (this.table.groups[group]!.members[recorded] ?? NONE) : recorded;
	}
}
