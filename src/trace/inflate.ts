/**
 * The text of a file, inflated in pieces: gzip and zstd by zlib's streams, whose work runs on a thread of the pool while
 * the pieces before are scanned on this one. Where Node has no zstd (before 22.15), fzstd does it.
 *
 * A damaged gzip file still gives everything in front of the damage. zlib drops what it had inflated in the call that
 * failed, so the file is inflated once more with ever smaller pieces of input up to that byte.
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { EnvironmentError, UserError } from "../lib/errors.js";
import { type Compression, compressionOf } from "./compression.js";
import { inflateAtOnce } from "./inflate-at-once.js";

const FILE_PIECE_BYTES = 64 * 1024;
const PLAIN_PIECE_BYTES = 1024 * 1024;
/** Large, because every piece costs a few microseconds on both threads. */
const TEXT_PIECE_BYTES = 512 * 1024;
/** Pieces that may wait while one is scanned: enough for both threads to stay busy. */
const QUEUE_PIECES = 3;

const createZstdDecompress = (zlib as { createZstdDecompress?: (options: object) => Transform }).createZstdDecompress;

export interface CompressionDamage {
	/** The file ends before the compressed stream does, or is wrong somewhere. */
	readonly kind: "truncated" | "corrupt";
	/** Offset in the file. */
	readonly byte: number;
	readonly reason: string;
}

/** Text in pieces of any size, and what became of it. */
export interface TraceSource {
	readonly path: string;
	/** Size on disk. */
	readonly bytes: number;
	readonly compression: Compression;
	readonly bytesRead: number;
	readonly damage: CompressionDamage | undefined;
	/** @param wantsMore asked before a damaged file is inflated a second time. */
	text(wantsMore: () => boolean): AsyncIterable<Uint8Array>;
	/** All of the text where it can be had in one go on this thread; then `text` need not be asked. */
	textAtOnce?(): Uint8Array | undefined;
}

export class TraceFile implements TraceSource {
	/** Bytes of the file read so far. */
	bytesRead = 0;
	damage: CompressionDamage | undefined;

	private constructor(
		readonly path: string,
		readonly bytes: number,
		readonly compression: Compression,
	) {}

	/** @throws UserError where there is no such file, or it is a folder, or empty. */
	static async open(path: string): Promise<TraceFile> {
		try {
			const info = await stat(path);
			if (info.isDirectory()) throw new UserError(`${path}: is a folder, not a trace; name the files in it`);
			if (!info.isFile()) throw new UserError(`${path}: is not a regular file; save the trace to a file first`);
			if (info.size === 0) throw new UserError(`${path}: is empty (0 bytes); record or copy the trace again`);
			const handle = await open(path, "r");
			try {
				const head = new Uint8Array(8);
				await handle.read(head, 0, head.length, 0);
				return new TraceFile(path, info.size, compressionOf(head));
			} finally {
				await handle.close();
			}
		} catch (error) {
			throw readFailure(path, error);
		}
	}

	/**
	 * The text. Ends early where the file is damaged, with `damage` set.
	 * @param wantsMore asked before a damaged file is inflated a second time.
	 */
	async *text(wantsMore: () => boolean = () => true): AsyncGenerator<Uint8Array> {
		try {
			if (this.compression === "none") yield* this.plain();
			else if (this.compression === "gzip") yield* this.inflated(createGunzip, wantsMore);
			else if (createZstdDecompress !== undefined) {
				const create = createZstdDecompress;
				yield* this.inflated(() => create(zlibOptions), wantsMore);
			} else yield* this.zstd();
		} catch (error) {
			throw readFailure(this.path, error);
		}
	}

	textAtOnce(): Uint8Array | undefined {
		try {
			const text = this.compression === "gzip" ? inflateAtOnce(this.path, this.bytes) : undefined;
			if (text !== undefined) this.bytesRead = this.bytes;
			return text;
		} catch (error) {
			throw readFailure(this.path, error);
		}
	}

	private async *plain(): AsyncGenerator<Uint8Array> {
		for await (const piece of createReadStream(this.path, { highWaterMark: PLAIN_PIECE_BYTES })) {
			this.bytesRead += (piece as Uint8Array).length;
			yield piece as Uint8Array;
		}
	}

