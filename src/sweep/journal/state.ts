/** How far a shard is, for those who wait for it. */
import { join } from "node:path";
import { journalName, readJournal } from "./read.js";

export interface JournalState {
	/** Configurations that it has the results of. */
	readonly done: number;
	/** Undefined until the shard has been started. */
	readonly total: number | undefined;
	readonly finished: boolean;
}

export function journalState(folder: string, shard: number, shards: number): JournalState {
	const journal = readJournal(join(folder, journalName(shard, shards)));
	if (journal === undefined) return { done: 0, total: undefined, finished: false };
	const { total } = journal.header;
	const done = journal.rows.size;
	return { done, total, finished: done >= total };
}
