/**
 * Finds out what comes next in an event: the end, or a key and what its value is to Lumos. Leaves what it found as a node
 * for the next event like this.
 */
import { fail } from "./cursor";
import { argumentOf, findKey, isSpan, keyLength } from "./keys";
import {
	addNode,
	CATEGORY,
	DURATION,
	END_OF_EVENT,
	flagsOf,
	IDENTITY,
	IN_ARGUMENTS,
	INTEGER,
	NAME_SPAN,
	OPENS_ARGUMENTS,
	PHASE_LETTER,
	PYTHON,
	SKIP,
	SPAN,
	TIME,
} from "./nodes";
import {
	argument,
	CAT,
	DUR_NS,
	ID,
	KEY_CAT,
	KEY_DUR,
	KEY_ID,
	KEY_NAME,
	KEY_PH,
	KEY_PID,
	KEY_TID,
	KEY_TS,
	NAME,
	PID,
	START_NS,
	TID,
} from "./pending";
import { sawEscape, skipColon, skipSpace, stringEnd } from "./skip";

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

/** Where the value begins, or ends where the node holds it. */
export let learntAt: usize = 0;

/** What follows at `p`, behind the value of `parent`: a node, or 0. */
export function learn(parent: usize, p: usize): usize {
	let flags = flagsOf(parent) & IN_ARGUMENTS;
	let q = p;
	while (true) {
		q = skipSpace(q);
		const first = load<u8>(q);
		if (first === COMMA) {
			q++;
		} else if (first === 0x7d) {
			q++;
			if ((flags & IN_ARGUMENTS) === 0) return found(parent, p, q, END_OF_EVENT, 0, 0, 0, 0, true);
			flags &= ~IN_ARGUMENTS;
		} else if (first !== QUOTE) {
			return fail(q);
		} else if ((flags & IN_ARGUMENTS) !== 0) {
			return learnArgument(parent, p, q + 1, flags);
		} else if (load<u32>(q, 1) === ARGS_TEXT && load<u8>(q, 5) === QUOTE) {
			q = skipColon(q + 6);
			if (q === 0) return 0;
			// Where `args` is no object, the same text may come before one that is.
			if (load<u8>(q) !== 0x7b) return found(parent, p, q, SKIP, 0, 0, flags, 0, false);
			flags |= IN_ARGUMENTS | OPENS_ARGUMENTS;
			q++;
		} else {
			return learnKey(parent, p, q + 1, flags);
		}
	}
}

function found(
	parent: usize,
	begin: usize,
	end: usize,
	action: u32,
	field: usize,
	bit: u32,
	flags: u32,
	constant: u32,
	learn: bool,
): usize {
	learntAt = end;
	return addNode(parent, begin, end, action, field, bit, flags, constant, learn);
}

function learnArgument(parent: usize, p: usize, key: usize, flags: u32): usize {
	const known = findKey(key);
	if (known === 0) return learnUnknown(parent, p, key, flags);
	const at = skipColon(key + keyLength(known));
	if (at === 0) return 0;
	const index = argumentOf(known);
	return found(parent, p, at, isSpan(known) ? SPAN : INTEGER, argument(index), 1 << index, flags, 0, true);
}

function learnUnknown(parent: usize, p: usize, key: usize, flags: u32): usize {
	const end = stringEnd(key);
	if (end === 0) return 0;
	const at = skipColon(end + 1);
	return at === 0 ? 0 : found(parent, p, at, SKIP, 0, 0, flags, 0, true);
}

function learnKey(parent: usize, p: usize, key: usize, flags: u32): usize {
	const head = load<u32>(key);
	const head3 = head & 0xffffff;
	let action: u32 = SKIP;
	let field: usize = 0;
	let bit: u32 = 0;
	let length: usize = 4;
	if (head3 === PH_QUOTE) {
		return learnPhase(parent, p, key, flags);
	} else if (head === CAT_QUOTE) {
		return learnCategory(parent, p, key, flags);
	} else if (head3 === TS_QUOTE) {
		action = TIME;
		field = START_NS;
		bit = KEY_TS;
		length = 3;
	} else if (head3 === ID_QUOTE) {
		action = IDENTITY;
		field = ID;
		bit = KEY_ID;
		length = 3;
	} else if (head === DUR_QUOTE) {
		action = DURATION;
		field = DUR_NS;
		bit = KEY_DUR;
	} else if (head === PID_QUOTE) {
		action = IDENTITY;
		field = PID;
		bit = KEY_PID;
	} else if (head === TID_QUOTE) {
		action = IDENTITY;
		field = TID;
		bit = KEY_TID;
	} else if (head === NAME_TEXT && load<u8>(key, 4) === QUOTE) {
		action = NAME_SPAN;
		field = NAME;
		bit = KEY_NAME;
		length = 5;
	} else {
		return learnUnknown(parent, p, key, flags);
	}
	const at = skipColon(key + length);
	return at === 0 ? 0 : found(parent, p, at, action, field, bit, flags, 0, true);
}

/** One letter is held by the node itself; what is no letter counts as no phase. */
function learnPhase(parent: usize, p: usize, key: usize, flags: u32): usize {
	const at = skipColon(key + 3);
	if (at === 0) return 0;
	const letter = load<u16>(at, 1);
	if (load<u8>(at) !== QUOTE || letter >> 8 !== QUOTE) return found(parent, p, at, SKIP, 0, KEY_PH, flags, 0, false);
	return found(parent, p, at + 3, PHASE_LETTER, 0, KEY_PH, flags, letter & 0xff, true);
}

/** A plain text is held by the node itself, and with it what the category means. */
function learnCategory(parent: usize, p: usize, key: usize, flags: u32): usize {
	const at = skipColon(key + 4);
	if (at === 0) return 0;
	if (load<u8>(at) !== QUOTE) return found(parent, p, at, SPAN, CAT, KEY_CAT, flags, 0, false);
	const end = stringEnd(at + 1);
	if (end === 0) return 0;
	if (sawEscape) return found(parent, p, at, SPAN, CAT, KEY_CAT, flags, 0, false);
	if (load<u64>(at, 1) === PYTHON_F && load<u64>(at, 9) === UNCTION_QUOTE) flags |= PYTHON;
	return found(parent, p, end + 1, CATEGORY, 0, KEY_CAT, flags, <u32>(end - at - 1), true);
}
