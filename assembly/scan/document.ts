/**
 * The document around the events: an object with `traceEvents` and other keys, or a bare array. Resumes wherever the
 * input ended: between items by POSITION, inside a top-level value by HEADER_DEPTH and HEADER_FLAGS.
 */
import { commit } from "./commit";
import {
	ERROR_AT,
	EVENT_ARRAYS,
	get,
	HEADER_DEPTH,
	HEADER_FLAGS,
	increment,
	POSITION,
	STATE,
	set,
	TEXT,
	TEXT_LENGTH,
} from "./control";
import { failedAt, limit, setLimit } from "./cursor";
import { readEvent } from "./event";
import { skipColon, skipSpace, stringEnd } from "./skip";
import {
	BAD_SYNTAX,
	DONE,
	EVENTS_NOT_AN_ARRAY,
	HEADER_END,
	HEADER_KEY,
	HEADER_PART,
	NEED_INPUT,
	NOT_JSON,
} from "./status";

const START: u32 = 0;
const TOP: u32 = 1;
const HEADER: u32 = 2;
const EVENTS_OF_OBJECT: u32 = 3;
const BARE_EVENTS: u32 = 4;
const CLOSED: u32 = 5;

const IN_STRING: u32 = 1;
const AFTER_BACKSLASH: u32 = 2;

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;

export function scanDocument(begin: usize, end: usize): u32 {
	setLimit(end);
	set(POSITION, <u32>begin);
	while (true) {
		const state = get(STATE);
		let status: u32;
		if (state === EVENTS_OF_OBJECT || state === BARE_EVENTS) status = scanEvents(state);
		else if (state === HEADER) return scanHeader();
		else if (state === TOP) status = scanTop();
		else if (state === START) status = scanStart();
		else return DONE;
		if (status !== DONE) return status;
	}
}

function stop(at: usize): u32 {
	set(POSITION, <u32>at);
	if (failedAt >= limit) return NEED_INPUT;
	set(ERROR_AT, <u32>failedAt);
	return BAD_SYNTAX;
}

function reject(at: usize, status: u32): u32 {
	set(POSITION, <u32>at);
	set(ERROR_AT, <u32>at);
	return status;
}

function enter(state: u32, at: usize): u32 {
	if (state === EVENTS_OF_OBJECT || state === BARE_EVENTS) increment(EVENT_ARRAYS);
	set(STATE, state);
	set(POSITION, <u32>at);
	return DONE;
}

function scanStart(): u32 {
	let p = <usize>get(POSITION);
	// A byte order mark.
	if ((load<u32>(p) & 0xffffff) === 0xbfbbef) p += 3;
	p = skipSpace(p);
	if (p >= limit) return NEED_INPUT;
	const first = load<u8>(p);
	if (first === 0x7b) return enter(TOP, p + 1);
	if (first === 0x5b) return enter(BARE_EVENTS, p + 1);
	return reject(p, NOT_JSON);
}

function scanTop(): u32 {
	let p = skipSpace(<usize>get(POSITION));
	while (load<u8>(p) === COMMA && p < limit) p = skipSpace(p + 1);
	set(POSITION, <u32>p);
	if (p >= limit) return NEED_INPUT;
	const first = load<u8>(p);
	if (first === 0x7d) return enter(CLOSED, p + 1);
	if (first !== QUOTE) return reject(p, BAD_SYNTAX);
	const keyEnd = stringEnd(p + 1);
	if (keyEnd === 0) return stop(p);
	const at = skipColon(keyEnd + 1);
	if (at === 0) return stop(p);
	if (at >= limit) return NEED_INPUT;
	if (keyEnd - p === 12 && isTraceEvents(p + 1)) {
		return load<u8>(at) === 0x5b ? enter(EVENTS_OF_OBJECT, at + 1) : reject(at, EVENTS_NOT_AN_ARRAY);
	}
	set(TEXT, <u32>(p + 1));
	set(TEXT_LENGTH, <u32>(keyEnd - p - 1));
	set(HEADER_DEPTH, 0);
	set(HEADER_FLAGS, 0);
	enter(HEADER, at);
	return HEADER_KEY;
}

/** `traceEvents` */
@inline
function isTraceEvents(p: usize): bool {
	return load<u64>(p) === 0x6576456563617274 && (load<u32>(p, 8) & 0xffffff) === 0x73746e;
}

/** Byte by byte: the header is short beside the events. */
function scanHeader(): u32 {
	const begin = <usize>get(POSITION);
	let p = begin;
	let depth = get(HEADER_DEPTH);
	let flags = get(HEADER_FLAGS);
	let closed = false;
	while (p < limit && !closed) {
		const byte = load<u8>(p);
		const folded = byte | 0x20;
		if ((flags & AFTER_BACKSLASH) !== 0) {
			flags &= ~AFTER_BACKSLASH;
		} else if ((flags & IN_STRING) !== 0) {
			if (byte === 0x5c) flags |= AFTER_BACKSLASH;
			else if (byte === QUOTE) {
				flags &= ~IN_STRING;
				closed = depth === 0;
			}
		} else if (byte === QUOTE) {
			flags |= IN_STRING;
		} else if (folded === 0x7b) {
			depth++;
		} else if (folded === 0x7d) {
			// Of the document, behind a number.
			if (depth === 0) break;
			closed = --depth === 0;
		} else if (byte === COMMA && depth === 0) {
			break;
		}
		p++;
	}
	const ended = closed || p < limit;
	set(TEXT, <u32>begin);
	set(TEXT_LENGTH, <u32>(p - begin));
	set(HEADER_DEPTH, depth);
	set(HEADER_FLAGS, flags);
	set(POSITION, <u32>p);
	if (ended) set(STATE, TOP);
	else if (p === begin) return NEED_INPUT;
	return ended ? HEADER_END : HEADER_PART;
}

function scanEvents(state: u32): u32 {
	let p = <usize>get(POSITION);
	while (true) {
		p = skipSpace(p);
		const first = load<u8>(p);
		if (first === 0x7b) {
			const end = readEvent(p + 1);
			if (end === 0) return stop(p);
			const status = commit(end - p);
			if (status !== NEED_INPUT) {
				set(POSITION, <u32>p);
				return status;
			}
			p = end;
			if (load<u8>(p) === COMMA) p++;
		} else if (first === COMMA) {
			p++;
		} else {
			set(POSITION, <u32>p);
			if (p >= limit) return NEED_INPUT;
			if (first === 0x5d) return enter(state === BARE_EVENTS ? CLOSED : TOP, p + 1);
			return reject(p, BAD_SYNTAX);
		}
	}
}
