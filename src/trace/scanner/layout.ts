/** The mirror of assembly/scan/control.ts and status.ts: u32 fields in their order; a test holds them together. */
export const CONTROL_FIELDS = [
	"POSITION",
	"ERROR_AT",
	"TEXT",
	"TEXT_LENGTH",
	"STATE",
	"HEADER_DEPTH",
	"HEADER_FLAGS",
	"KEEP_PYTHON",
	"EVENT_ARRAYS",
	"EVENTS",
	"DUPLICATE_KEYS",
	"WITHOUT_PHASE",
	"WITHOUT_TIME",
	"BAD_DURATIONS",
	"PHASES",
	"CATEGORIES",
	"BASE_SET",
	"BASE",
	"BASE_HIGH",
	"STRINGS",
	"STRING_CAPACITY",
	"ENTRIES",
	"SLOTS",
	"SLOT_MASK",
	"HEAP",
	"HEAP_END",
	"TRACKS",
	"TRACK_CAPACITY",
	"TRACK_RECORDS",
	"TRACK_SLOTS",
	"TRACK_SLOT_MASK",
	"BATCH_ROWS",
	"BATCH_EVENTS",
	"ROWS",
	"ROW_CATEGORY",
	"ROW_NAME",
	"ROW_START_NS",
	"ROW_DUR_NS",
	"ROW_TRACK",
	"ROW_CORRELATION",
	"ROW_STREAM",
	"ROW_EXTERNAL_ID",
	"ROW_SEQUENCE",
	"ROW_SHAPE",
	"ROW_DETAIL",
	"ROW_BYTES",
	"COMMS",
	"COMMS_TAKEN",
	"COMM_COLLECTIVE",
	"COMM_DTYPE",
	"COMM_IN_ELEMS",
	"COMM_OUT_ELEMS",
	"COMM_GROUP_SIZE",
	"COMM_GROUP_NAME",
	"COMM_GROUP_DESC",
	"COMM_GROUP_RANKS",
	"COMM_SEQ",
	"COMM_SRC_RANK",
	"COMM_DST_RANK",
	"SYNCS",
	"SYNCS_TAKEN",
	"SYNC_WAIT_ON_STREAM",
	"SYNC_RECORD_CORRELATION",
	"SYNC_EVENT_ID",
	"FLOWS",
	"FLOW_ID",
	"FLOW_KIND",
	"FLOW_TRACK",
	"FLOW_NS",
	"LABELS",
	"LABEL_KIND",
	"LABEL_PID",
	"LABEL_TID",
	"LABEL_TEXT",
] as const;
export type ControlField = (typeof CONTROL_FIELDS)[number];

/** What `scan` returns. */
export const Status = {
	NEED_INPUT: 0,
	BATCH_FULL: 1,
	NEW_CATEGORY: 2,
	HEAP_FULL: 3,
	STRINGS_FULL: 4,
	TRACKS_FULL: 5,
	HEADER_KEY: 6,
	HEADER_PART: 7,
	HEADER_END: 8,
	DONE: 9,
	BAD_SYNTAX: 10,
	NOT_JSON: 11,
	EVENTS_NOT_AN_ARRAY: 12,
} as const;

/** Zero bytes that the scanner writes behind the input. */
export const INPUT_PADDING = 64;
/** Categories with a record of their own; the last record is shared by all further ones. */
export const CATEGORY_LIMIT = 4096;
export const PHASE_COUNT = 128;

/** Bytes of an entry of the string table and of a record of the track table. */
export const STRING_ENTRY_BYTES = 16;
export const TRACK_RECORD_BYTES = 32;

/** Entry flags: bits of the raw length, see assembly/scan/canonical.ts. */
export const STRING_LENGTH_MASK = 0x1fffffff;
