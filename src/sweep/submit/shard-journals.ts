/** How far shards are, from the journals that they write. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { shardOf } from "../chunks.js";
import { JOURNAL_SCHEMA, type JournalHeader } from "../journal/header.js";
import { checkSame, journalName, readJournal } from "../journal/read.js";
import { journalState } from "../journal/state.js";
import type { SweepPlan } from "../plan-sweep.js";
import type { ShardState } from "./supervise.js";

interface Seen extends ShardState {
	readonly bytes: number;
}

export class ShardJournals {
	readonly #folder: string;
	/** What the journals begin with, by shard. */
	readonly #headers: readonly JournalHeader[];
	readonly #seen: Seen[];

	/**
	 * @param folder that is there
	 * @param version of this program: journals of another one are refused
	 * @throws UserError where the folder has journals of another number of shards, which could not be merged with these
	 */
	constructor(folder: string, { chunks, space }: SweepPlan, shards: number, version: string) {
		const other = readdirSync(folder).find(
			(name) => /-of-\d+\.journal$/.test(name) && !name.endsWith(`-of-${shards}.journal`),
		);
		if (other !== undefined)
			throw new UserError(`${join(folder, other)}: is not of ${shards} shards; choose another --journal or --shards`);
		this.#folder = folder;
		this.#headers = Array.from({ length: shards }, (_, shard) => {
			const total = shardOf(chunks, shard, shards).reduce((sum, { indices }) => sum + indices.length, 0);
			return { schema: JOURNAL_SCHEMA, version, shard, shards, total, inputs: space.inputs };
		});
		this.#seen = this.#headers.map(({ total }) => ({ done: 0, total, finished: false, bytes: 0 }));
	}

	/**
	 * Reads a journal only when it has grown since the last time.
	 * @throws UserError where it is that of another sweep
	 */
	stateOf(shard: number): ShardState {
		const seen = this.#seen[shard]!;
		if (seen.finished) return seen;
		const header = this.#headers[shard]!;
		const { shards, total } = header;
		const path = join(this.#folder, journalName(shard, shards));
		const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
		if (bytes === seen.bytes) return seen;
		if (seen.bytes === 0) {
			const begun = readJournal(path);
			if (begun === undefined) return seen;
			checkSame(begun, header, "this one");
		}
		const now = { ...journalState(this.#folder, shard, shards), total, bytes };
		this.#seen[shard] = now;
		return now;
	}
}
