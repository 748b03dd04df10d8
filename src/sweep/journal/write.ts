/** Writes results down as they come: a process that is killed loses none of them, a machine at most the last second. */
import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { writeFailure } from "../../lib/atomic-file.js";
import type { RowOrFailure } from "../row.js";
import type { JournalHeader } from "./header.js";
import { journalLine, packRow } from "./lines.js";
import type { JournalContents } from "./read.js";

const SYNC_EVERY_MS = 500;

export class JournalWriter {
	readonly path: string;
	readonly #fd: number;
	readonly #timer: ReturnType<typeof setInterval>;
	#isDirty = false;
	/** Bytes of the file. */
	#end: number;

	/**
	 * @param before what the file has; undefined: it is begun anew
	 * @throws UserError, EnvironmentError where it cannot be written
	 */
	constructor(path: string, header: JournalHeader, before: JournalContents | undefined) {
		this.path = path;
		try {
			mkdirSync(dirname(path), { recursive: true });
			this.#fd = openSync(path, before === undefined ? "w" : "r+");
			if (before !== undefined) ftruncateSync(this.#fd, before.wholeBytes);
		} catch (error) {
			throw writeFailure(path, error);
		}
		this.#end = before?.wholeBytes ?? 0;
		this.#timer = setInterval(() => this.#sync(), SYNC_EVERY_MS);
		this.#timer.unref();
		if (before === undefined) this.#write(journalLine(header));
	}

	add(rows: readonly RowOrFailure[]): void {
		this.#write(rows.map((row) => journalLine(packRow(row))).join(""));
	}

	close(): void {
		clearInterval(this.#timer);
		this.#sync();
		closeSync(this.#fd);
	}

	/** All that it has is said elsewhere by now. */
	remove(): void {
		rmSync(this.path, { force: true });
	}

	#write(text: string): void {
		const bytes = Buffer.from(text);
		try {
			for (let done = 0; done < bytes.length; )
				done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#end + done);
		} catch (error) {
			throw writeFailure(this.path, error);
		}
		this.#end += bytes.length;
		this.#isDirty = true;
	}

	#sync(): void {
		if (!this.#isDirty) return;
		this.#isDirty = false;
		try {
			fdatasyncSync(this.#fd);
		} catch (error) {
			throw writeFailure(this.path, error);
		}
	}
}
