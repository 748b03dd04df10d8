/**
 * Ways through an event, as seen before: a tree of the texts that stand between one value and the next.
 *
 * A profiler writes the events of a kind with the same keys, order and white space, thousands of times. Each node holds
 * the bytes from behind one value to the next value (`, "cat": "kernel"`, `,\n    "args": {\n      "External id": `) and
 * what that value is. Where the text goes on as a node says, one comparison of 16 bytes or a few takes the place of
 * finding out, and the length is known before the text is looked at: the processor need not wait for one key to begin
 * with the next. Where it does not, keys.ts finds out and a node is added.
 *
 *   u32 next sibling | u32 first child | u32 length | u32 action | u32 field | u32 bit | u32 flags
 *   | u32 phase letter, or length of the category | u32 record of the category + 1, or 0
 *   | u32 children | 8 unused | 64 bytes of text | 32 bytes to remember the last value by | 48 unused
 */
import { firstBytes } from "./text";

/** What to do with the value. */
export const SKIP: u32 = 0;
export const END_OF_EVENT: u32 = 1;
export const PHASE_LETTER: u32 = 2;
export const CATEGORY: u32 = 3;
export const SPAN: u32 = 4;
export const IDENTITY: u32 = 5;
export const TIME: u32 = 6;
export const DURATION: u32 = 7;
export const INTEGER: u32 = 8;
export const NAME_SPAN: u32 = 9;

/** The value is an argument: its bit is one of SEEN_ARGUMENTS. */
export const IN_ARGUMENTS: u32 = 1;
/** The text opens `args`. */
export const OPENS_ARGUMENTS: u32 = 2;
/** The category is that of Python frames. */
export const PYTHON: u32 = 4;

const NODE_BYTES: usize = 192;
/** More ways through events than any profiler has; the rest is read without them. */
const NODE_LIMIT: usize = 2048;
const CHILD_LIMIT: u32 = 12;
export const TEXT_LIMIT: usize = 64;
const TEXT: usize = 48;
const MEMO: usize = 112;

const nodes: usize = memory.data(393216, 16);
/** Stands in where no node can be added: it has no children and gets none. */
export const UNLEARNT: usize = memory.data(192, 16);
export const ROOT: usize = nodes;
let used: usize = 0;

export function initNodes(): void {
	memory.fill(nodes, 0, NODE_BYTES);
	used = NODE_BYTES;
}

@inline
function nextSibling(node: usize): usize {
	return <usize>load<u32>(node);
}

@inline
function firstChild(node: usize): usize {
	return <usize>load<u32>(node, 4);
}

@inline
export function lengthOf(node: usize): usize {
	return <usize>load<u32>(node, 8);
}

@inline
export function actionOf(node: usize): u32 {
	return load<u32>(node, 12);
}

@inline
export function fieldOf(node: usize): usize {
	return <usize>load<u32>(node, 16);
}

@inline
export function bitOf(node: usize): u32 {
	return load<u32>(node, 20);
}

@inline
export function flagsOf(node: usize): u32 {
	return load<u32>(node, 24);
}

/** Phase letter, or length of the category. */
@inline
export function constantOf(node: usize): u32 {
	return load<u32>(node, 28);
}

@inline
export function categoryOf(node: usize): u32 {
	return load<u32>(node, 32);
}

@inline
export function setCategoryOf(node: usize, category: u32): void {
	store<u32>(node, category, 32);
}

/** Where the last value is remembered: 32 bytes, see number.ts and tracks.ts. */
@inline
export function memoOf(node: usize): usize {
	return node + MEMO;
}

/** The child of `node` that the text at `p` goes on as, or 0. */
@inline
export function follow(node: usize, p: usize): usize {
	let next = firstChild(node);
	while (next !== 0) {
		const text = next + TEXT;
		const length = lengthOf(next);
		if (length <= 16) {
			if (!v128.any_true(v128.and(difference(text, p), firstBytes(<u32>length)))) break;
		} else {
			let different = v128.or(difference(text, p), difference(text + length - 16, p + length - 16));
			if (length > 32) {
				different = v128.or(different, difference(text + 16, p + 16));
				if (length > 48) different = v128.or(different, difference(text + 32, p + 32));
			}
			if (!v128.any_true(different)) break;
		}
		next = nextSibling(next);
	}
	return next;
}

@inline
function difference(a: usize, b: usize): v128 {
	return v128.xor(v128.load(a), v128.load(b));
}

/** A child of `parent` for the text from `begin` to `end`, or UNLEARNT. */
export function addNode(
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
	const length = end - begin;
	let node = UNLEARNT;
	if (
		learn &&
		length <= TEXT_LIMIT &&
		parent !== UNLEARNT &&
		used < NODE_BYTES * NODE_LIMIT &&
		load<u32>(parent, 36) < CHILD_LIMIT
	) {
		node = nodes + used;
		used += NODE_BYTES;
		memory.fill(node, 0, NODE_BYTES);
		memory.copy(node + TEXT, begin, length);
		append(parent, node);
	}
	store<u32>(node, <u32>length, 8);
	store<u32>(node, action, 12);
	store<u32>(node, <u32>field, 16);
	store<u32>(node, bit, 20);
	store<u32>(node, flags, 24);
	store<u32>(node, constant, 28);
	store<u32>(node, 0, 32);
	return node;
}

/** The first way seen is asked first. */
function append(parent: usize, node: usize): void {
	store<u32>(parent, load<u32>(parent, 36) + 1, 36);
	let last = firstChild(parent);
	if (last === 0) {
		store<u32>(parent, <u32>node, 4);
		return;
	}
	while (nextSibling(last) !== 0) last = nextSibling(last);
	store<u32>(last, <u32>node);
}
