/**
 * The scanner: from the text of a Kineto trace, piece by piece, to columns. All memory above `heapBase` belongs to
 * TypeScript, which lays it out and says so in the control block (control.ts); what comes back is a status (status.ts).
 */
import { CATEGORIES, CONTROL, CONTROL_BYTES, get, initControl } from "./control";
import { scanDocument } from "./document";
import { forgetTails } from "./flow-tails";
import { initKeys } from "./keys";
import { initNodes } from "./nodes";
import { forgetRecent, setTag } from "./strings";

export { intern, rehashStrings } from "./strings";
export { rehashTracks } from "./tracks";

export function heapBase(): usize {
	return __heap_base;
}

/** Begins a new document: clears the control block, whose address it gives. */
export function reset(): usize {
	memory.fill(CONTROL, 0, CONTROL_BYTES);
	initControl();
	initKeys();
	initNodes();
	forgetRecent();
	forgetTails();
	return CONTROL;
}

/** Reads from `begin` to `end`, behind which there must be room for 64 bytes. */
export function scan(begin: usize, end: usize): u32 {
	return scanDocument(begin, end);
}

/** Gives the category with the string `id` its record and class. */
export function setCategory(id: u32, record: u32, kind: u32): void {
	setTag(id, record + 1);
	store<u32>(<usize>get(CATEGORIES) + ((<usize>record) << 3), kind);
}
