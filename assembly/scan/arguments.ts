/** The `args` of an event: takes out what keys.ts names, passes over the rest. */
import { fail } from "./cursor";
import { argumentOf, findKey, INTEGER, keyLength, kindOf } from "./keys";
import { readInteger, valid, value } from "./number";
import { argument, REPEATED, SEEN_ARGUMENTS } from "./pending";
import { skipColon, skipSpace, stringEnd, valueEnd } from "./skip";
import { readSpan, spanLength } from "./spans";

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;

/** From behind the opening brace to behind the closing one. */
export function readArguments(p: usize): usize {
	let seen: u32 = 0;
	while (true) {
		p = skipSpace(p);
		const first = load<u8>(p);
		if (first !== QUOTE) {
			if (first === COMMA) {
				p++;
				continue;
			}
			if (first !== 0x7d) return fail(p);
			store<u32>(SEEN_ARGUMENTS, seen);
			return p + 1;
		}
		const key = findKey(++p);
		if (key === 0) {
			p = stringEnd(p);
			if (p === 0) return 0;
			p = skipColon(p + 1);
			if (p === 0) return 0;
			p = valueEnd(p);
			if (p === 0) return 0;
		} else {
			p = skipColon(p + keyLength(key));
			if (p === 0) return 0;
			const index = argumentOf(key);
			const bit: u32 = 1 << index;
			if ((seen & bit) !== 0) store<u32>(REPEATED, load<u32>(REPEATED) + 1);
			let known: bool;
			if (kindOf(key) === INTEGER) {
				p = readInteger(p);
				known = valid;
				store<i64>(argument(index), value);
			} else {
				p = readSpan(p, argument(index));
				known = spanLength >= 0;
			}
			if (p === 0) return 0;
			seen = known ? seen | bit : seen & ~bit;
		}
		if (load<u8>(p) === COMMA) p++;
	}
}
