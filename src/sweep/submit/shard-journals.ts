/** How far shards are, from the journals that they write. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { shardOf } from "../chunks.js";
import { JOURNAL_SCHEMA, type JournalHeader } from "../journal/header.js";
import { checkSame, journalName, readJournal } from "../journal/read.js";
import type { SweepPlan } from "../plan-sweep.js";
import type { ShardState } from "./supervise.js";

interface Seen extends ShardState {
	readonly bytes: number;
}

export class ShardJournals {
	readonly #folder: string;
	readonly #version: string;
	readonly #plan: SweepPlan;
	readonly #wanted: readonly (readonly number[])[];
	readonly #seen: Seen[];

	/**
	 * @param folder that is there
	 * @param version of this program: journals of another one are refused
	 * @throws UserError where the folder has journals of another number of shards, which could not be merged with these
	 */
	constructor(folder: string, plan: SweepPlan, shards: number, version: string) {
		const other = readdirSync(folder).find(
			(name) => /-of-\d+\.journal$/.test(name) && !name.endsWith(`-of-${shards}.journal`),
		);
		if (other !== undefined)
			throw new UserError(`${join(folder, other)}: is not of ${shards} shards; choose another --journal or --shards`);
		this.#folder = folder;
		this.#plan = plan;
		this.#version = version;
		this.#wanted = Array.from({ length: shards }, (_, shard) =>
			shardOf(plan.chunks, shard, shards).flatMap(({ indices }) => indices),
		);
		this.#seen = this.#wanted.map(({ length }) => ({ done: 0, total: length, finished: false, bytes: 0 }));
	}

	/**
	 * Reads a journal only when it has grown since the last time.
	 * @throws UserError where it is that of another sweep
	 */
	stateOf(shard: number): ShardState {
		const seen = this.#seen[shard]!;
		if (seen.finished) return seen;
		const path = join(this.#folder, journalName(shard, this.#wanted.length));
		const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
		if (bytes === seen.bytes) return seen;
		const journal = readJournal(path);
		if (journal === undefined) return seen;
		checkSame(journal, this.#header(shard), "this one");
		const wanted = this.#wanted[shard]!;
		const done = wanted.reduce((count, index) => count + (journal.rows.has(index) ? 1 : 0), 0);
		const state = { done, total: wanted.length, finished: done === wanted.length, bytes };
		this.#seen[shard] = state;
		return state;
	}

	#header(shard: number): JournalHeader {
		const { inputs } = this.#plan.space;
		return { schema: JOURNAL_SCHEMA, version: this.#version, shard, shards: this.#wanted.length, inputs };
	}
}
