/** The scanner's string and track tables: room for them, more room, and what they hold at the end. */
import type { Arena } from "./arena.js";
import type { Control } from "./control.js";
import { STRING_ENTRY_BYTES, STRING_LENGTH_MASK, TRACK_RECORD_BYTES } from "./layout.js";
import type { ScanExports } from "./module.js";

const FIRST_STRINGS = 16_384;
const FIRST_TRACKS = 1024;
const HEAP_SEGMENT_BYTES = 1024 * 1024;

/** Raw tables of a finished scan; texts are UTF-8, possibly broken. */
export interface RawStrings {
	readonly bytes: Uint8Array;
	readonly begin: Uint32Array;
	readonly length: Uint32Array;
	/** 1 for entries that are only spellings of another. */
	readonly alias: Uint8Array;
}

export interface RawTracks {
	/** See assembly/scan/tracks.ts. */
	readonly pid: BigInt64Array;
	readonly tid: BigInt64Array;
}

export class ScannerTables {
	private segments: { begin: number; end: number }[] = [];

	constructor(
		private readonly arena: Arena,
		private readonly control: Control,
		private readonly exports: ScanExports,
	) {
		this.placeStrings(FIRST_STRINGS);
		this.placeTracks(FIRST_TRACKS);
		this.growHeap(0);
	}

	/** A new place for string bytes; what stands in the old ones stays there. */
	growHeap(leastBytes: number): void {
		this.closeSegment();
		const bytes = Math.max(HEAP_SEGMENT_BYTES, leastBytes);
		const begin = this.arena.allocate(bytes);
		this.segments.push({ begin, end: begin });
		this.control.set("HEAP", begin);
		this.control.set("HEAP_END", begin + bytes);
	}

	growStrings(): void {
		const count = this.control.get("STRINGS");
		const from = this.control.get("ENTRIES");
		this.placeStrings(2 * this.control.get("STRING_CAPACITY"));
		this.arena.u8.copyWithin(this.control.get("ENTRIES"), from, from + count * STRING_ENTRY_BYTES);
		this.exports.rehashStrings();
	}

	growTracks(): void {
		const count = this.control.get("TRACKS");
		const from = this.control.get("TRACK_RECORDS");
		this.placeTracks(2 * this.control.get("TRACK_CAPACITY"));
		this.arena.u8.copyWithin(this.control.get("TRACK_RECORDS"), from, from + count * TRACK_RECORD_BYTES);
		this.exports.rehashTracks();
	}

	/** The text of one string, before the scan is finished. */
	text(id: number): string {
		const entry = this.control.get("ENTRIES") / 4 + 4 * id;
		const begin = this.arena.u32[entry]!;
		const length = this.arena.u32[entry + 1]! & STRING_LENGTH_MASK;
		return Buffer.from(this.arena.memory.buffer, begin, length).toString("utf8");
	}

	/** A copy of the strings that outlives the scanner. */
	takeStrings(): RawStrings {
		this.closeSegment();
		const total = this.segments.reduce((sum, { begin, end }) => sum + end - begin, 0);
		const bytes = new Uint8Array(total);
		const moved: { readonly from: number; readonly to: number }[] = [];
		let at = 0;
		for (const { begin, end } of this.segments) {
			bytes.set(this.arena.u8.subarray(begin, end), at);
			moved.push({ from: begin, to: at });
			at += end - begin;
		}
		const count = this.control.get("STRINGS");
		const first = this.control.get("ENTRIES") / 4;
		const begin = new Uint32Array(count);
		const length = new Uint32Array(count);
		const alias = new Uint8Array(count);
		let segment = 0;
		for (let id = 0; id < count; id++) {
			const address = this.arena.u32[first + 4 * id]!;
			const key = this.arena.u32[first + 4 * id + 1]!;
			// Strings were added in order, so their addresses walk through the segments once.
			while (address < moved[segment]!.from || address > this.segments[segment]!.end) segment++;
			begin[id] = address - moved[segment]!.from + moved[segment]!.to;
			length[id] = key & STRING_LENGTH_MASK;
			alias[id] = key > STRING_LENGTH_MASK ? 1 : 0;
		}
		return { bytes, begin, length, alias };
	}

	takeTracks(): RawTracks {
		const count = this.control.get("TRACKS");
		const records = new BigInt64Array(this.arena.memory.buffer, this.control.get("TRACK_RECORDS"), 4 * count);
		const pid = new BigInt64Array(count);
		const tid = new BigInt64Array(count);
		for (let track = 0; track < count; track++) {
			pid[track] = records[4 * track]!;
			tid[track] = records[4 * track + 1]!;
		}
		return { pid, tid };
	}

	private closeSegment(): void {
		const last = this.segments.at(-1);
		if (last !== undefined) last.end = this.control.get("HEAP");
	}

	private placeStrings(capacity: number): void {
		this.control.set("STRING_CAPACITY", capacity);
		this.control.set("ENTRIES", this.arena.allocate(capacity * STRING_ENTRY_BYTES));
		this.control.set("SLOTS", this.placeSlots(2 * capacity));
		this.control.set("SLOT_MASK", 2 * capacity - 1);
	}

	private placeTracks(capacity: number): void {
		this.control.set("TRACK_CAPACITY", capacity);
		this.control.set("TRACK_RECORDS", this.arena.allocate(capacity * TRACK_RECORD_BYTES));
		this.control.set("TRACK_SLOTS", this.placeSlots(2 * capacity));
		this.control.set("TRACK_SLOT_MASK", 2 * capacity - 1);
	}

	private placeSlots(count: number): number {
		const address = this.arena.allocate(4 * count);
		this.arena.u8.fill(0, address, address + 4 * count);
		return address;
	}
}
