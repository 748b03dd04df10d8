/** The results of all shards, if all are there. */
import { UserError } from "../../lib/errors.js";
import { shardOf } from "../chunks.js";
import type { SweepPlan } from "../plan-sweep.js";
import { type FailedRow, isFailed, type RowOrFailure, type SweepRow } from "../row.js";
import { type JournalContents, journalName } from "./read.js";

/** Shards that are named one by one where some are missing. */
const MOST_NAMED = 10;

/** @throws UserError that names the shards that are missing or not done. */
export function mergeJournals(
	{ chunks }: SweepPlan,
	journals: readonly JournalContents[],
	folder: string,
): { readonly rows: readonly SweepRow[]; readonly failed: readonly FailedRow[] } {
	const { shards } = journals[0]!.header;
	const byShard = new Map(journals.map((journal) => [journal.header.shard, journal]));
	const all: RowOrFailure[] = [];
	const open: string[] = [];
	for (let shard = 0; shard < shards; shard++) {
		const wanted = shardOf(chunks, shard, shards).flatMap(({ indices }) => indices);
		const rows = byShard.get(shard)?.rows;
		const found = wanted.flatMap((index) => rows?.get(index) ?? []);
		if (rows === undefined) open.push(`${journalName(shard, shards)} is missing`);
		else if (found.length < wanted.length)
			open.push(`${journalName(shard, shards)} has ${found.length} of ${wanted.length} results`);
		all.push(...found);
	}
	if (open.length > 0) {
		const more = open.length > MOST_NAMED ? ` (and ${open.length - MOST_NAMED} more)` : "";
		throw new UserError(
			`${folder}: not all of the ${shards} shards are done: ${open.slice(0, MOST_NAMED).join(", ")}${more}; run these shards again with --resume`,
		);
	}
	return { rows: all.filter((row): row is SweepRow => !isFailed(row)), failed: all.filter(isFailed) };
}
