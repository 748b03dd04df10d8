/** The text that a raw span stands for: without escapes, without the white space of an array. */

/** What is to be done to the raw bytes of a span; bits above the greatest length. */
export const ESCAPED: u32 = 0x80000000;
/** An array: white space means nothing. */
export const SPACED: u32 = 0x40000000;
/** A string that may have been quoted twice. */
export const QUOTED: u32 = 0x20000000;
export const LENGTH_MASK: u32 = 0x1fffffff;

const QUOTE: u8 = 0x22;

/** Writes at `out`, where there must be room for the raw length and 16 bytes more; gives the length written. */
export function writeCanonical(text: usize, length: u32, flags: u32, out: usize): u32 {
	let written: u32;
	if ((flags & SPACED) !== 0) written = withoutSpaces(text, length, out);
	else written = unescape(text, length, out);
	if ((flags & QUOTED) !== 0 && written >= 2 && load<u8>(out) === QUOTE && load<u8>(out + written - 1) === QUOTE) {
		written -= 2;
		memory.copy(out, out + 1, written);
	}
	return written;
}

function withoutSpaces(text: usize, length: u32, out: usize): u32 {
	let to = out;
	for (let p = text; p < text + length; p++) {
		const byte = load<u8>(p);
		if (byte > 0x20) store<u8>(to++, byte);
	}
	return <u32>(to - out);
}

function unescape(text: usize, length: u32, out: usize): u32 {
	const end = text + length;
	let to = out;
	let p = text;
	while (p < end) {
		const byte = load<u8>(p++);
		if (byte !== 0x5c || p >= end) {
			store<u8>(to++, byte);
			continue;
		}
		const letter = load<u8>(p++);
		if (letter === 0x75) {
			let code = hexadecimal(p, end);
			if (code >= 0) {
				p += 4;
				if ((code & 0xfc00) === 0xd800 && p + 6 <= end && load<u16>(p) === 0x755c) {
					const low = hexadecimal(p + 2, end);
					if (low >= 0 && (low & 0xfc00) === 0xdc00) {
						p += 6;
						code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
					}
				}
				to = writeUtf8(to, (code & 0xfffff800) === 0xd800 ? 0xfffd : code);
				continue;
			}
		}
		store<u8>(to++, plain(letter));
	}
	return <u32>(to - out);
}

function plain(letter: u8): u8 {
	switch (letter) {
		case 0x62:
			return 0x08;
		case 0x66:
			return 0x0c;
		case 0x6e:
			return 0x0a;
		case 0x72:
			return 0x0d;
		case 0x74:
			return 0x09;
		default:
			return letter;
	}
}

/** Four hexadecimal digits, or -1. */
function hexadecimal(p: usize, end: usize): i32 {
	if (p + 4 > end) return -1;
	let code: i32 = 0;
	for (let i: usize = 0; i < 4; i++) {
		const byte: u8 = load<u8>(p + i);
		const letter: u8 = byte | 0x20;
		if (byte >= 0x30 && byte <= 0x39) code = (code << 4) | (byte - 0x30);
		else if (letter >= 0x61 && letter <= 0x66) code = (code << 4) | (letter - 0x61 + 10);
		else return -1;
	}
	return code;
}

function writeUtf8(to: usize, code: i32): usize {
	if (code < 0x80) {
		store<u8>(to, code);
		return to + 1;
	}
	if (code < 0x800) {
		store<u8>(to, 0xc0 | (code >> 6));
		store<u8>(to, 0x80 | (code & 0x3f), 1);
		return to + 2;
	}
	if (code < 0x10000) {
		store<u8>(to, 0xe0 | (code >> 12));
		store<u8>(to, 0x80 | ((code >> 6) & 0x3f), 1);
		store<u8>(to, 0x80 | (code & 0x3f), 2);
		return to + 3;
	}
	store<u8>(to, 0xf0 | (code >> 18));
	store<u8>(to, 0x80 | ((code >> 12) & 0x3f), 1);
	store<u8>(to, 0x80 | ((code >> 6) & 0x3f), 2);
	store<u8>(to, 0x80 | (code & 0x3f), 3);
	return to + 4;
}
