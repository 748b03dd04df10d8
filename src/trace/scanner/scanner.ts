/**
 * Feeds text to the scanner, whatever the size of the pieces, and does what its statuses ask for.
 *
 * The input buffer holds what was not read yet: an event that is cut moves to the front and waits for more. Each time an
 * item proves longer than the buffer's contents, it waits until there is twice as much, so that one item of n bytes
 * costs O(n) however small the pieces are.
 */
import { meaningOf } from "../categories.js";
import type { Arena } from "./arena.js";
import { Batches } from "./batches.js";
import { Control } from "./control.js";
import { CATEGORY_LIMIT, INPUT_PADDING, PHASE_COUNT, Status } from "./layout.js";
import { returnInstance, type ScanInstance, takeInstance } from "./module.js";
import { ScannerTables } from "./tables.js";

const FIRST_INPUT_BYTES = 2 * 1024 * 1024;
/** An item longer than this is no event, but the rest of a file with a bracket missing. */
const MAX_ITEM_BYTES = 512 * 1024 * 1024;
/** Below this, reading an item again with every piece is cheap. */
const SHORT_ITEM_BYTES = 4096;

export interface HeaderPart {
	readonly key: string;
	readonly parts: Uint8Array[];
}

/** Why reading ended before the document did. */
export interface Damage {
	readonly kind: "not-json" | "events-not-an-array" | "syntax" | "too-long" | "garbage" | "ends-early";
	/** Offset in the (inflated) text. */
	readonly byte: number;
}

export interface CategoryCount {
	readonly name: string;
	readonly known: boolean;
	/** Events of the category that are no rows. */
	readonly skipped: number;
}

