/**
 * Where the plan runner finds everything. It runs plans of one structure side by side; WIDTH (1, 2 or 4) is how many,
 * and a time is WIDTH f64 in a row, one a plan. Mirrored in src/abi/plan-control.ts.
 *
 * A rank has a work space, in which each edge of a block names the time that it waits for by its byte offset:
 *
 *     | never, never | start, finish of the last task of every lane | start, finish of every record of the block |
 *     | messages | rendezvous |
 *
 * A record is a task with at most two edges; what has more is preceded by records that take the later of two edges.
 */

/** The control block: u32 each. */
export const WIDTH: usize = 0;
/** Lanes of a rank: its threads and streams. */
export const LANES: usize = WIDTH + 4;
export const MESSAGES: usize = LANES + 4;
/** Addresses of the blocks and of the ranks, see below. */
export const BLOCK: usize = MESSAGES + 4;
export const RANK: usize = BLOCK + 4;
/** u32 a rank: those that can go on. */
export const READY: usize = RANK + 4;
export const READY_COUNT: usize = READY + 4;
/** A time a rendezvous: the latest arrival so far; those of messages come first. */
export const LATEST: usize = READY_COUNT + 4;
/** u32 a rendezvous: ranks that are still missing. */
export const MISSING: usize = LATEST + 4;
/** u32 a rendezvous: 1 + the first of the ranks that wait for it. */
export const FIRST_WAITING: usize = MISSING + 4;
/** A time a message: when it had been received. */
export const RECEIVED: usize = FIRST_WAITING + 4;
/** u32 a group: its first rendezvous. */
export const GROUP_BEGIN: usize = RECEIVED + 4;
/** The fields from here on are those of device sums. Room for segments of device time, see device-sums.ts. */
export const SEGMENTS: usize = GROUP_BEGIN + 4;
export const OTHER_SEGMENTS: usize = SEGMENTS + 4;
export const BUSY_SEGMENTS: usize = OTHER_SEGMENTS + 4;
/** 8 bytes a lane: work space. */
export const NEXT_PIECE: usize = BUSY_SEGMENTS + 4;
/** f64 each, out: see device-sums.ts. */
export const SUMS: usize = NEXT_PIECE + 4;
export const PLAN_CONTROL_BYTES: usize = SUMS + 4;

/** A block: u32 each. */
export const RECORDS: usize = 0;
export const RECORD_COUNT: usize = RECORDS + 4;
/** u32 each: lanes that the block looks back at. */
export const READS: usize = RECORD_COUNT + 4;
export const READ_COUNT: usize = READS + 4;
/** Lanes that it puts tasks on: u32 lane, u32 offset of the start of the last task there. */
export const TOUCHES: usize = READ_COUNT + 4;
export const TOUCH_COUNT: usize = TOUCHES + 4;
/** Messages that it sends or receives, those that it waits for, and the offset of the first of these times. */
export const NAMED: usize = TOUCH_COUNT + 4;
export const AWAITED: usize = NAMED + 4;
export const AWAITED_AT: usize = AWAITED + 4;
/** Where it meets others, see below, and u32 each: the meetings in the order of their transfers. */
export const MEETINGS: usize = AWAITED_AT + 4;
export const MEETING_COUNT: usize = MEETINGS + 4;
export const MEETING_ORDER: usize = MEETING_COUNT + 4;
/** 1 where its last task is its only transfer: what follows need not wait for it before it asks for it. */
export const CAN_DEFER: usize = MEETING_ORDER + 4;
/** Its device work by channel, see device-log.ts; none where nobody asks for it. */
export const PIECES: usize = CAN_DEFER + 4;
export const PIECE_GROUPS: usize = PIECES + 4;
export const BLOCK_BYTES: usize = PIECE_GROUPS + 4;

/** A meeting: u32 each. Index into GROUP_ROLES. */
export const ROLE: usize = 0;
/** 1 where a message is received. */
export const RECEIVES: usize = ROLE + 4;
/** Offset of the start of the task that arrives, and of the transfer. */
export const ARRIVAL: usize = RECEIVES + 4;
export const TRANSFER: usize = ARRIVAL + 4;
/** The first record that needs the rendezvous, and the offset of its time. */
export const NEEDED_BY: usize = TRANSFER + 4;
export const RENDEZVOUS_AT: usize = NEEDED_BY + 4;
/** The lane of the transfer. */
export const ON_LANE: usize = RENDEZVOUS_AT + 4;
export const MEETING_BYTES: usize = ON_LANE + 4;

/** A record: u32 offsets of the times that its two edges name, then the two delays and the duration, WIDTH f64 each. */
export const RECORD_DELAYS: usize = 8;

/** A rank: u32 each. Its items so far and in all, and the block of each. */
export const ITEM: usize = 0;
export const ITEMS: usize = ITEM + 4;
export const ITEM_BLOCK: usize = ITEMS + 4;
/** Address of the next message that the program names. */
export const NEXT_MESSAGE: usize = ITEM_BLOCK + 4;
/** Of the block that is under way: 1 once its lanes and messages are known, its next record, its next meeting. */
export const IS_OPEN: usize = NEXT_MESSAGE + 4;
export const RECORD: usize = IS_OPEN + 4;
export const MEETING: usize = RECORD + 4;
/** 1 while the end of its last task is not known. */
export const IS_DEFERRED: usize = MEETING + 4;
export const IS_DONE: usize = IS_DEFERRED + 4;
/** 1 + the next of the ranks that wait for the same. */
export const NEXT_WAITING: usize = IS_DONE + 4;
/** Addresses: the work space; a pending transfer a lane, see below; u32 a meeting of the block: its rendezvous. */
export const TIME: usize = NEXT_WAITING + 4;
export const PENDING: usize = TIME + 4;
export const RENDEZVOUS: usize = PENDING + 4;
/** Addresses, u32 a role: the group or NONE, and how often the rank has met it. */
export const GROUP: usize = RENDEZVOUS + 4;
export const MET: usize = GROUP + 4;
/** Addresses, u32 a channel and plan: where its log of device work begins, and where it ends so far; or 0. */
export const LOG_BEGIN: usize = MET + 4;
export const LOG_END: usize = LOG_BEGIN + 4;
export const RANK_BYTES: usize = LOG_END + 4;

/** A pending transfer: u32 1 + the rendezvous that it waits for, u32 whether it receives, then three times. */
export const AWAITS: usize = 0;
export const IS_RECEIVED: usize = AWAITS + 4;
/** When it could start but for the rendezvous; behind that what it takes, and when it arrived. */
export const READY_AT: usize = IS_RECEIVED + 4;
