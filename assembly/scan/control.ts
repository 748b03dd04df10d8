/**
 * The control block, through which TypeScript and the scanner speak: u32 fields in this order. Mirrored in
 * src/trace/scanner/layout.ts, where TypeScript lays the memory out; a test holds the two together.
 */
import { CATEGORY_LIMIT, PHASE_COUNT } from "./limits";

const FIELD: usize = 4;
export const CONTROL_BYTES: usize = 74 * FIELD;
export const CONTROL: usize = memory.data(296, 16);

/** Where scanning goes on, and which byte could not be read. */
export const POSITION: usize = CONTROL;
export const ERROR_AT: usize = POSITION + FIELD;
/** A span that goes with the status. */
export const TEXT: usize = ERROR_AT + FIELD;
export const TEXT_LENGTH: usize = TEXT + FIELD;
/** Where in the document: see document.ts. */
export const STATE: usize = TEXT_LENGTH + FIELD;
export const HEADER_DEPTH: usize = STATE + FIELD;
export const HEADER_FLAGS: usize = HEADER_DEPTH + FIELD;
/** In: keep every `python_function` event, not only modules. */
export const KEEP_PYTHON: usize = HEADER_FLAGS + FIELD;
/** Arrays of events seen: one, in a trace. */
export const EVENT_ARRAYS: usize = KEEP_PYTHON + FIELD;

/** Counters over the whole file. */
export const EVENTS: usize = EVENT_ARRAYS + FIELD;
export const DUPLICATE_KEYS: usize = EVENTS + FIELD;
export const WITHOUT_PHASE: usize = DUPLICATE_KEYS + FIELD;
export const WITHOUT_TIME: usize = WITHOUT_PHASE + FIELD;
export const BAD_DURATIONS: usize = WITHOUT_TIME + FIELD;
/** Of u32 counters, one a phase letter (`ph`), of events that are not rows. */
export const PHASES: usize = BAD_DURATIONS + FIELD;
/** Of 8-byte records: class of the category (u32), events of it that were not kept (u32). */
export const CATEGORIES: usize = PHASES + FIELD;

/** Nanoseconds of time 0 (i64), chosen at the first row. */
export const BASE_SET: usize = CATEGORIES + FIELD;
export const BASE: usize = BASE_SET + FIELD;
export const BASE_HIGH: usize = BASE + FIELD;

/** The string table: see strings.ts. */
export const STRINGS: usize = BASE_HIGH + FIELD;
export const STRING_CAPACITY: usize = STRINGS + FIELD;
export const ENTRIES: usize = STRING_CAPACITY + FIELD;
export const SLOTS: usize = ENTRIES + FIELD;
export const SLOT_MASK: usize = SLOTS + FIELD;
export const HEAP: usize = SLOT_MASK + FIELD;
export const HEAP_END: usize = HEAP + FIELD;

/** The track table: see tracks.ts. */
export const TRACKS: usize = HEAP_END + FIELD;
export const TRACK_CAPACITY: usize = TRACKS + FIELD;
export const TRACK_RECORDS: usize = TRACK_CAPACITY + FIELD;
export const TRACK_SLOTS: usize = TRACK_RECORDS + FIELD;
export const TRACK_SLOT_MASK: usize = TRACK_SLOTS + FIELD;

/** Batches: how many rows each has room for, how many it holds, and the addresses of its columns. */
export const BATCH_ROWS: usize = TRACK_SLOT_MASK + FIELD;
export const BATCH_EVENTS: usize = BATCH_ROWS + FIELD;

