/**
 * Files that are either whole or not there: written under another name in the same folder, synced, then renamed.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EnvironmentError, UserError } from "./errors.js";

/** One `write` call takes at most 2 GiB; half of it keeps pages flowing. */
const WRITE_BYTES = 1 << 30;

/** Every name given out; nobody else has them, so that those of files long renamed do no harm. */
const temporaries: string[] = [];

/** A name beside `path` that nobody else uses. */
export function temporaryName(path: string): string {
	const name = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
	temporaries.push(name);
	return name;
}

/** For a process that ends while it writes. */
export function removeUnfinished(): void {
	for (const name of temporaries) rmSync(name, { force: true });
}

/** Says in one line why `path` could not be written: the user's path, or the machine. */
export function writeFailure(path: string, error: unknown): Error {
	const code = (error as NodeJS.ErrnoException | null)?.code;
	switch (code) {
		case "ENOENT":
		case "ENOTDIR":
			return new UserError(`${path}: no such folder; create it first`);
		case "EISDIR":
			return new UserError(`${path}: is a folder; give the name of a file`);
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return new UserError(`${path}: not allowed to write here (${code}); choose another place`);
		case "ENOSPC":
		case "EDQUOT":
			return new EnvironmentError(
				`${path}: no space left on the device; nothing was kept, free some space and run again`,
			);
		case "EIO":
		case "EMFILE":
		case "ENFILE":
		case "EFBIG":
			return new EnvironmentError(`${path}: could not be written (${code})`);
		default:
			return error instanceof Error ? error : new Error(String(error));
	}
}

/**
 * Writes `chunks` to `path`, replacing what was there only once all is on disk.
 * @throws UserError where the path cannot be written, EnvironmentError where the disk is full; nothing is left behind.
 */
export function writeFileAtomic(path: string, chunks: Iterable<Uint8Array>): number {
	const temporary = temporaryName(path);
	let bytes = 0;
	let fd = -1;
	try {
		fd = openSync(temporary, "wx", 0o666);
		for (const chunk of chunks) bytes += writeAll(fd, chunk);
		fsyncSync(fd);
		closeSync(fd);
		fd = -1;
		renameSync(temporary, path);
	} catch (error) {
		if (fd >= 0) closeSync(fd);
		rmSync(temporary, { force: true });
		throw writeFailure(path, error);
	}
	return bytes;
}

function writeAll(fd: number, chunk: Uint8Array): number {
	let done = 0;
	while (done < chunk.length) done += writeSync(fd, chunk, done, Math.min(WRITE_BYTES, chunk.length - done));
	return done;
}
