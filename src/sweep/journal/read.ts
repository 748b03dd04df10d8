/** Reads journals: whatever was whole on the disk when their writer ended. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import type { RowOrFailure } from "../row.js";
import { differingParts, JOURNAL_SCHEMA, type JournalHeader } from "./header.js";
import { unpackRow, valueOfLine } from "./lines.js";

export interface JournalContents {
	readonly path: string;
	readonly header: JournalHeader;
	/** By configuration: a failure gives way to a result. */
	readonly rows: ReadonlyMap<number, RowOrFailure>;
	/** Up to the last whole line; what stands behind it was being written. */
	readonly wholeBytes: number;
}

const NAME = /^shard-(\d+)-of-(\d+)\.journal$/;

export function journalName(shard: number, shards: number): string {
	return `shard-${shard}-of-${shards}.journal`;
}

/**
 * @returns undefined where there is none, or only the beginning of a header
 * @throws UserError for a file that is no journal
 */
export function readJournal(path: string): JournalContents | undefined {
	let bytes: Buffer;
	try {
		bytes = readFileSync(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return undefined;
		throw new UserError(`${path}: the journal cannot be read (${code})`);
	}
	let at = bytes.indexOf("\n");
	if (at < 0) return undefined;
	const header = valueOfLine(bytes.toString("utf8", 0, at)) as JournalHeader | undefined;
	if (header?.schema !== JOURNAL_SCHEMA)
		throw new UserError(`${path}: is no journal of this version of Lumos; give another --journal`);
	const rows = new Map<number, RowOrFailure>();
	let wholeBytes = ++at;
	for (let end = bytes.indexOf("\n", at); end >= 0; end = bytes.indexOf("\n", at)) {
		const value = valueOfLine(bytes.toString("utf8", at, end));
		// What follows a damaged line is simulated again.
		if (value === undefined) break;
		const row = unpackRow(value);
		if (!("failed" in row) || !rows.has(row.index)) rows.set(row.index, row);
		wholeBytes = at = end + 1;
	}
	return { path, header, rows, wholeBytes };
}

/**
 * All journals of a folder, in the order of their shards.
 * @throws UserError for a folder without any, or with those of different sweeps
 */
export function readJournals(folder: string): JournalContents[] {
	let names: string[];
	try {
		names = readdirSync(folder).filter((name) => NAME.test(name));
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new UserError(
			`${folder}: ${code === "ENOENT" ? "no such folder" : `cannot be read (${code})`}; give the --journal of a sweep`,
		);
	}
	const journals = names.flatMap((name) => readJournal(join(folder, name)) ?? []);
	journals.sort((a, b) => a.header.shard - b.header.shard);
	const [first] = journals;
	if (first === undefined) throw new UserError(`${folder}: holds no journal of a sweep; give the --journal of one`);
	for (const other of journals) {
		checkSame(other, first.header, first.path);
		if (other.header.shards !== first.header.shards)
			throw new UserError(
				`${other.path}: is one of ${other.header.shards} shards, ${first.path} one of ${first.header.shards}; remove those that are not meant`,
			);
	}
	return journals;
}

/** @throws UserError that names what differs */
export function checkSame({ path, header }: JournalContents, expected: JournalHeader, whose: string): void {
	const parts = differingParts(header, expected);
	if (parts.length === 0) return;
	throw new UserError(
		`${path}: is the journal of another sweep than ${whose}: ${parts.join(" and ")} ${parts.length === 1 ? "differs" : "differ"}; give another --journal or the same inputs`,
	);
}
