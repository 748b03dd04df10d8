/**
 * One event: its keys in whatever order, into the record of pending.ts, along the ways of nodes.ts. What is surely not
 * kept is not read to the end: instants and counters by their phase, Python frames by their category and name.
 */
import { get, KEEP_PYTHON } from "./control";
import { passFlow, tailNode } from "./flow-tails";
import { learn, learntAt } from "./learn";
import {
	actionOf,
	bitOf,
	CATEGORY,
	constantOf,
	DURATION,
	END_OF_EVENT,
	fieldOf,
	flagsOf,
	follow,
	IDENTITY,
	IN_ARGUMENTS,
	INTEGER,
	lengthOf,
	memoOf,
	NAME_SPAN,
	OPENS_ARGUMENTS,
	PHASE_LETTER,
	PYTHON,
	ROOT,
	SKIP,
	TIME,
} from "./nodes";
import { readDuration, readInteger, readTime, valid, value } from "./number";
import {
	CAT,
	CAT_BEGIN,
	CAT_NODE,
	DUR_NS,
	EVENT_END,
	KEY_ARGS,
	KEY_CAT,
	KEY_PH,
	PHASE,
	REPEATED,
	SEEN,
	SEEN_ARGUMENTS,
	START_NS,
	setSpan,
} from "./pending";
import { nestedEnd, skipSpace, skipValue } from "./skip";
import { readSpan, spanLength } from "./spans";
import { readIdentity } from "./tracks";

const QUOTE: u8 = 0x22;
/** `X` */
const COMPLETE: u32 = 0x58;
const NN_MODUL: u64 = 0x6c75646f4d2e6e6e;

/** From behind the opening brace to behind the closing one. */
export function readEvent(p: usize): usize {
	let seen: u32 = 0;
	let args: u32 = 0;
	let repeated: u32 = 0;
	let complete = false;
	let python = false;
	let node = ROOT;
	store<u32>(CAT_NODE, 0);
	while (true) {
		let next = follow(node, p);
		if (next !== 0) {
			p += lengthOf(next);
		} else {
			next = learn(node, p);
			if (next === 0) return 0;
			p = learntAt;
		}
		node = next;
		const action = actionOf(node);
		const flags = flagsOf(node);
		const bit = bitOf(node);
		if ((flags & OPENS_ARGUMENTS) !== 0) {
			if ((seen & KEY_ARGS) !== 0) repeated++;
			seen |= KEY_ARGS;
			args = 0;
		}
		if (action === END_OF_EVENT) {
			store<u32>(SEEN, seen);
			store<u32>(SEEN_ARGUMENTS, args);
			store<u32>(REPEATED, repeated);
			store<u32>(EVENT_END, <u32>p);
			return p;
		}
		if (action === PHASE_LETTER) {
			if ((seen & KEY_PH) !== 0) repeated++;
			seen |= KEY_PH;
			store<u32>(PHASE, constantOf(node));
			complete = constantOf(node) === COMPLETE;
			if (!mayBeKept(constantOf(node))) {
				store<u32>(SEEN, seen);
				store<u32>(SEEN_ARGUMENTS, 0);
				store<u32>(REPEATED, repeated);
				return nestedEnd(p, 1);
			}
			if (isFlow(constantOf(node)) && seen === KEY_PH) {
				const end = passFlow(p, constantOf(node));
				if (end !== 0) {
					store<u32>(SEEN, KEY_PH | KEY_CAT);
					store<u32>(REPEATED, 0);
					store<u32>(CAT_NODE, <u32>tailNode);
					setSpan(CAT, end - 1, 1, 0);
					return end;
				}
			}
			continue;
		}
		if (action === CATEGORY) {
			if ((seen & KEY_CAT) !== 0) repeated++;
			seen |= KEY_CAT;
			const length = constantOf(node);
			setSpan(CAT, p - 1 - length, length, 0);
			store<u32>(CAT_BEGIN, <u32>(p - lengthOf(node)));
			store<u32>(CAT_NODE, <u32>node);
			python = (flags & PYTHON) !== 0;
			continue;
		}
		// The node may have been learnt where less white space stood.
		if (load<u8>(p) <= 0x20) p = skipSpace(p);
		let known = true;
		if (action === SKIP) {
			p = skipValue(p);
			if (bit !== 0) {
				store<u32>(PHASE, 0);
				complete = false;
			}
		} else if (action === INTEGER) {
			p = readInteger(p, memoOf(node));
			known = valid;
			store<i64>(fieldOf(node), value);
		} else if (action === TIME) {
			p = readTime(p);
			known = valid;
			store<i64>(START_NS, value);
		} else if (action === DURATION) {
			p = readDuration(p);
			store<i64>(DUR_NS, valid ? value : -1);
		} else if (action === IDENTITY) {
			p = readIdentity(p, fieldOf(node), memoOf(node));
		} else {
			if (action === NAME_SPAN && python && complete && isFrame(p) && get(KEEP_PYTHON) === 0) {
				store<u32>(SEEN, seen);
				store<u32>(SEEN_ARGUMENTS, 0);
				store<u32>(REPEATED, repeated);
				return nestedEnd(p, 1);
			}
			p = readSpan(p, fieldOf(node));
			known = spanLength >= 0;
			if (bit === KEY_CAT && fieldOf(node) === CAT) store<u32>(CAT_NODE, 0);
		}
		if (p === 0) return 0;
		if ((flags & IN_ARGUMENTS) !== 0) {
			repeated += <u32>((args & bit) !== 0);
			args = known ? args | bit : args & ~bit;
		} else {
			repeated += <u32>((seen & bit) !== 0);
			seen = known ? seen | bit : seen & ~bit;
		}
	}
}

/** Complete, begin, end, flows, metadata: X B E s t f M. */
@inline
function mayBeKept(phase: u32): bool {
	return (
		phase === COMPLETE ||
		phase === 0x42 ||
		phase === 0x45 ||
		phase === 0x73 ||
		phase === 0x74 ||
		phase === 0x66 ||
		phase === 0x4d
	);
}

/** Flows: s t f. */
@inline
function isFlow(phase: u32): bool {
	return phase === 0x73 || phase === 0x74 || phase === 0x66;
}

/** Whether the name at `p` is not that of a module. */
@inline
function isFrame(p: usize): bool {
	return load<u8>(p) === QUOTE && load<u64>(p, 1) !== NN_MODUL;
}
