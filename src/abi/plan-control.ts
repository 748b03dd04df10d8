/**
 * The memory of the plan runner: the u32 fields of its control block, its blocks, meetings and ranks, each by its offset
 * in bytes. The mirror of assembly/plan/layout.ts, where each field is described; a test holds the two together.
 */
function offsets<const Names extends readonly string[]>(names: Names): Readonly<Record<Names[number], number>> {
	return Object.fromEntries(names.map((name, i) => [name, 4 * i])) as Record<Names[number], number>;
}

export const PLAN_CONTROL = offsets([
	"WIDTH",
	"LANES",
	"MESSAGES",
	"BLOCK",
	"RANK",
	"READY",
	"READY_COUNT",
	"LATEST",
	"MISSING",
	"FIRST_WAITING",
	"RECEIVED",
	"GROUP_BEGIN",
	"SEGMENTS",
	"OTHER_SEGMENTS",
	"BUSY_SEGMENTS",
	"NEXT_PIECE",
	"SUMS",
	"PLAN_CONTROL_BYTES",
]);

export const PLAN_BLOCK = offsets([
	"RECORDS",
	"RECORD_COUNT",
	"READS",
	"READ_COUNT",
	"TOUCHES",
	"TOUCH_COUNT",
	"NAMED",
	"AWAITED",
	"AWAITED_AT",
	"MEETINGS",
	"MEETING_COUNT",
	"MEETING_ORDER",
	"CAN_DEFER",
	"PIECES",
	"PIECE_GROUPS",
	"BLOCK_BYTES",
]);

export const PLAN_MEETING = offsets([
	"ROLE",
	"RECEIVES",
	"ARRIVAL",
	"TRANSFER",
	"NEEDED_BY",
	"RENDEZVOUS_AT",
	"ON_LANE",
	"MEETING_BYTES",
]);

export const PLAN_RANK = offsets([
	"ITEM",
	"ITEMS",
	"ITEM_BLOCK",
	"NEXT_MESSAGE",
	"IS_OPEN",
	"RECORD",
	"MEETING",
	"IS_DEFERRED",
	"IS_DONE",
	"NEXT_WAITING",
	"TIME",
	"PENDING",
	"RENDEZVOUS",
	"GROUP",
	"MET",
	"LOG_BEGIN",
	"LOG_END",
	"RANK_BYTES",
]);

/** Bytes of a record, of which `width` plans have their delays and durations there. */
export function planRecordBytes(width: number): number {
	return 8 + 24 * width;
}

/** Bytes of a pending transfer. */
export function planPendingBytes(width: number): number {
	return 8 + 24 * width;
}
