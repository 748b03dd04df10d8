/**
 * Where results are written. A bad place is refused before hours of traces are read; nothing but a regular file is ever
 * replaced (a superuser could replace /dev/null), and never a trace by what was made of it.
 */
import { accessSync, constants, mkdirSync, realpathSync, rmdirSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { writeFailure } from "../lib/atomic-file.js";
import { UserError } from "../lib/errors.js";
import { statOrUndefined } from "./stat.js";

export interface OutputFile {
	/** Behind all links, which stay. */
	readonly path: string;
	/** Not there yet, outermost first. */
	readonly missingFolders: readonly string[];
}

/**
 * @param inputs files that must not be written over.
 * @throws UserError for a place that cannot be written.
 */
export function checkOutput(given: string, inputs: readonly string[]): OutputFile {
	if (given === "") throw new UserError("the name of the file to write is empty; give one");
	const existing = statOf(given, given);
	if (existing?.isDirectory()) throw new UserError(`${given}: is a folder; give the name of a file`);
	if (existing !== undefined && !existing.isFile())
		throw new UserError(`${given}: is no regular file; give the name of one`);
	const path = existing === undefined ? resolve(given) : realpathSync(given);
	if (existing !== undefined && inputs.some((input) => sameFile(input, existing)))
		throw new UserError(`${given}: is read as input; give another name`);
	const missingFolders: string[] = [];
	let folder = dirname(path);
	for (; statOf(folder, given) === undefined; folder = dirname(folder)) missingFolders.unshift(folder);
	if (!statSync(folder).isDirectory()) throw new UserError(`${given}: ${folder} is no folder; choose another place`);
	try {
		accessSync(folder, constants.W_OK | constants.X_OK);
	} catch (error) {
		throw writeFailure(given, error);
	}
	return { path, missingFolders };
}

/** Makes the folders that are missing, one by one: Node's recursive mkdir never returns from some file systems. */
export async function writeOutput<T>(file: OutputFile, write: (path: string) => T | Promise<T>): Promise<T> {
	const made: string[] = [];
	try {
		for (const folder of file.missingFolders) {
			mkdirSync(folder);
			made.push(folder);
		}
		return await write(file.path);
	} catch (error) {
		for (const folder of made.reverse()) removeIfEmpty(folder);
		throw writeFailure(file.path, error);
	}
}

function removeIfEmpty(folder: string): void {
	try {
		rmdirSync(folder);
	} catch {
		// Somebody else has put something there meanwhile.
	}
}

function statOf(path: string, given: string): Stats | undefined {
	try {
		return statSync(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return undefined;
		if (code === "ENAMETOOLONG" || code === "ELOOP" || code === "ERR_INVALID_ARG_VALUE")
			throw new UserError(`${given}: no usable file name (${code}); choose another`);
		throw writeFailure(given, error);
	}
}

function sameFile(path: string, other: Stats): boolean {
	const stats = statOrUndefined(path);
	return stats !== undefined && stats.dev === other.dev && stats.ino === other.ino;
}
