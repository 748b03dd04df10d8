/** Turns the event of pending.ts into a row, a flow, a name or a count, once all of it has been read. */
import { SPACED } from "./canonical";
import {
	BAD_DURATIONS,
	BASE,
	BASE_SET,
	BATCH_EVENTS,
	BATCH_ROWS,
	CATEGORIES,
	column,
	DUPLICATE_KEYS,
	EVENTS,
	FLOW_ID,
	FLOW_KIND,
	FLOW_NS,
	FLOW_TRACK,
	FLOWS,
	get,
	HEAP,
	HEAP_END,
	increment,
	KEEP_PYTHON,
	LABEL_KIND,
	LABEL_PID,
	LABEL_TEXT,
	LABEL_TID,
	LABELS,
	PHASES,
	ROW_BYTES,
	ROW_CATEGORY,
	ROW_CORRELATION,
	ROW_DETAIL,
	ROW_DUR_NS,
	ROW_EXTERNAL_ID,
	ROW_NAME,
	ROW_SEQUENCE,
	ROW_SHAPE,
	ROW_START_NS,
	ROW_STREAM,
	ROW_TRACK,
	ROWS,
	STRING_CAPACITY,
	STRINGS,
	set,
	TEXT,
	TEXT_LENGTH,
	TRACK_CAPACITY,
	TRACKS,
	WITHOUT_PHASE,
	WITHOUT_TIME,
} from "./control";
import { commitComm, commitSync, integerArgument } from "./details";
import { rememberFlow } from "./flow-tails";
import { STRINGS_PER_EVENT } from "./limits";
import { categoryOf, setCategoryOf, UNLEARNT } from "./nodes";
import {
	ARG_BLOCK,
	ARG_BYTES,
	ARG_COLLECTIVE,
	ARG_CORRELATION,
	ARG_EXTERNAL_ID,
	ARG_GRID,
	ARG_GROUP_NAME,
	ARG_LABEL,
	ARG_SEQUENCE,
	ARG_SHAPE,
	ARG_STREAM,
	argument,
	CAT,
	CAT_BEGIN,
	CAT_NODE,
	DUR_NS,
	EVENT_END,
	hasArgument,
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
	PHASE,
	PID,
	REPEATED,
	SEEN,
	SEEN_ARGUMENTS,
	START_NS,
	TID,
} from "./pending";
import { BATCH_FULL, HEAP_FULL, NEED_INPUT, NEW_CATEGORY, STRINGS_FULL, TRACKS_FULL } from "./status";
import { intern, tagOf } from "./strings";
import { copyBytes } from "./text";
import { identityOf, trackOf, trackStream } from "./tracks";

/** Classes of categories: those of Category in src/trace/columns.ts, and these. Mirrored in categories.ts there. */
const CLASS_OTHER: u32 = 0;
const CLASS_KERNEL: u32 = 4;
const CLASS_MEMSET: u32 = 6;
const CLASS_SYNC: u32 = 8;
const CLASS_MODULE: u32 = 9;
const CLASS_PYTHON: u32 = 32;
const CLASS_FORWARD_BACKWARD: u32 = 33;
const CLASS_UNCATEGORISED: u32 = 253;
const CLASS_END: u32 = 254;

const MISSING: i64 = i64.MIN_VALUE;
const NONE: i32 = -1;
const SLASH: u8 = 0x2f;
const NN_MODUL: u64 = 0x6c75646f4d2e6e6e;

const PHASE_BEGIN: u32 = 0x42;
const PHASE_COMPLETE: u32 = 0x58;
const PHASE_END: u32 = 0x45;
const PHASE_METADATA: u32 = 0x4d;
const PHASE_FLOW_START: u32 = 0x73;
const PHASE_FLOW_STEP: u32 = 0x74;
const PHASE_FLOW_END: u32 = 0x66;