	private async *inflated(create: () => Transform, wantsMore: () => boolean): AsyncGenerator<Uint8Array> {
		let given = 0;
		const inflater = create();
		try {
			pipeline(createReadStream(this.path, { highWaterMark: FILE_PIECE_BYTES }), inflater, () => {});
			for await (const piece of inflater) {
				this.bytesRead = bytesConsumed(inflater);
				given += (piece as Uint8Array).length;
				yield piece as Uint8Array;
			}
			this.bytesRead = bytesConsumed(inflater);
			if (this.bytesRead < this.bytes) {
				this.damage = { kind: "corrupt", byte: this.bytesRead, reason: "bytes follow the compressed stream" };
			}
		} catch (error) {
			const reason = zlibReason(error);
			if (reason === undefined) throw error;
			this.bytesRead = bytesConsumed(inflater);
			this.damage = { kind: isTruncation(error) ? "truncated" : "corrupt", byte: this.bytesRead, reason };
		}
		if (this.damage?.kind === "corrupt" && this.bytesRead < this.bytes && wantsMore()) {
			yield* this.salvaged(create(), given, this.bytesRead);
		}
	}

	/** What a second pass gives behind the first `given` bytes of text: byte by byte from `suspect` in the file on. */
	private async *salvaged(inflater: Transform, given: number, suspect: number): AsyncGenerator<Uint8Array> {
		let skip = given;
		try {
			pipeline(this.pieces(suspect), inflater, () => {});
			for await (const piece of inflater) {
				const text = piece as Uint8Array;
				if (text.length > skip) yield text.subarray(skip);
				skip = Math.max(0, skip - text.length);
			}
		} catch (error) {
			const reason = zlibReason(error);
			if (reason === undefined) throw error;
			this.damage = { kind: "corrupt", byte: bytesConsumed(inflater), reason };
		}
	}

	private async *pieces(suspect: number): AsyncGenerator<Uint8Array> {
		let at = 0;
		for await (const chunk of createReadStream(this.path, { highWaterMark: FILE_PIECE_BYTES })) {
			const piece = chunk as Uint8Array;
			const whole = Math.max(0, Math.min(piece.length, suspect - at));
			if (whole > 0) yield piece.subarray(0, whole);
			for (let i = whole; i < piece.length; i++) yield piece.subarray(i, i + 1);
			at += piece.length;
		}
	}

	private async *zstd(): AsyncGenerator<Uint8Array> {
		let ready: Uint8Array[] = [];
		const inflater = new Decompress((piece) => ready.push(piece));
		try {
			for await (const chunk of createReadStream(this.path, { highWaterMark: FILE_PIECE_BYTES })) {
				const piece = chunk as Uint8Array;
				inflater.push(piece, false);
				yield* ready;
				ready = [];
				this.bytesRead += piece.length;
			}
			inflater.push(new Uint8Array(0), true);
		} catch (error) {
			if (!isFzstdError(error)) throw error;
			const early = error.message.includes("EOF");
			this.damage = { kind: early ? "truncated" : "corrupt", byte: this.bytesRead, reason: error.message };
		}
		yield* ready;
	}
}

// In object mode the pieces come one by one; else those that wait would be copied into one.
const zlibOptions = { chunkSize: TEXT_PIECE_BYTES, readableObjectMode: true, readableHighWaterMark: QUEUE_PIECES };

function createGunzip(): Transform {
	return zlib.createGunzip(zlibOptions);
}

function bytesConsumed(inflater: Transform): number {
	return (inflater as unknown as zlib.Gunzip).bytesWritten;
}

function zlibReason(error: unknown): string | undefined {
	const { code, message } = error as NodeJS.ErrnoException;
	return code?.startsWith("Z_") === true || code?.startsWith("ZSTD_") === true ? message : undefined;
}

function isTruncation(error: unknown): boolean {
	return (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
}

function isFzstdError(error: unknown): error is Error {
	return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "number";
}

function readFailure(path: string, error: unknown): unknown {
	switch ((error as NodeJS.ErrnoException | null)?.code) {
		case "ENOENT":
		case "ENOTDIR":
			return new UserError(`${path}: no such file`);
		case "EACCES":
		case "EPERM":
			return new UserError(`${path}: not allowed to read this file`);
		case "ENAMETOOLONG":
		case "ELOOP":
		case "ERR_INVALID_ARG_VALUE":
			return new UserError(`${path}: no such file`);
		case "EIO":
		case "EMFILE":
		case "ENFILE":
			return new EnvironmentError(`${path}: could not be read (${(error as NodeJS.ErrnoException).code})`);
		default:
			return error;
	}
}
