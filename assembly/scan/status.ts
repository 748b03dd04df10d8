/** What `scan` returns. Mirrored in src/trace/scanner/layout.ts. */

/** All whole items of the input were read; what is left from POSITION on must come again, followed by more. */
export const NEED_INPUT: u32 = 0;
/** The batches are full: take the rows out, set the counts to 0. */
export const BATCH_FULL: u32 = 1;
/** The event has a category without a class, at TEXT: give it one with `setCategory`. */
export const NEW_CATEGORY: u32 = 2;
/** The bytes of interned strings need a new segment, of at least TEXT_LENGTH bytes. */
export const HEAP_FULL: u32 = 3;
/** The string table is full: give larger ENTRIES and SLOTS and call `rehashStrings`. */
export const STRINGS_FULL: u32 = 4;
/** The track table is full: give a larger one and call `rehashTracks`. */
export const TRACKS_FULL: u32 = 5;
/** A top-level key, at TEXT; its value follows in parts. */
export const HEADER_KEY: u32 = 6;
/** Bytes of a top-level value, at TEXT. */
export const HEADER_PART: u32 = 7;
/** The last bytes of a top-level value, at TEXT. */
export const HEADER_END: u32 = 8;
/** The document is closed; POSITION is behind it. */
export const DONE: u32 = 9;
/** The byte at ERROR_AT cannot stand there. */
export const BAD_SYNTAX: u32 = 10;
/** The document is neither an object nor an array. */
export const NOT_JSON: u32 = 11;
/** The value of `traceEvents` is not an array. */
export const EVENTS_NOT_AN_ARRAY: u32 = 12;
