/**
 * The event being read: a record in static memory, valid only where `SEEN` and `SEEN_ARGUMENTS` say so. Nothing of it
 * counts before its closing brace is seen, so that an event cut by the end of the input can be read again.
 *
 * Spans are an address, a length and flags of canonical.ts (u32 each); identities are spans or numbers, see tracks.ts.
 */

const RECORD: usize = memory.data(512, 16);

/** Bits of `KEY_*`, one a key of the event. */
export const SEEN: usize = RECORD;
/** Bits `1 << ARG_*`, one an argument. */
export const SEEN_ARGUMENTS: usize = RECORD + 4;
/** Keys seen twice. */
export const REPEATED: usize = RECORD + 8;
/** Letter of `ph`. */
export const PHASE: usize = RECORD + 12;
export const START_NS: usize = RECORD + 16;
export const DUR_NS: usize = RECORD + 24;
export const CAT: usize = RECORD + 32;
export const NAME: usize = RECORD + 48;
export const PID: usize = RECORD + 64;
export const TID: usize = RECORD + 80;
export const ID: usize = RECORD + 96;
/** The node (paths.ts) that stands for the category's text, or 0. */
export const CAT_NODE: usize = RECORD + 112;
/** Where the text before the category begins, and where the event ends. */
export const CAT_BEGIN: usize = RECORD + 116;
export const EVENT_END: usize = RECORD + 120;
/** 16 bytes an argument: an i64 or a span. */
const ARGUMENTS: usize = RECORD + 128;

export const KEY_PH: u32 = 1;
export const KEY_CAT: u32 = 2;
export const KEY_NAME: u32 = 4;
export const KEY_PID: u32 = 8;
export const KEY_TID: u32 = 16;
export const KEY_TS: u32 = 32;
export const KEY_DUR: u32 = 64;
export const KEY_ARGS: u32 = 128;
export const KEY_ID: u32 = 256;

export const ARG_CORRELATION: u32 = 0;
export const ARG_STREAM: u32 = 1;
export const ARG_EXTERNAL_ID: u32 = 2;
export const ARG_SEQUENCE: u32 = 3;
export const ARG_SHAPE: u32 = 4;
export const ARG_GRID: u32 = 5;
export const ARG_BLOCK: u32 = 6;
export const ARG_BYTES: u32 = 7;
export const ARG_LABEL: u32 = 8;
export const ARG_COLLECTIVE: u32 = 9;
export const ARG_DTYPE: u32 = 10;
export const ARG_IN_ELEMS: u32 = 11;
export const ARG_OUT_ELEMS: u32 = 12;
export const ARG_GROUP_SIZE: u32 = 13;
export const ARG_GROUP_NAME: u32 = 14;
export const ARG_GROUP_DESC: u32 = 15;
export const ARG_GROUP_RANKS: u32 = 16;
export const ARG_SEQ: u32 = 17;
export const ARG_SRC_RANK: u32 = 18;
export const ARG_DST_RANK: u32 = 19;
export const ARG_WAIT_ON_STREAM: u32 = 20;
export const ARG_RECORD_CORRELATION: u32 = 21;
export const ARG_EVENT_ID: u32 = 22;

@inline
export function argument(index: u32): usize {
	return ARGUMENTS + ((<usize>index) << 4);
}

@inline
export function hasArgument(seen: u32, index: u32): bool {
	return ((seen >> index) & 1) !== 0;
}

@inline
export function setSpan(field: usize, begin: usize, length: u32, flags: u32): void {
	store<u32>(field, <u32>begin);
	store<u32>(field, length, 4);
	store<u32>(field, flags, 8);
}
