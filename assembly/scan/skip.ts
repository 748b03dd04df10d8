/** Passing over text, 16 bytes at a time: white space, strings, and values nobody asked for. */
import { fail, limit } from "./cursor";

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** Whether the last `stringEnd` passed a backslash. */
export let sawEscape: bool = false;

/** The first byte that is no white space; control characters count as such. At most `limit`. */
@inline
export function skipSpace(p: usize): usize {
	return load<u8>(p) > 0x20 ? p : skipSpaceRun(p);
}

function skipSpaceRun(p: usize): usize {
	while (p < limit) {
		const dark = i8x16.bitmask(i8x16.gt_u(v128.load(p), i8x16.splat(0x20)));
		if (dark !== 0) return p + ctz(dark);
		p += 16;
	}
	return limit;
}

/** From behind the closing quote of a key to the first byte of its value. */
@inline
export function skipColon(p: usize): usize {
	if (load<u8>(p) !== 0x3a) {
		p = skipSpace(p);
		if (load<u8>(p) !== 0x3a) return fail(p);
	}
	return skipSpace(p + 1);
}

/** From behind the opening quote of a string to its closing quote. */
export function stringEnd(p: usize): usize {
	sawEscape = false;
	while (p < limit) {
		const text = v128.load(p);
		const special = i8x16.bitmask(v128.or(i8x16.eq(text, i8x16.splat(QUOTE)), i8x16.eq(text, i8x16.splat(BACKSLASH))));
		if (special !== 0) {
			p += ctz(special);
			if (load<u8>(p) === QUOTE) return p;
			sawEscape = true;
			p += 2;
		} else {
			p += 16;
		}
	}
	return fail(limit);
}

/** Behind the bracket that closes the `depth`th level above `p`. Counts, so that depth costs nothing. */
export function nestedEnd(p: usize, depth: i32): usize {
	/** All ones while the block begins inside a string. */
	let inside: u32 = 0;
	while (p < limit) {
		const text = v128.load(p);
		// `[` and `{`, `]` and `}` differ in one bit.
		const folded = v128.or(text, i8x16.splat(0x20));
		let opens: u32 = i8x16.bitmask(i8x16.eq(folded, i8x16.splat(0x7b)));
		let closes: u32 = i8x16.bitmask(i8x16.eq(folded, i8x16.splat(0x7d)));
		const quotes: u32 = i8x16.bitmask(i8x16.eq(text, i8x16.splat(QUOTE)));
		if ((quotes | inside) !== 0) {
			if (i8x16.bitmask(i8x16.eq(text, i8x16.splat(BACKSLASH))) !== 0) {
				// Escapes are rare: pass this string alone, then go on behind it.
				const begin: u32 = inside !== 0 ? 0 : ctz(quotes);
				const before: u32 = (1 << begin) - 1;
				const end = closing(opens & before, closes & before, depth);
				if (end >= 0) return p + end + 1;
				depth += popcnt(opens & before) - popcnt(closes & before);
				p = stringEnd(p + begin + (inside !== 0 ? 0 : 1));
				if (p === 0) return 0;
				p++;
				inside = 0;
				continue;
			}
			// A bit is set from each opening quote to the byte before the closing one.
			let strings: u32 = quotes ^ (quotes << 1);
			strings ^= strings << 2;
			strings ^= strings << 4;
			strings ^= strings << 8;
			strings ^= inside;
			inside = <u32>(<i32>(strings << 16) >> 31);
			opens &= ~strings;
			closes &= ~strings;
		}
		if (closes !== 0) {
			const end = closing(opens, closes, depth);
			if (end >= 0) return p + end + 1;
		}
		depth += popcnt(opens) - popcnt(closes);
		p += 16;
	}
	return fail(limit);
}

/** Which bit of `closes` brings `depth` to 0, or -1. */
@inline
function closing(opens: u32, closes: u32, depth: i32): i32 {
	if (<i32>popcnt(closes) < depth) return -1;
	let rest = closes;
	while (rest !== 0) {
		const bit = ctz(rest);
		depth--;
		if (depth + popcnt(opens & ((1 << bit) - 1)) === 0) return bit;
		rest &= rest - 1;
	}
	return -1;
}

/** Behind a number or a word: at the `,`, `}` or `]` that ends it. */
export function scalarEnd(p: usize): usize {
	const begin = p;
	while (p < limit) {
		const text = v128.load(p);
		const ends = i8x16.bitmask(
			v128.or(i8x16.eq(text, i8x16.splat(0x2c)), i8x16.eq(v128.or(text, i8x16.splat(0x20)), i8x16.splat(0x7d))),
		);
		if (ends !== 0) {
			p += ctz(ends);
			return p === begin ? fail(p) : p;
		}
		p += 16;
	}
	return fail(limit);
}

/** Behind any value; short numbers and words without a call. */
@inline
export function skipValue(p: usize): usize {
	const text = v128.load(p);
	const folded = v128.or(text, i8x16.splat(0x20));
	const brackets = v128.or(i8x16.eq(folded, i8x16.splat(0x7b)), i8x16.eq(text, i8x16.splat(QUOTE)));
	const ends = i8x16.bitmask(v128.or(i8x16.eq(text, i8x16.splat(0x2c)), i8x16.eq(folded, i8x16.splat(0x7d))));
	const end = ctz(ends);
	// Nothing opens before the end, and there is an end, and it is not at once.
	const opened = i8x16.bitmask(brackets) & ((1 << end) - 1);
	return ends > 1 && (ends & 1) === 0 && opened === 0 ? p + end : valueEnd(p);
}

/** Behind any value. */
export function valueEnd(p: usize): usize {
	const first = load<u8>(p);
	if (first === QUOTE) {
		const end = stringEnd(p + 1);
		return end === 0 ? 0 : end + 1;
	}
	return (first | 0x20) === 0x7b ? nestedEnd(p + 1, 1) : scalarEnd(p);
}
