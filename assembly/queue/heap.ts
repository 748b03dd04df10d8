/**
 * A 4-ary min-heap on (time, seq) in raw memory. Children of entry i are 4i+1 .. 4i+4; the arena puts entry 0 at 48
 * modulo 64, so that four siblings share one cache line. The caller counts the entries.
 *
 *   +0           +8         +12
 *   | time f64   | seq u32  | tag u32 |
 *
 * Keys are unique, so the order of the pops is a property of the keys and not of the heap: ties in time go by seq.
 */

import { loadF64, loadU32, storeF64, storeU32 } from "../memory";

const ENTRY_BYTES: usize = 16;

export function entryAt(heap: usize, index: u32): usize {
	return heap + (index as usize) * ENTRY_BYTES;
}

/** Whether the entry comes before the key (time, seq). */
export function comesBefore(entry: usize, time: f64, seq: u32): boolean {
	const entryTime = loadF64(entry);
	return entryTime < time || (entryTime === time && loadU32(entry + 8) < seq);
}

function writeEntry(entry: usize, time: f64, seq: u32, tag: u32): void {
	storeF64(entry, time);
	storeU32(entry + 8, seq);
	storeU32(entry + 12, tag);
}

function copyEntry(to: usize, from: usize): void {
	storeF64(to, loadF64(from));
	storeU32(to + 8, loadU32(from + 8));
	storeU32(to + 12, loadU32(from + 12));
}

/** Adds an entry to the `size` that are there. */
export function heapPush(heap: usize, size: u32, time: f64, seq: u32, tag: u32): void {
	let index = size;
	while (index > 0) {
		const parent: u32 = (index - 1) >>> 2;
		const parentEntry = entryAt(heap, parent);
		if (comesBefore(parentEntry, time, seq)) break;
		copyEntry(entryAt(heap, index), parentEntry);
		index = parent;
	}
	writeEntry(entryAt(heap, index), time, seq, tag);
}

/** Puts an entry in the place of the first of `size` entries. */
export function heapReplace(heap: usize, size: u32, time: f64, seq: u32, tag: u32): void {
	let index: u32 = 0;
	let child: u32 = 1;
	while (child < size) {
		const end: u32 = child + 4 < size ? child + 4 : size;
		let best = entryAt(heap, child);
		let bestIndex = child;
		for (let sibling: u32 = child + 1; sibling < end; sibling++) {
			const entry = entryAt(heap, sibling);
			if (comesBefore(entry, loadF64(best), loadU32(best + 8))) {
				best = entry;
				bestIndex = sibling;
			}
		}
		if (!comesBefore(best, time, seq)) break;
		copyEntry(entryAt(heap, index), best);
		index = bestIndex;
		child = 4 * index + 1;
	}
	writeEntry(entryAt(heap, index), time, seq, tag);
}

/** Takes the first of `size` entries away; its fields must have been read. */
export function heapDrop(heap: usize, size: u32): void {
	const last = entryAt(heap, size - 1);
	if (size > 1) heapReplace(heap, size - 1, loadF64(last), loadU32(last + 8), loadU32(last + 12));
}