export const ROWS: usize = BATCH_EVENTS + FIELD;
export const ROW_CATEGORY: usize = ROWS + FIELD;
export const ROW_NAME: usize = ROW_CATEGORY + FIELD;
export const ROW_START_NS: usize = ROW_NAME + FIELD;
export const ROW_DUR_NS: usize = ROW_START_NS + FIELD;
export const ROW_TRACK: usize = ROW_DUR_NS + FIELD;
export const ROW_CORRELATION: usize = ROW_TRACK + FIELD;
export const ROW_STREAM: usize = ROW_CORRELATION + FIELD;
export const ROW_EXTERNAL_ID: usize = ROW_STREAM + FIELD;
export const ROW_SEQUENCE: usize = ROW_EXTERNAL_ID + FIELD;
export const ROW_SHAPE: usize = ROW_SEQUENCE + FIELD;
export const ROW_DETAIL: usize = ROW_SHAPE + FIELD;
export const ROW_BYTES: usize = ROW_DETAIL + FIELD;

export const COMMS: usize = ROW_BYTES + FIELD;
/** Rows that were taken out before: where this batch begins in the whole table. */
export const COMMS_TAKEN: usize = COMMS + FIELD;
export const COMM_COLLECTIVE: usize = COMMS_TAKEN + FIELD;
export const COMM_DTYPE: usize = COMM_COLLECTIVE + FIELD;
export const COMM_IN_ELEMS: usize = COMM_DTYPE + FIELD;
export const COMM_OUT_ELEMS: usize = COMM_IN_ELEMS + FIELD;
export const COMM_GROUP_SIZE: usize = COMM_OUT_ELEMS + FIELD;
export const COMM_GROUP_NAME: usize = COMM_GROUP_SIZE + FIELD;
export const COMM_GROUP_DESC: usize = COMM_GROUP_NAME + FIELD;
export const COMM_GROUP_RANKS: usize = COMM_GROUP_DESC + FIELD;
export const COMM_SEQ: usize = COMM_GROUP_RANKS + FIELD;
export const COMM_SRC_RANK: usize = COMM_SEQ + FIELD;
export const COMM_DST_RANK: usize = COMM_SRC_RANK + FIELD;

export const SYNCS: usize = COMM_DST_RANK + FIELD;
export const SYNCS_TAKEN: usize = SYNCS + FIELD;
export const SYNC_WAIT_ON_STREAM: usize = SYNCS_TAKEN + FIELD;
export const SYNC_RECORD_CORRELATION: usize = SYNC_WAIT_ON_STREAM + FIELD;
export const SYNC_EVENT_ID: usize = SYNC_RECORD_CORRELATION + FIELD;

export const FLOWS: usize = SYNC_EVENT_ID + FIELD;
export const FLOW_ID: usize = FLOWS + FIELD;
export const FLOW_KIND: usize = FLOW_ID + FIELD;
export const FLOW_TRACK: usize = FLOW_KIND + FIELD;
export const FLOW_NS: usize = FLOW_TRACK + FIELD;

/** Names of processes and threads: which name (string id), of which pid and tid (keys as in tracks.ts), the text. */
export const LABELS: usize = FLOW_NS + FIELD;
export const LABEL_KIND: usize = LABELS + FIELD;
export const LABEL_PID: usize = LABEL_KIND + FIELD;
export const LABEL_TID: usize = LABEL_PID + FIELD;
export const LABEL_TEXT: usize = LABEL_TID + FIELD;

const phases: usize = memory.data(PHASE_COUNT * 4, 16);
const categories: usize = memory.data(CATEGORY_LIMIT * 8, 16);

export function initControl(): void {
	store<u32>(PHASES, <u32>phases);
	memory.fill(phases, 0, PHASE_COUNT * 4);
	store<u32>(CATEGORIES, <u32>categories);
	memory.fill(categories, 0, CATEGORY_LIMIT * 8);
}

@inline
export function get(field: usize): u32 {
	return load<u32>(field);
}

@inline
export function set(field: usize, value: u32): void {
	store<u32>(field, value);
}

@inline
export function increment(field: usize): void {
	store<u32>(field, load<u32>(field) + 1);
}

/** Address of a row in the batch of a column, whose values are 1 << shift bytes wide. */
@inline
export function column(field: usize, index: u32, shift: usize): usize {
	return <usize>get(field) + ((<usize>index) << shift);
}
