/** One block of the plan runner, with the delays and durations of the plans that run side by side. */
import { PLAN_BLOCK, PLAN_MEETING, planRecordBytes } from "../../abi/plan-control.js";
import { type Block, groupRoleId } from "../../plan/block.js";
import { type BlockRecords, recordSlot, ZERO } from "./block-records.js";
import type { Places, Words } from "./places.js";

const MESSAGE = groupRoleId("message");

export interface BlockPlace {
	readonly records: number;
	readonly reads: number;
	readonly touches: number;
	readonly meetings: number;
	readonly order: number;
}

export function placeBlock(places: Places, block: Block, records: BlockRecords, width: number): BlockPlace {
	const meetings = records.meetingOrder.length;
	return {
		records: places.take(records.count * planRecordBytes(width)),
		reads: places.take(4 * records.readsLane.length),
		touches: places.take(8 * block.touchedLane.length),
		meetings: places.take(meetings * PLAN_MEETING.MEETING_BYTES),
		order: places.take(4 * meetings),
	};
}

/** @param at where the block's own fields go */
export function writeBlock(
	words: Words,
	at: number,
	place: BlockPlace,
	blocks: readonly Block[],
	records: BlockRecords,
): void {
	const [block] = blocks as [Block];
	const { lanes, recordOf, firstOf, meetingOrder } = records;
	const timeBytes = 8 * blocks.length;
	const startOf = (task: number): number => timeBytes * recordSlot(lanes, recordOf[task]!);
	const { arrive, transfer, role, receives } = block.meetings;
	words.setFields(at, PLAN_BLOCK, {
		RECORDS: place.records,
		RECORD_COUNT: records.count,
		READS: place.reads,
		READ_COUNT: records.readsLane.length,
		TOUCHES: place.touches,
		TOUCH_COUNT: block.touchedLane.length,
		NAMED: block.messageCount,
		AWAITED: block.messageEdge.length,
		AWAITED_AT: timeBytes * records.messageSlot,
		MEETINGS: place.meetings,
		MEETING_COUNT: meetingOrder.length,
		MEETING_ORDER: place.order,
		CAN_DEFER: records.canDefer ? 1 : 0,
		PIECES: 0,
		PIECE_GROUPS: 0,
	});
	words.setU32(place.reads, records.readsLane);
	block.touchedLane.forEach((lane, l) => {
		words.setU32(place.touches + 8 * l, [lane, startOf(block.lastOnLane[l]!)]);
	});
	words.setU32(place.order, meetingOrder);
	for (let m = 0; m < meetingOrder.length; m++) {
		words.setFields(place.meetings + m * PLAN_MEETING.MEETING_BYTES, PLAN_MEETING, {
			ROLE: role[m]!,
			RECEIVES: role[m] === MESSAGE ? receives[m]! : 0,
			ARRIVAL: startOf(arrive[m]!),
			TRANSFER: startOf(transfer[m]!),
			NEEDED_BY: firstOf[transfer[m]!]!,
			RENDEZVOUS_AT: timeBytes * (records.meetingSlot + m),
			ON_LANE: block.lane[transfer[m]!]!,
		});
	}
	writeRecords(words, place.records, blocks, records);
}

function writeRecords({ u32, f64 }: Words, at: number, blocks: readonly Block[], records: BlockRecords): void {
	const { count, slots, edges, task } = records;
	const width = blocks.length;
	const timeBytes = 8 * width;
	const bytes = planRecordBytes(width);
	for (let r = 0; r < count; r++) {
		u32[(at + r * bytes) / 4] = timeBytes * slots[2 * r]!;
		u32[(at + r * bytes) / 4 + 1] = timeBytes * slots[2 * r + 1]!;
	}
	for (let p = 0; p < width; p++) {
		const { delayNs, durationNs } = blocks[p]!;
		let to = at / 8 + 1 + p;
		for (let r = 0; r < count; r++) {
			const a = edges[2 * r]!;
			const b = edges[2 * r + 1]!;
			const t = task[r]!;
			f64[to] = a === ZERO ? 0 : delayNs[a]!;
			f64[to + width] = b === ZERO ? 0 : delayNs[b]!;
			f64[to + 2 * width] = t === ZERO ? 0 : durationNs[t]!;
			to += 3 * width + 1;
		}
	}
}
