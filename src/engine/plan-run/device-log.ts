/** Room for what the devices of the ranks do, and the lists of device work by which blocks log it. */
import { PLAN_CONTROL, PLAN_RANK } from "../../abi/plan-control.js";
import { type Block, NO_LANE } from "../../plan/block.js";
import { type DevicePieces, devicePieces, FIRST_COMMUNICATION } from "../../plan/run/device-pieces.js";
import { type BlockRecords, recordSlot } from "./block-records.js";
import type { Places, Words } from "./places.js";
import type { SideBySide } from "./side-by-side.js";

/** Bytes of an entry, by the last bit of the channel: computing, communication (assembly/plan/device-log.ts). */
const ENTRY_BYTES = [16, 24] as const;
/** Of a segment of device time. */
const SEGMENT_BYTES = 16;

/** Pieces of a block in the order of its tasks, by channel: 2 x lane, and 1 more for communication. */
interface ChannelPieces {
	readonly channel: number;
	readonly first: readonly number[];
	readonly last: readonly number[];
}

export interface LogPlaces {
	readonly channels: number;
	/** Of every block. */
	readonly groups: readonly (readonly ChannelPieces[])[];
	readonly pieces: readonly number[];
	/** Of every rank: addresses of its tables, and of its logs, one a channel and plan. */
	readonly begin: readonly number[];
	readonly end: readonly number[];
	readonly logs: readonly (readonly number[])[];
	readonly segments: readonly [number, number, number];
	readonly next: number;
	readonly sums: number;
}

/** f64 that the kernel sums up. */
const SUM_COUNT = 5;

export function placeLogs(places: Places, { plans, blocks, items }: SideBySide): LogPlaces {
	const [plan] = plans as [SideBySide["plans"][number]];
	const { lanes, strings } = plan.blockLibrary;
	const channels = 2 * lanes.length;
	const groups = blocks.map(([block]) => channelsOf(block!, devicePieces(block!, strings)));
	const counts = countEntries(groups, items, channels);
	const take = (bytes: number): number => places.take(bytes);
	const mostOf = (bit: number): number =>
		counts.reduce(
			(most, rank) =>
				Math.max(
					most,
					rank.reduce((sum, n, c) => sum + ((c & 1) === bit ? n : 0), 0),
				),
			0,
		);
	const [computing, communication] = [mostOf(0), mostOf(1)];
	return {
		channels,
		groups,
		pieces: groups.map((some) => take(some.reduce((bytes, { first }) => bytes + 8 + 8 * first.length, 0))),
		begin: items.map(() => take(4 * channels * plans.length)),
		end: items.map(() => take(4 * channels * plans.length)),
		logs: counts.map((rank) =>
			Array.from(rank, (count, channel) => plans.map(() => take(count * ENTRY_BYTES[channel & 1]!))).flat(),
		),
		segments: [
			take(communication * SEGMENT_BYTES),
			take(communication * SEGMENT_BYTES),
			take(computing * SEGMENT_BYTES),
		],
		next: take(8 * lanes.length),
		sums: take(8 * SUM_COUNT),
	};
}

function channelsOf({ lane }: Block, { first, last, family }: DevicePieces): ChannelPieces[] {
	const groups = new Map<number, { channel: number; first: number[]; last: number[] }>();
	for (let i = 0; i < last.length; i++) {
		const on = lane[last[i]!]!;
		if (on === NO_LANE) throw new Error("device work on no lane cannot be summed up");
		const channel = 2 * on + (family[i]! < FIRST_COMMUNICATION ? 0 : 1);
		let group = groups.get(channel);
		if (group === undefined) {
			group = { channel, first: [], last: [] };
			groups.set(channel, group);
		}
		group.first.push(first[i]!);
		group.last.push(last[i]!);
	}
	return [...groups.values()];
}

/** Entries of each rank by channel. */
function countEntries(
	groups: readonly (readonly ChannelPieces[])[],
	items: readonly Uint32Array[],
	channels: number,
): Uint32Array[] {
	const known = new Map<Uint32Array, Uint32Array>();
	return items.map((list) => {
		let counts = known.get(list);
		if (counts === undefined) {
			counts = new Uint32Array(channels);
			const uses = new Uint32Array(groups.length);
			for (let i = 0; i < list.length; i++) uses[list[i]!]!++;
			for (const [b, some] of groups.entries())
				for (const { channel, first } of some) counts[channel]! += uses[b]! * first.length;
			known.set(list, counts);
		}
		return counts;
	});
}

/** Writes the pieces of a block; returns the fields of the block that say where they are. */
export function writePieces(
	words: Words,
	{ groups, pieces }: LogPlaces,
	b: number,
	{ lanes, recordOf }: BlockRecords,
	width: number,
): { PIECES: number; PIECE_GROUPS: number } {
	const startOf = (task: number): number => 8 * width * recordSlot(lanes, recordOf[task]!);
	let at = pieces[b]! / 4;
	for (const { channel, first, last } of groups[b]!) {
		words.u32[at++] = channel;
		words.u32[at++] = first.length;
		for (let i = 0; i < first.length; i++) {
			words.u32[at++] = startOf(first[i]!);
			words.u32[at++] = startOf(last[i]!);
		}
	}
	return { PIECES: pieces[b]!, PIECE_GROUPS: groups[b]!.length };
}

export function writeLogs(words: Words, places: LogPlaces, control: number, ranks: readonly number[]): void {
	const [SEGMENTS, OTHER_SEGMENTS, BUSY_SEGMENTS] = places.segments;
	words.setFields(control, PLAN_CONTROL, {
		SEGMENTS,
		OTHER_SEGMENTS,
		BUSY_SEGMENTS,
		NEXT_PIECE: places.next,
		SUMS: places.sums,
	});
	ranks.forEach((at, r) => {
		words.setFields(at, PLAN_RANK, { LOG_BEGIN: places.begin[r]!, LOG_END: places.end[r]! });
		words.setU32(places.begin[r]!, places.logs[r]!);
		words.setU32(places.end[r]!, places.logs[r]!);
	});
}