/** NEED_INPUT where done; else what TypeScript must do before the event can be read again. `length` is the event's. */
export function commit(length: usize): u32 {
	if (get(BATCH_EVENTS) === get(BATCH_ROWS)) return BATCH_FULL;
	// Every span can stand in the heap twice, raw and canonical.
	if (<usize>(get(HEAP_END) - get(HEAP)) < 2 * length + 256) {
		set(TEXT_LENGTH, 2 * <u32>length + 256);
		return HEAP_FULL;
	}
	if (get(STRINGS) + STRINGS_PER_EVENT > get(STRING_CAPACITY)) return STRINGS_FULL;
	if (get(TRACKS) === get(TRACK_CAPACITY)) return TRACKS_FULL;

	const seen = load<u32>(SEEN);
	let category: u32 = 0;
	if ((seen & KEY_CAT) !== 0 && load<u32>(CAT, 4) !== 0) {
		const node = <usize>load<u32>(CAT_NODE);
		if (node !== 0) category = categoryOf(node);
		if (category === 0) {
			const id = internSpan(CAT);
			category = tagOf(id);
			if (category === 0) {
				set(TEXT, id);
				return NEW_CATEGORY;
			}
			if (node !== 0) setCategoryOf(node, category);
		}
	}
	increment(BATCH_EVENTS);
	increment(EVENTS);
	set(DUPLICATE_KEYS, get(DUPLICATE_KEYS) + load<u32>(REPEATED));

	const phase = (seen & KEY_PH) !== 0 ? load<u32>(PHASE) & 0x7f : 0;
	if (phase === PHASE_COMPLETE || phase === PHASE_BEGIN || phase === PHASE_END) {
		commitRange(seen, phase, category);
	} else if (phase === PHASE_FLOW_START || phase === PHASE_FLOW_STEP || phase === PHASE_FLOW_END) {
		commitFlow(seen, phase, category);
	} else if (phase === 0) {
		increment(WITHOUT_PHASE);
	} else {
		if (phase === PHASE_METADATA) commitLabel(seen);
		increment(<usize>get(PHASES) + ((<usize>phase) << 2));
	}
	return NEED_INPUT;
}

@inline
function internSpan(field: usize): u32 {
	return intern(load<u32>(field), load<u32>(field, 4), load<u32>(field, 8));
}

@inline
function categoryRecord(category: u32): usize {
	return <usize>get(CATEGORIES) + ((<usize>(category - 1)) << 3);
}

/** Counts an event that is not kept under its category, or under its phase where it has none. */
function skip(category: u32, phase: u32): void {
	increment(category === 0 ? <usize>get(PHASES) + ((<usize>phase) << 2) : categoryRecord(category) + 4);
}

function relativeNs(): f64 {
	const ns = load<i64>(START_NS);
	if (get(BASE_SET) === 0) {
		set(BASE_SET, 1);
		store<i64>(BASE, ns);
	}
	return <f64>(ns - load<i64>(BASE));
}

@inline
function currentTrack(seen: u32): u32 {
	const pid = (seen & KEY_PID) !== 0 ? identityOf(PID) : MISSING;
	const tid = (seen & KEY_TID) !== 0 ? identityOf(TID) : MISSING;
	return trackOf(pid, tid);
}

function commitRange(seen: u32, phase: u32, category: u32): void {
	let kind: u32 = category === 0 ? CLASS_UNCATEGORISED : load<u32>(categoryRecord(category));
	if (kind === CLASS_PYTHON) {
		const module =
			get(KEEP_PYTHON) !== 0 ||
			((seen & KEY_NAME) !== 0 && load<u32>(NAME, 4) >= 8 && load<u64>(<usize>load<u32>(NAME)) === NN_MODUL);
		kind = module ? CLASS_MODULE : CLASS_OTHER;
	} else if (kind === CLASS_FORWARD_BACKWARD) {
		kind = CLASS_OTHER;
	}
	if (phase === PHASE_COMPLETE) {
		if (kind === CLASS_OTHER) {
			skip(category, phase);
			return;
		}
	} else if (phase === PHASE_END) {
		kind = CLASS_END;
	}
	if ((seen & KEY_TS) === 0) {
		increment(WITHOUT_TIME);
		return;
	}
	if (phase !== PHASE_COMPLETE) increment(<usize>get(PHASES) + ((<usize>phase) << 2));
	commitRow(seen, phase, kind);
}

