/**
 * One event: its keys in whatever order, into the record of pending.ts. What is surely not kept is not read to the end:
 * instants and counters by their phase, Python frames by their category and name.
 */
import { readArguments } from "./arguments";
import { get, KEEP_PYTHON } from "./control";
import { fail } from "./cursor";
import { readMicroseconds, valid, value } from "./number";
import {
	CAT,
	DUR_NS,
	ID,
	KEY_ARGS,
	KEY_CAT,
	KEY_DUR,
	KEY_ID,
	KEY_NAME,
	KEY_PH,
	KEY_PID,
	KEY_TID,
	KEY_TS,
	NAME,
	PHASE,
	PID,
	REPEATED,
	SEEN,
	SEEN_ARGUMENTS,
	START_NS,
	TID,
} from "./pending";
import { nestedEnd, skipColon, skipSpace, stringEnd, valueEnd } from "./skip";
import { readSpan, spanLength } from "./spans";
import { readIdentity } from "./tracks";

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;

/** Keys with their closing quote, as little-endian numbers. */
const PH_QUOTE: u32 = 0x226870;
const TS_QUOTE: u32 = 0x227374;
const ID_QUOTE: u32 = 0x226469;
const CAT_QUOTE: u32 = 0x22746163;
const PID_QUOTE: u32 = 0x22646970;
const TID_QUOTE: u32 = 0x22646974;
const DUR_QUOTE: u32 = 0x22727564;
const NAME_TEXT: u32 = 0x656d616e;
const ARGS_TEXT: u32 = 0x73677261;

const PYTHON_F: u64 = 0x665f6e6f68747970;
const UNCTION_QUOTE: u64 = 0x226e6f6974636e75;
const NN_MODUL: u64 = 0x6c75646f4d2e6e6e;

/** From behind the opening brace to behind the closing one. */
export function readEvent(p: usize): usize {
	let seen: u32 = 0;
	store<u32>(SEEN_ARGUMENTS, 0);
	store<u32>(REPEATED, 0);
	while (true) {
		p = skipSpace(p);
		const first = load<u8>(p);
		if (first !== QUOTE) {
			if (first === COMMA) {
				p++;
				continue;
			}
			if (first !== 0x7d) return fail(p);
			store<u32>(SEEN, seen);
			return p + 1;
		}
		p++;
		const head = load<u32>(p);
		const head3 = head & 0xffffff;
		let bit: u32 = 0;
		if (head3 === PH_QUOTE) {
			bit = KEY_PH;
			p = skipColon(p + 3);
			if (p === 0) return 0;
			const phase = load<u16>(p, 1);
			if (load<u8>(p) === QUOTE && phase >> 8 === QUOTE) {
				store<u32>(PHASE, phase & 0xff);
				p += 3;
				if (!mayBeKept(phase & 0xff)) {
					store<u32>(SEEN, seen | KEY_PH);
					return nestedEnd(p, 1);
				}
			} else {
				store<u32>(PHASE, 0);
				p = valueEnd(p);
			}
		} else if (head === CAT_QUOTE) {
			bit = KEY_CAT;
			p = skipColon(p + 4);
			if (p === 0) return 0;
			p = readSpan(p, CAT);
			if (spanLength < 0) bit = 0;
		} else if (head === NAME_TEXT && load<u8>(p, 4) === QUOTE) {
			bit = KEY_NAME;
			p = skipColon(p + 5);
			if (p === 0) return 0;
			if ((seen & KEY_CAT) !== 0 && isPythonFrame(p) && get(KEEP_PYTHON) === 0) {
				store<u32>(SEEN, seen);
				return nestedEnd(p, 1);
			}
			p = readSpan(p, NAME);
			if (spanLength < 0) bit = 0;
		} else if (head === PID_QUOTE) {
			bit = KEY_PID;
			p = skipColon(p + 4);
			if (p === 0) return 0;
			p = readIdentity(p, PID);
		} else if (head === TID_QUOTE) {
			bit = KEY_TID;
			p = skipColon(p + 4);
			if (p === 0) return 0;
			p = readIdentity(p, TID);
		} else if (head3 === TS_QUOTE) {
			bit = KEY_TS;
			p = skipColon(p + 3);
			if (p === 0) return 0;
			p = readMicroseconds(p);
			store<i64>(START_NS, value);
			if (!valid) {
				seen &= ~KEY_TS;
				bit = 0;
			}
		} else if (head === DUR_QUOTE) {
			bit = KEY_DUR;
			p = skipColon(p + 4);
			if (p === 0) return 0;
			p = readMicroseconds(p);
			store<i64>(DUR_NS, valid ? value : -1);
		} else if (head === ARGS_TEXT && load<u8>(p, 4) === QUOTE) {
			bit = KEY_ARGS;
			p = skipColon(p + 5);
			if (p === 0) return 0;
			store<u32>(SEEN_ARGUMENTS, 0);
			p = load<u8>(p) === 0x7b ? readArguments(p + 1) : valueEnd(p);
		} else if (head3 === ID_QUOTE) {
			bit = KEY_ID;
			p = skipColon(p + 3);
			if (p === 0) return 0;
			p = readIdentity(p, ID);
		} else {
			p = stringEnd(p);
			if (p === 0) return 0;
			p = skipColon(p + 1);
			if (p === 0) return 0;
			p = valueEnd(p);
		}
		if (p === 0) return 0;
		if ((seen & bit) !== 0) store<u32>(REPEATED, load<u32>(REPEATED) + 1);
		seen |= bit;
		if (load<u8>(p) === COMMA) p++;
	}
}

/** Complete, begin, end, flows, metadata: X B E s t f M. */
@inline
function mayBeKept(phase: u32): bool {
	return (
		phase === 0x58 ||
		phase === 0x42 ||
		phase === 0x45 ||
		phase === 0x73 ||
		phase === 0x74 ||
		phase === 0x66 ||
		phase === 0x4d
	);
}

/** `p` is at the value of `name`; the category is known. */
@inline
function isPythonFrame(p: usize): bool {
	const cat = <usize>load<u32>(CAT);
	return (
		load<u64>(cat) === PYTHON_F &&
		load<u64>(cat, 8) === UNCTION_QUOTE &&
		load<u8>(p) === QUOTE &&
		load<u64>(p, 1) !== NN_MODUL
	);
}
