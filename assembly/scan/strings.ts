/**
 * The string table: every distinct text once, found by hash (open addressing, linear probing, at most half full).
 *
 *   slot  u32: 1 + id, 0 = free
 *   entry u32 address of the bytes | u32 length and flags | u32 hash | u32 tag
 *
 * A raw span that needs work (flags, see canonical.ts) has an entry of its own whose tag is the id of the text it stands
 * for: the work is done once a spelling. The tag of a plain text is 1 + its category, or 0.
 */
import { LENGTH_MASK, writeCanonical } from "./canonical";
import { ENTRIES, get, HEAP, SLOT_MASK, SLOTS, STRINGS, set } from "./control";
import { copyBytes, hashBytes, sameBytes, sampleBytes } from "./text";

const ENTRY_SHIFT: usize = 4;

@inline
function entryOf(id: u32): usize {
	return <usize>get(ENTRIES) + ((<usize>id) << ENTRY_SHIFT);
}

/** A sample needs eight bytes, and is no cheaper than a whole hash below two blocks. */
const SAMPLED_LENGTH: u32 = 16;
const RECENT_BITS: u32 = 10;
/** u32 1 + id of the last entry with this sample, 0 = none. */
const recent: usize = memory.data(4096, 16);

export function forgetRecent(): void {
	memory.fill(recent, 0, 4 << RECENT_BITS);
}

/** Id of the text of a span. The caller has seen to the room. */
export function intern(text: usize, length: u32, flags: u32): u32 {
	if (length < SAMPLED_LENGTH) return plainOf(lookUp(text, length, flags), flags);
	const place = recent + ((<usize>(sampleBytes(text, length) >> (32 - RECENT_BITS))) << 2);
	const known = load<u32>(place);
	if (known !== 0) {
		const entry = entryOf(known - 1);
		if (load<u32>(entry, 4) === (length | flags) && sameBytes(load<u32>(entry), text, length)) {
			return plainOf(known - 1, flags);
		}
	}
	const id = lookUp(text, length, flags);
	store<u32>(place, id + 1);
	return plainOf(id, flags);
}

@inline
function plainOf(id: u32, flags: u32): u32 {
	return flags === 0 ? id : tagOf(id);
}

/** Id of the entry of a raw span, which is added where it is new. */
function lookUp(text: usize, length: u32, flags: u32): u32 {
	const key = length | flags;
	const hash = hashBytes(text, length) ^ flags;
	const mask = get(SLOT_MASK);
	const slots = <usize>get(SLOTS);
	const entries = <usize>get(ENTRIES);
	let slot = hash & mask;
	while (true) {
		const taken = load<u32>(slots + ((<usize>slot) << 2));
		if (taken === 0) break;
		const entry = entries + ((<usize>(taken - 1)) << ENTRY_SHIFT);
		if (load<u32>(entry, 8) === hash && load<u32>(entry, 4) === key && sameBytes(load<u32>(entry), text, length)) {
			return taken - 1;
		}
		slot = (slot + 1) & mask;
	}
	return add(slots + ((<usize>slot) << 2), text, length, flags, hash);
}

function add(slot: usize, text: usize, length: u32, flags: u32, hash: u32): u32 {
	const id = get(STRINGS);
	const bytes = <usize>get(HEAP);
	copyBytes(bytes, text, length);
	set(HEAP, <u32>bytes + length);
	set(STRINGS, id + 1);
	store<u32>(slot, id + 1);
	const entry = entryOf(id);
	store<u32>(entry, <u32>bytes);
	store<u32>(entry, length | flags, 4);
	store<u32>(entry, hash, 8);
	store<u32>(entry, 0, 12);
	if (flags !== 0) {
		const canonical = <usize>get(HEAP);
		store<u32>(entry, lookUp(canonical, writeCanonical(text, length, flags, canonical), 0), 12);
	}
	return id;
}

@inline
export function tagOf(id: u32): u32 {
	return load<u32>(entryOf(id), 12);
}

export function setTag(id: u32, tag: u32): void {
	store<u32>(entryOf(id), tag, 12);
}

export function bytesOf(id: u32): usize {
	return load<u32>(entryOf(id));
}

export function lengthOf(id: u32): u32 {
	return load<u32>(entryOf(id), 4) & LENGTH_MASK;
}

/** Fills empty slots anew, after TypeScript moved the table to a larger place. */
export function rehashStrings(): void {
	const count = get(STRINGS);
	const mask = get(SLOT_MASK);
	const slots = <usize>get(SLOTS);
	for (let id: u32 = 0; id < count; id++) {
		let slot = load<u32>(entryOf(id), 8) & mask;
		while (load<u32>(slots + ((<usize>slot) << 2)) !== 0) slot = (slot + 1) & mask;
		store<u32>(slots + ((<usize>slot) << 2), id + 1);
	}
}
