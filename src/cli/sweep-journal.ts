/**
 * Where a sweep keeps its results as they come. A folder that the user names stays and is gone on with only when asked;
 * otherwise it is beside the output or in the cache folder, is gone on with where a run was killed, and goes when all is
 * done.
 */
import { rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../lib/errors.js";
import type { SweepInputs } from "../sweep/inputs.js";
import { JOURNAL_SCHEMA, type JournalHeader, sweepIdentity } from "../sweep/journal/header.js";
import { checkSame, journalName, readJournal } from "../sweep/journal/read.js";
import { JournalWriter } from "../sweep/journal/write.js";
import type { RowOrFailure } from "../sweep/row.js";
import { cacheFolder } from "./cache.js";
import type { Shard, SweepFlags } from "./sweep-flags.js";
import { version } from "./version.js";

export interface OpenJournal {
	readonly writer: JournalWriter;
	/** What it had. */
	readonly known: ReadonlyMap<number, RowOrFailure>;
	/** All results are out: a journal that nobody asked for goes. */
	finish(): void;
}

/** @param total configurations of the part */
export function openJournal(
	inputs: SweepInputs,
	flags: Pick<SweepFlags, "journal" | "out" | "resume">,
	part: Shard | undefined,
	total: number,
): OpenJournal | undefined {
	const folder = flags.journal ?? defaultFolder(inputs, flags.out);
	if (folder === undefined) {
		if (flags.resume) throw new UserError("--resume needs a journal, and LUMOS_CACHE=off keeps none; give --journal");
		return undefined;
	}
	const { shard, shards } = part ?? { shard: 0, shards: 1 };
	const header: JournalHeader = { schema: JOURNAL_SCHEMA, version, shard, shards, total, inputs };
	const path = join(folder, journalName(shard, shards));
	const before = readJournal(path);
	if (before !== undefined) {
		checkSame(before, header, "this one");
		if (flags.journal !== undefined && !flags.resume && before.rows.size > 0)
			throw new UserError(
				`${path}: has ${before.rows.size} results of this sweep already; give --resume to go on, or another --journal`,
			);
	}
	if (before !== undefined && before.rows.size > 0)
		process.stderr.write(`Going on with ${before.rows.size} results of ${path}\n`);
	const writer = new JournalWriter(path, header, before);
	return {
		writer,
		known: before?.rows ?? new Map(),
		finish: () => {
			writer.close();
			if (flags.journal !== undefined) return;
			writer.remove();
			removeIfEmpty(dirname(path));
		},
	};
}

function defaultFolder(inputs: SweepInputs, out: string | undefined): string | undefined {
	if (out !== undefined) return `${out}.journal`;
	const cache = cacheFolder();
	return cache === undefined ? undefined : join(cache, `sweep-${sweepIdentity(version, inputs)}`);
}

function removeIfEmpty(folder: string): void {
	try {
		rmdirSync(folder);
	} catch {
		// Other shards' journals are in it.
	}
}
