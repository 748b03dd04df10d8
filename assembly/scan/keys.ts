/**
 * The arguments that Lumos asks for, found by the first four bytes of their key.
 *
 *   slot  u32 address of the first key, 0 = none
 *   key   u32 first four bytes | u32 address of the next key of the slot | u32 argument | u32 kind of value
 *         u32 length with the closing quote | 12 unused | 48 bytes of the key with its closing quote
 *
 * Every key has at least four bytes with its closing quote.
 */
import {
	ARG_BLOCK,
	ARG_BYTES,
	ARG_COLLECTIVE,
	ARG_CORRELATION,
	ARG_DST_RANK,
	ARG_DTYPE,
	ARG_EVENT_ID,
	ARG_EXTERNAL_ID,
	ARG_GRID,
	ARG_GROUP_DESC,
	ARG_GROUP_NAME,
	ARG_GROUP_RANKS,
	ARG_GROUP_SIZE,
	ARG_IN_ELEMS,
	ARG_LABEL,
	ARG_OUT_ELEMS,
	ARG_RECORD_CORRELATION,
	ARG_SEQ,
	ARG_SEQUENCE,
	ARG_SHAPE,
	ARG_SRC_RANK,
	ARG_STREAM,
	ARG_WAIT_ON_STREAM,
} from "./pending";
import { sameBytes } from "./text";

const INTEGER: u32 = 0;
const SPAN: u32 = 1;

const KEY_BYTES: usize = 80;
const TEXT_OFFSET: usize = 32;
const SLOT_BITS: u32 = 6;

const slots: usize = memory.data(256, 16);
const table: usize = memory.data(2560, 16);
let keyCount: usize = 0;

export function initKeys(): void {
	keyCount = 0;
	memory.fill(slots, 0, (1 << SLOT_BITS) * 4);
	define("correlation", ARG_CORRELATION, INTEGER);
	define("stream", ARG_STREAM, INTEGER);
	define("External id", ARG_EXTERNAL_ID, INTEGER);
	define("external id", ARG_EXTERNAL_ID, INTEGER);
	define("Sequence number", ARG_SEQUENCE, INTEGER);
	define("Input Dims", ARG_SHAPE, SPAN);
	define("Input dims", ARG_SHAPE, SPAN);
	define("grid", ARG_GRID, SPAN);
	define("block", ARG_BLOCK, SPAN);
	define("bytes", ARG_BYTES, INTEGER);
	define("name", ARG_LABEL, SPAN);
	define("labels", ARG_LABEL, SPAN);
	define("Collective name", ARG_COLLECTIVE, SPAN);
	define("dtype", ARG_DTYPE, SPAN);
	define("In msg nelems", ARG_IN_ELEMS, INTEGER);
	define("Out msg nelems", ARG_OUT_ELEMS, INTEGER);
	define("Group size", ARG_GROUP_SIZE, INTEGER);
	define("Process Group Name", ARG_GROUP_NAME, SPAN);
	define("Process Group Description", ARG_GROUP_DESC, SPAN);
	define("Process Group Ranks", ARG_GROUP_RANKS, SPAN);
	define("Seq", ARG_SEQ, INTEGER);
	define("Src Rank", ARG_SRC_RANK, INTEGER);
	define("Dst Rank", ARG_DST_RANK, INTEGER);
	define("wait_on_stream", ARG_WAIT_ON_STREAM, INTEGER);
	define("wait_on_cuda_event_record_corr_id", ARG_RECORD_CORRELATION, INTEGER);
	define("wait_on_cuda_event_id", ARG_EVENT_ID, INTEGER);
}

function define(text: string, argument: u32, kind: u32): void {
	const key = table + keyCount++ * KEY_BYTES;
	const length = text.length;
	for (let i = 0; i < length; i++) store<u8>(key + TEXT_OFFSET + <usize>i, <u8>text.charCodeAt(i));
	store<u8>(key + TEXT_OFFSET + <usize>length, 0x22);
	const head = load<u32>(key, TEXT_OFFSET);
	const slot = slotOf(head);
	store<u32>(key, head);
	store<u32>(key, load<u32>(slot), 4);
	store<u32>(key, argument, 8);
	store<u32>(key, kind, 12);
	store<u32>(key, length + 1, 16);
	store<u32>(slot, <u32>key);
}

@inline
function slotOf(head: u32): usize {
	return slots + ((<usize>((head * 0x9e3779b1) >> (32 - SLOT_BITS))) << 2);
}

/** The key that stands at `p`, behind its opening quote, or 0. */
@inline
export function findKey(p: usize): usize {
	const head = load<u32>(p);
	let key = <usize>load<u32>(slotOf(head));
	while (key !== 0) {
		if (load<u32>(key) === head && sameBytes(key + TEXT_OFFSET, p, keyLength(key))) return key;
		key = <usize>load<u32>(key, 4);
	}
	return 0;
}

/** With the closing quote. */
@inline
export function keyLength(key: usize): u32 {
	return load<u32>(key, 16);
}

@inline
export function argumentOf(key: usize): u32 {
	return load<u32>(key, 8);
}

@inline
export function isSpan(key: usize): bool {
	return load<u32>(key, 12) === SPAN;
}