function commitRow(seen: u32, phase: u32, kind: u32): void {
	const row = get(ROWS);
	set(ROWS, row + 1);
	const track = currentTrack(seen);
	const args = load<u32>(SEEN_ARGUMENTS);
	store<u8>(column(ROW_CATEGORY, row, 0), kind);
	store<u32>(column(ROW_NAME, row, 2), (seen & KEY_NAME) !== 0 ? internSpan(NAME) : 0);
	store<f64>(column(ROW_START_NS, row, 3), relativeNs());
	store<f64>(column(ROW_DUR_NS, row, 3), phase === PHASE_COMPLETE ? duration(seen) : f64.NaN);
	store<u32>(column(ROW_TRACK, row, 2), track);
	store<i32>(column(ROW_CORRELATION, row, 2), integerArgument(args, ARG_CORRELATION));
	store<i32>(column(ROW_EXTERNAL_ID, row, 2), integerArgument(args, ARG_EXTERNAL_ID));
	store<i32>(column(ROW_SEQUENCE, row, 2), integerArgument(args, ARG_SEQUENCE));
	const onDevice = kind >= CLASS_KERNEL && kind <= CLASS_SYNC;
	let stream = NONE;
	if (onDevice || kind === CLASS_UNCATEGORISED) {
		if (hasArgument(args, ARG_STREAM)) stream = load<i32>(argument(ARG_STREAM));
		else if (onDevice) stream = trackStream(track);
	}
	store<i32>(column(ROW_STREAM, row, 2), stream);
	const moves = kind > CLASS_KERNEL && kind <= CLASS_MEMSET;
	store<f64>(
		column(ROW_BYTES, row, 3),
		moves && hasArgument(args, ARG_BYTES) ? <f64>load<i64>(argument(ARG_BYTES)) : 0,
	);
	let shape: u32 = 0;
	const launched = kind === CLASS_KERNEL || (kind === CLASS_UNCATEGORISED && stream >= 0);
	if (hasArgument(args, ARG_SHAPE)) shape = internSpan(argument(ARG_SHAPE));
	else if (launched && hasArgument(args, ARG_GRID)) shape = launchShape(args);
	store<u32>(column(ROW_SHAPE, row, 2), shape);
	let detail = NONE;
	if (kind === CLASS_SYNC) detail = commitSync(args);
	else if (hasArgument(args, ARG_COLLECTIVE) || hasArgument(args, ARG_GROUP_NAME)) detail = commitComm(args);
	store<i32>(column(ROW_DETAIL, row, 2), detail);
}

function duration(seen: u32): f64 {
	if ((seen & KEY_DUR) === 0) return 0;
	const ns = load<i64>(DUR_NS);
	if (ns >= 0) return <f64>ns;
	increment(BAD_DURATIONS);
	return 0;
}

/** `[grid]/[block]` */
function launchShape(args: u32): u32 {
	const grid = argument(ARG_GRID);
	const begin = <usize>get(HEAP);
	// Behind the place where the raw text will be added, in steps of 16 bytes.
	const blockLength: u32 = hasArgument(args, ARG_BLOCK) ? load<u32>(argument(ARG_BLOCK), 4) : 0;
	const out = begin + <usize>(load<u32>(grid, 4) + 1 + blockLength + 16);
	let end = append(out, grid);
	store<u8>(end++, SLASH);
	if (hasArgument(args, ARG_BLOCK)) end = append(end, argument(ARG_BLOCK));
	return intern(out, <u32>(end - out), SPACED);
}

function append(to: usize, span: usize): usize {
	const length = load<u32>(span, 4);
	copyBytes(to, <usize>load<u32>(span), length);
	return to + length;
}

function commitFlow(seen: u32, phase: u32, category: u32): void {
	const paired = category !== 0 && load<u32>(categoryRecord(category)) === CLASS_FORWARD_BACKWARD;
	if (!paired || (seen & KEY_ID) === 0) {
		skip(category, phase);
		// Read to the end, and of a category that is never kept.
		const node = <usize>load<u32>(CAT_NODE);
		if (!paired && (seen & KEY_TS) !== 0 && node !== 0 && node !== UNLEARNT) {
			rememberFlow(phase, load<u32>(CAT_BEGIN), load<u32>(EVENT_END), node);
		}
		return;
	}
	if ((seen & KEY_TS) === 0) {
		increment(WITHOUT_TIME);
		return;
	}
	const row = get(FLOWS);
	set(FLOWS, row + 1);
	store<i64>(column(FLOW_ID, row, 3), identityOf(ID));
	store<u8>(column(FLOW_KIND, row, 0), phase);
	store<u32>(column(FLOW_TRACK, row, 2), currentTrack(seen));
	store<f64>(column(FLOW_NS, row, 3), relativeNs());
}

function commitLabel(seen: u32): void {
	if ((seen & KEY_NAME) === 0 || !hasArgument(load<u32>(SEEN_ARGUMENTS), ARG_LABEL)) return;
	const row = get(LABELS);
	set(LABELS, row + 1);
	store<u32>(column(LABEL_KIND, row, 2), internSpan(NAME));
	store<i64>(column(LABEL_PID, row, 3), (seen & KEY_PID) !== 0 ? identityOf(PID) : MISSING);
	store<i64>(column(LABEL_TID, row, 3), (seen & KEY_TID) !== 0 ? identityOf(TID) : MISSING);
	store<u32>(column(LABEL_TEXT, row, 2), internSpan(argument(ARG_LABEL)));
}
