/**
 * Passing over flow events that are only counted. Four of ten events are such flows (`ac2g`), and what says so, their
 * category, stands behind everything that would have to be read. So the end of the event is found first, and compared
 * with the end of the last such flow of its phase, from the category on.
 *
 * That is enough: no bracket stands in between, so the end is that of the event; and the text compared has no bracket,
 * no backslash and an even number of quotes, so it begins outside strings, behind a value of the event itself.
 *
 *   u32 length, 0 = none | u32 node of the category | 8 unused | 80 bytes of text
 */
import { limit } from "./cursor";
import { copyBytes, sameBytes } from "./text";

const TAIL_BYTES: usize = 96;
const TEXT: usize = 16;
const TEXT_LIMIT: usize = 64;

/** For `s`, `t` and `f`. */
const tails: usize = memory.data(288, 16);

/** The category's node of the flow that was passed over. */
export let tailNode: usize = 0;

export function forgetTails(): void {
	memory.fill(tails, 0, 3 * TAIL_BYTES);
}

@inline
function tailOf(phase: u32): usize {
	return tails + (phase === 0x73 ? 0 : phase === 0x66 ? TAIL_BYTES : 2 * TAIL_BYTES);
}

/** From behind the phase to behind the event, or 0 where the event must be read. */
export function passFlow(p: usize, phase: u32): usize {
	const tail = tailOf(phase);
	const length = load<u32>(tail);
	if (length === 0) return 0;
	while (p < limit) {
		const text = v128.load(p);
		const folded = v128.or(text, i8x16.splat(0x20));
		const brackets = i8x16.bitmask(v128.or(i8x16.eq(folded, i8x16.splat(0x7b)), i8x16.eq(folded, i8x16.splat(0x7d))));
		if (brackets !== 0) {
			p += ctz(brackets);
			if (load<u8>(p) !== 0x7d || !sameBytes(p + 1 - length, tail + TEXT, length)) return 0;
			tailNode = <usize>load<u32>(tail, 4);
			return p + 1;
		}
		p += 16;
	}
	return 0;
}

/** Remembers the end of a flow that was not kept: from behind the value before its category. */
export function rememberFlow(phase: u32, begin: usize, end: usize, node: usize): void {
	const length = end - begin;
	if (length > TEXT_LIMIT) return;
	for (let p = begin; p < end - 1; p++) {
		const byte = load<u8>(p);
		const folded: u8 = byte | 0x20;
		if (folded === 0x7b || folded === 0x7d || byte === 0x5c) return;
	}
	const tail = tailOf(phase);
	copyBytes(tail + TEXT, begin, <u32>length);
	store<u32>(tail, <u32>length);
	store<u32>(tail, <u32>node, 4);
}
