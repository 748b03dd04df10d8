/**
 * Identities (`pid`, `tid`, flow `id`) and the table of tracks, one a pair of pid and tid.
 *
 * An identity is an i64: the number itself where the text is a plain integer of up to 15 digits, quoted or not, so that
 * `7` and `"7"` are one; else TEXT + the id of the interned text.
 *
 *   record i64 pid | i64 tid | i32 stream that the tid names, or -1 | u32 unused
 */
import { get, set, TRACK_RECORDS, TRACK_SLOT_MASK, TRACK_SLOTS, TRACKS } from "./control";
import { readSpan } from "./spans";
import { bytesOf, intern, lengthOf } from "./strings";

const TEXT: i64 = 0x4000000000000000;
const RECORD_SHIFT: usize = 5;
const QUOTE: u8 = 0x22;
const MINUS: u8 = 0x2d;
/** Stored in place of a span's address: the identity is a number. */
const NUMBER: u32 = 0xffffffff;
/** Since 2026 Kineto writes stream synchronisations to a track of their own: 1,000,000 + stream. */
const SYNC_TRACK: i64 = 1000000;

/**
 * Reads an identity into `field`: NUMBER, unused, i64; or a span.
 * @param memo remembers the last one of up to seven characters: u64 text with what ends it | u64 mask | i64 | u32 length.
 * Most events have the pid and tid of the one before.
 */
@inline
export function readIdentity(p: usize, field: usize, memo: usize): usize {
	if (((load<u64>(p) ^ load<u64>(memo)) & load<u64>(memo, 8)) === 0 && load<u64>(memo, 8) !== 0) {
		store<u32>(field, NUMBER);
		store<i64>(field, load<i64>(memo, 16), 8);
		return p + <usize>load<u32>(memo, 24);
	}
	return readNewIdentity(p, field, memo);
}

function readNewIdentity(p: usize, field: usize, memo: usize): usize {
	let q = p;
	const quoted = load<u8>(q) === QUOTE;
	if (quoted) q++;
	const negative = load<u8>(q) === MINUS;
	if (negative) q++;
	const first = q;
	let sum: i64 = 0;
	let byte = load<u8>(q);
	while (byte >= 0x30 && byte <= 0x39) {
		sum = sum * 10 + (byte - 0x30);
		byte = load<u8>(++q);
	}
	const count = q - first;
	const plain = count > 0 && count <= 15 && (load<u8>(first) !== 0x30 || (count === 1 && !negative));
	if (quoted ? byte !== QUOTE : byte !== 0x2c && byte !== 0x7d && byte > 0x20) return readSpan(p, field);
	if (!plain) return readSpan(p, field);
	if (negative) sum = -sum;
	const end = quoted ? q + 1 : q;
	// With the byte behind it, so that 7 is not taken for the front of 75.
	const length = <u64>(q + 1 - p);
	if (length <= 8) {
		const mask: u64 = 0xffffffffffffffff >> ((8 - length) << 3);
		store<u64>(memo, load<u64>(p) & mask);
		store<u64>(memo, mask, 8);
		store<i64>(memo, sum, 16);
		store<u32>(memo, <u32>(end - p), 24);
	}
	store<u32>(field, NUMBER);
	store<i64>(field, sum, 8);
	return end;
}

@inline
export function identityOf(field: usize): i64 {
	return load<u32>(field) === NUMBER
		? load<i64>(field, 8)
		: TEXT + intern(load<u32>(field), load<u32>(field, 4), load<u32>(field, 8));
}

@inline
function hashPair(pid: i64, tid: i64): u32 {
	const mixed = <u64>((<u64>pid * 0x9e3779b97f4a7c15) ^ <u64>tid) * 0xd6e8feb86659fd93;
	return <u32>(mixed >> 32);
}

/** Index of the track; the caller has seen to the room. */
export function trackOf(pid: i64, tid: i64): u32 {
	const mask = get(TRACK_SLOT_MASK);
	const slots = <usize>get(TRACK_SLOTS);
	const records = <usize>get(TRACK_RECORDS);
	let slot = hashPair(pid, tid) & mask;
	while (true) {
		const taken = load<u32>(slots + ((<usize>slot) << 2));
		if (taken === 0) break;
		const record = records + ((<usize>(taken - 1)) << RECORD_SHIFT);
		if (load<i64>(record) === pid && load<i64>(record, 8) === tid) return taken - 1;
		slot = (slot + 1) & mask;
	}
	const track = get(TRACKS);
	set(TRACKS, track + 1);
	store<u32>(slots + ((<usize>slot) << 2), track + 1);
	const record = records + ((<usize>track) << RECORD_SHIFT);
	store<i64>(record, pid);
	store<i64>(record, tid, 8);
	store<i32>(record, streamOf(tid), 16);
	return track;
}

/** The stream that a device track is named after: `7`, `stream 7`, `1000007`; -1 for none. */
function streamOf(tid: i64): i32 {
	let stream = tid;
	if (tid >= TEXT) {
		const id = <u32>(tid - TEXT);
		stream = trailingNumber(bytesOf(id), lengthOf(id));
	} else if (stream >= SYNC_TRACK && stream < 2 * SYNC_TRACK) {
		stream -= SYNC_TRACK;
	}
	return stream < 0 || stream > i32.MAX_VALUE ? -1 : <i32>stream;
}

/** The number of up to six digits that ends a text with something before it, or -1. */
function trailingNumber(begin: usize, length: u32): i64 {
	let p = begin + length;
	let number: i64 = 0;
	let unit: i64 = 1;
	while (p > begin) {
		const byte = load<u8>(--p);
		if (byte < 0x30 || byte > 0x39) return unit === 1 ? -1 : number;
		if (unit === SYNC_TRACK) return -1;
		number += (byte - 0x30) * unit;
		unit *= 10;
	}
	return -1;
}

@inline
export function trackStream(track: u32): i32 {
	return load<i32>(<usize>get(TRACK_RECORDS) + ((<usize>track) << RECORD_SHIFT), 16);
}

/** Fills empty slots anew, after TypeScript moved the table to a larger place. */
export function rehashTracks(): void {
	const count = get(TRACKS);
	const mask = get(TRACK_SLOT_MASK);
	const slots = <usize>get(TRACK_SLOTS);
	for (let track: u32 = 0; track < count; track++) {
		const record = <usize>get(TRACK_RECORDS) + ((<usize>track) << RECORD_SHIFT);
		let slot = hashPair(load<i64>(record), load<i64>(record, 8)) & mask;
		while (load<u32>(slots + ((<usize>slot) << 2)) !== 0) slot = (slot + 1) & mask;
		store<u32>(slots + ((<usize>slot) << 2), track + 1);
	}
}