/** Kept of the values of top-level keys, all together. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

export class Scanner {
	private readonly instance: ScanInstance;
	private readonly arena: Arena;
	readonly control: Control;
	readonly batches: Batches;
	readonly tables: ScannerTables;
	readonly header: HeaderPart[] = [];
	/** Keys whose values were too long to keep. */
	readonly droppedKeys = new Set<string>();
	private headerBytes = 0;
	private readonly categories: { name: string; known: boolean }[] = [];
	private input: number;
	private inputBytes = FIRST_INPUT_BYTES;
	private held = 0;
	private waitFor = 0;
	/** Offset in the text of the first byte held. */
	private offset = 0;
	private closed = false;
	damage: Damage | undefined;

	constructor(keepPython: boolean) {
		this.instance = takeInstance();
		this.arena = this.instance.arena;
		this.arena.clear(this.instance.exports.heapBase());
		this.control = new Control(this.arena, this.instance.exports.reset());
		this.tables = new ScannerTables(this.arena, this.control, this.instance.exports);
		this.batches = new Batches(this.arena, this.control);
		this.input = this.arena.allocate(this.inputBytes + INPUT_PADDING);
		this.control.set("KEEP_PYTHON", keepPython ? 1 : 0);
		// Id 0 is the empty string.
		this.instance.exports.intern(this.input, 0, 0);
	}

	/** Whether more input can still add something. */
	get open(): boolean {
		return !this.closed && this.damage === undefined;
	}

	get bytes(): number {
		return this.offset + this.held;
	}

	get events(): number {
		return this.control.get("EVENTS");
	}

	feed(text: Uint8Array): void {
		let from = 0;
		while (from < text.length && this.damage === undefined) {
			const count = Math.min(this.inputBytes - this.held, text.length - from);
			this.arena.u8.set(
				from === 0 && count === text.length ? text : text.subarray(from, from + count),
				this.input + this.held,
			);
			this.held += count;
			from += count;
			if (this.held >= this.waitFor) this.scan();
		}
		// What follows damage is not looked at, but belongs to the size of the text.
		if (from < text.length) this.offset += text.length - from;
	}

	/** No more input: says whether the document was whole. */
	finish(): void {
		if (this.damage === undefined) this.scan();
		if (this.damage === undefined && !this.closed) this.damage = { kind: "ends-early", byte: this.bytes };
		this.batches.take();
	}

	/** Gives the memory back for the next file; nothing of this scanner may be used after. */
	release(): void {
		returnInstance(this.instance);
	}

	/** Skipped events by category. */
	categoryCounts(): CategoryCount[] {
		const first = this.control.get("CATEGORIES") / 4;
		return this.categories.map((category, record) => ({
			...category,
			skipped: this.arena.u32[first + 2 * record + 1]!,
		}));
	}

	/** Skipped events by phase letter. */
	phaseCounts(): Uint32Array {
		const first = this.control.get("PHASES") / 4;
		return this.arena.u32.slice(first, first + PHASE_COUNT);
	}

	/** Nanoseconds of time 0, as the trace counts them. */
	baseNs(): bigint {
		return BigInt.asIntN(64, (BigInt(this.control.get("BASE_HIGH")) << 32n) | BigInt(this.control.get("BASE")));
	}

	private scan(): void {
		const { control } = this;
		const end = this.input + this.held;
		let begin = this.input;
		for (;;) {
			const status = this.instance.exports.scan(begin, end);
			const position = control.get("POSITION");
			switch (status) {
				case Status.NEED_INPUT:
					this.keep(position, end);
					return;
				case Status.DONE:
					this.closed = true;
					this.checkRest(position, end);
					return;
				case Status.BATCH_FULL:
					this.batches.take();
					break;
				case Status.NEW_CATEGORY:
					this.addCategory(control.get("TEXT"));
					break;
				case Status.HEAP_FULL:
					this.tables.growHeap(control.get("TEXT_LENGTH"));
					break;
				case Status.STRINGS_FULL:
					this.tables.growStrings();
					break;
				case Status.TRACKS_FULL:
					this.tables.growTracks();
					break;
				case Status.HEADER_KEY:
					this.header.push({ key: Buffer.from(this.span()).toString("utf8"), parts: [] });
					break;
				case Status.HEADER_PART:
				case Status.HEADER_END:
					this.addHeaderPart(this.span());
					break;
				case Status.BAD_SYNTAX:
					this.stop("syntax", control.get("ERROR_AT"));
					return;
				case Status.NOT_JSON:
					this.stop("not-json", control.get("ERROR_AT"));
					return;
				case Status.EVENTS_NOT_AN_ARRAY:
					this.stop("events-not-an-array", control.get("ERROR_AT"));
					return;
				default:
					throw new Error(`the scanner returned status ${status}`);
			}
			begin = position;
		}
	}

	private span(): Uint8Array {
		const begin = this.control.get("TEXT");
		return this.arena.u8.subarray(begin, begin + this.control.get("TEXT_LENGTH"));
	}

	/** Moves what could not be read yet to the front. */
	private keep(position: number, end: number): void {
		const rest = end - position;
		this.offset += position - this.input;
		this.held = rest;
		this.waitFor = rest > SHORT_ITEM_BYTES ? 2 * rest : 0;
		if (rest > MAX_ITEM_BYTES) {
			this.damage = { kind: "too-long", byte: this.offset };
			return;
		}
		if (this.waitFor <= this.inputBytes) {
			this.arena.u8.copyWithin(this.input, position, end);
			return;
		}
		this.inputBytes = this.waitFor;
		const input = this.arena.allocate(this.inputBytes + INPUT_PADDING);
		this.arena.u8.copyWithin(input, position, end);
		this.input = input;
	}

	private stop(kind: Damage["kind"], address: number): void {
		this.damage = { kind, byte: this.offset + address - this.input };
	}

	/** Only white space may follow the document. */
	private checkRest(position: number, end: number): void {
		const rest = this.arena.u8.subarray(position, end);
		const dark = rest.findIndex((byte) => byte > 0x20);
		if (dark >= 0) this.stop("garbage", position + dark);
		this.offset += this.held;
		this.held = 0;
	}

	private addCategory(id: number): void {
		const name = this.tables.text(id);
		const { scannerClass, known } = meaningOf(name);
		const record = Math.min(this.categories.length, CATEGORY_LIMIT - 1);
		if (record === this.categories.length) this.categories.push({ name, known });
		else this.categories[record] = { name: "further categories", known: false };
		this.instance.exports.setCategory(id, record, record === CATEGORY_LIMIT - 1 ? 0 : scannerClass);
	}

	private addHeaderPart(part: Uint8Array): void {
		const { key, parts } = this.header.at(-1)!;
		if (this.droppedKeys.has(key)) return;
		this.headerBytes += part.length;
		if (this.headerBytes <= MAX_HEADER_BYTES) {
			parts.push(part.slice());
			return;
		}
		for (const dropped of parts) this.headerBytes -= dropped.length;
		this.headerBytes -= part.length;
		parts.length = 0;
		this.droppedKeys.add(key);
	}
}
