/**
 * Columns as they grow: the scanner fills batches of fixed size in its memory, and each full batch is copied out. Pieces
 * are joined only at the end, column by column, so that no column is ever held twice for long.
 */
import type { Arena } from "./arena.js";
import type { Control } from "./control.js";
import type { ControlField } from "./layout.js";

/** Small enough to stay in a second-level cache while it is written. */
export const BATCH_ROWS = 16_384;

type Column = Uint8Array | Uint32Array | Int32Array | Float64Array | BigInt64Array;
interface ColumnType<T extends Column> {
	readonly BYTES_PER_ELEMENT: number;
	new (length: number): T;
	new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

export class ColumnPieces<T extends Column> {
	private pieces: T[] = [];
	private length = 0;

	constructor(
		private readonly type: ColumnType<T>,
		readonly field: ControlField,
	) {}

	get batchBytes(): number {
		return this.type.BYTES_PER_ELEMENT * BATCH_ROWS;
	}

	/** Room that `count` values take in the buffer of a batch. */
	room(count: number): number {
		return Math.ceil((this.type.BYTES_PER_ELEMENT * count) / 8) * 8;
	}

	/** Copies `count` values from `address` of the scanner's memory to `offset` of a buffer of their own. */
	take(memory: ArrayBufferLike, address: number, count: number, batch: ArrayBuffer, offset: number): void {
		const piece = new this.type(batch, offset, count);
		(piece as Uint8Array).set(new this.type(memory, address, count) as Uint8Array);
		this.pieces.push(piece);
		this.length += count;
	}

	/** The whole column; the pieces are let go. */
	join(): T {
		const whole = new this.type(this.length);
		let at = 0;
		for (const piece of this.pieces) {
			(whole as Uint8Array).set(piece as Uint8Array, at);
			at += piece.length;
		}
		this.pieces = [];
		return whole;
	}
}

const u8 = (field: ControlField) => new ColumnPieces<Uint8Array>(Uint8Array, field);
const u32 = (field: ControlField) => new ColumnPieces<Uint32Array>(Uint32Array, field);
const i32 = (field: ControlField) => new ColumnPieces<Int32Array>(Int32Array, field);
const f64 = (field: ControlField) => new ColumnPieces<Float64Array>(Float64Array, field);
const i64 = (field: ControlField) => new ColumnPieces<BigInt64Array>(BigInt64Array, field);

export class Batches {
	readonly rows = {
		category: u8("ROW_CATEGORY"),
		name: u32("ROW_NAME"),
		startNs: f64("ROW_START_NS"),
		durNs: f64("ROW_DUR_NS"),
		track: u32("ROW_TRACK"),
		correlation: i32("ROW_CORRELATION"),
		stream: i32("ROW_STREAM"),
		externalId: i32("ROW_EXTERNAL_ID"),
		sequence: i32("ROW_SEQUENCE"),
		shape: u32("ROW_SHAPE"),
		detail: i32("ROW_DETAIL"),
		bytes: f64("ROW_BYTES"),
	};
	readonly comms = {
		collective: u32("COMM_COLLECTIVE"),
		dtype: u32("COMM_DTYPE"),
		inElems: f64("COMM_IN_ELEMS"),
		outElems: f64("COMM_OUT_ELEMS"),
		groupSize: i32("COMM_GROUP_SIZE"),
		groupName: u32("COMM_GROUP_NAME"),
		groupDesc: u32("COMM_GROUP_DESC"),
		groupRanks: u32("COMM_GROUP_RANKS"),
		seq: i32("COMM_SEQ"),
		srcRank: i32("COMM_SRC_RANK"),
		dstRank: i32("COMM_DST_RANK"),
	};
	readonly syncs = {
		waitOnStream: i32("SYNC_WAIT_ON_STREAM"),
		recordCorrelation: i32("SYNC_RECORD_CORRELATION"),
		eventId: i32("SYNC_EVENT_ID"),
	};
	readonly flows = { id: i64("FLOW_ID"), kind: u8("FLOW_KIND"), track: u32("FLOW_TRACK"), ns: f64("FLOW_NS") };
	readonly labels = {
		kind: u32("LABEL_KIND"),
		pid: i64("LABEL_PID"),
		tid: i64("LABEL_TID"),
		text: u32("LABEL_TEXT"),
	};

	private readonly tables: readonly (readonly [ControlField, readonly ColumnPieces<Column>[]])[] = [
		["ROWS", columnsOf(this.rows)],
		["COMMS", columnsOf(this.comms)],
		["SYNCS", columnsOf(this.syncs)],
		["FLOWS", columnsOf(this.flows)],
		["LABELS", columnsOf(this.labels)],
	];

	constructor(
		private readonly arena: Arena,
		private readonly control: Control,
	) {
		for (const [, columns] of this.tables) {
			for (const column of columns) control.set(column.field, arena.allocate(column.batchBytes));
		}
		control.set("BATCH_ROWS", BATCH_ROWS);
	}

	/** Copies out what the batches hold and empties them. */
	take(): void {
		for (const [countField, columns] of this.tables) {
			const count = this.control.get(countField);
			if (count === 0) continue;
			// One buffer a batch: large enough for the allocator to give it back to the system when the columns are joined.
			const batch = new ArrayBuffer(columns.reduce((bytes, column) => bytes + column.room(count), 0));
			let offset = 0;
			for (const column of columns) {
				column.take(this.arena.memory.buffer, this.control.get(column.field), count, batch, offset);
				offset += column.room(count);
			}
			this.control.set(countField, 0);
			if (countField === "COMMS" || countField === "SYNCS") {
				const taken = `${countField}_TAKEN` as const;
				this.control.set(taken, this.control.get(taken) + count);
			}
		}
		this.control.set("BATCH_EVENTS", 0);
	}
}

function columnsOf(table: object): readonly ColumnPieces<Column>[] {
	return Object.values(table) as ColumnPieces<Column>[];
}
