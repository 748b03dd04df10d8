import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shardOf } from "../../src/sweep/chunks.js";
import { differingParts, JOURNAL_SCHEMA, type JournalHeader } from "../../src/sweep/journal/header.js";
import { mergeJournals } from "../../src/sweep/journal/merge.js";
import { checkSame, journalName, readJournal, readJournals } from "../../src/sweep/journal/read.js";
import { journalState } from "../../src/sweep/journal/state.js";
import { JournalWriter } from "../../src/sweep/journal/write.js";
import { planSweep } from "../../src/sweep/plan-sweep.js";
import { type SweepRow, timesAlone } from "../../src/sweep/row.js";
import { smallSweep } from "../support/small-sweep.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder("sweep-journal");
const inputs = smallSweep();
const header: JournalHeader = { schema: JOURNAL_SCHEMA, version: "1.2.3", shard: 0, shards: 1, total: 5, inputs };

const row = (index: number): SweepRow => ({
	index,
	iterationMs: 1000 / 3 + index,
	lowMs: 0.1 + 0.2,
	highMs: 5e-324,
	breakdown: { exposedComputeMs: Math.PI, exposedCommMs: 1 / 7, overlappedMs: 0, otherMs: 1e300 },
	waitingCommMs: 2 / 3,
	tasks: 123_456_789,
});

function written(name: string, rows: readonly Parameters<JournalWriter["add"]>[0][], head = header): string {
	const path = join(folder, name);
	const writer = new JournalWriter(path, head, undefined);
	for (const some of rows) writer.add(some);
	writer.close();
	return path;
}

describe("a journal", () => {
	test("gives back what was written, to the bit", () => {
		const path = written("whole", [
			[row(4), row(2)],
			[timesAlone(5, 1e-300, 7), { index: 7, failed: "it died" }],
		]);
		const { rows, header: read } = readJournal(path)!;
		expect([...rows.values()]).toEqual([row(4), row(2), timesAlone(5, 1e-300, 7), { index: 7, failed: "it died" }]);
		expect(read).toEqual(JSON.parse(JSON.stringify(header)));
	});

	test("cut anywhere, gives the rows before the cut, and goes on from there", () => {
		const all = [row(0), row(1), row(2)];
		const bytes = readFileSync(written("cut-whole", [all]));
		const lines = bytes.toString().split("\n");
		const headEnd = lines[0]!.length + 1;
		const path = join(folder, "cut");
		for (let length = headEnd - 2; length <= bytes.length; length++) {
			writeFileSync(path, bytes.subarray(0, length));
			const before = readJournal(path);
			const whole = bytes.subarray(0, length).toString().split("\n").length - 2;
			expect(before === undefined ? [] : [...before.rows.values()]).toEqual(all.slice(0, Math.max(0, whole)));
			const writer = new JournalWriter(path, header, before);
			writer.add(all.slice(Math.max(0, whole)));
			writer.close();
			expect(readFileSync(path).equals(bytes)).toBe(true);
		}
	});

	test("keeps nothing of and behind a damaged line", () => {
		const path = written("damaged", [[row(0)], [row(1)], [row(2)]]);
		const bytes = readFileSync(path);
		const at = bytes.indexOf("\n", bytes.indexOf("\n") + 1) + 20;
		bytes[at]! ^= 1;
		writeFileSync(path, bytes);
		expect([...readJournal(path)!.rows.keys()]).toEqual([0]);
	});

	test("prefers a result to a failure, whichever came first", () => {
		const failure = { index: 1, failed: "it died" };
		expect(readJournal(written("failed-first", [[failure], [row(1)]]))!.rows.get(1)).toEqual(row(1));
		expect(readJournal(written("failed-last", [[row(1)], [failure]]))!.rows.get(1)).toEqual(row(1));
	});

	test("of something else is refused", () => {
		const path = join(folder, "else");
		writeFileSync(path, "time,name\n1,2\n");
		expect(() => readJournal(path)).toThrow(/else: is no journal/);
	});

	test.each([
		["version of Lumos", { version: "1.2.4" }],
		["model", { inputs: { ...inputs, model: { ...inputs.model, hiddenSize: 2048 } } }],
		["hardware", { inputs: { ...inputs, hardware: { ...inputs.hardware, name: "other" } } }],
		["grid", { inputs: smallSweep({ gpus: [8] }) }],
		["framework options", { inputs: { ...inputs, options: { ...inputs.options, attention: "unfused" as const } } }],
	])("of another %s is refused by name", (name, change) => {
		const other = { ...header, ...change };
		expect(differingParts(header, other)).toEqual([name]);
		const journal = readJournal(written(`other-${name}`, [], other))!;
		expect(() => checkSame(journal, header, "this one")).toThrow(
			new RegExp(`is the journal of another sweep than this one: ${name} differs; give another --journal`),
		);
	});

	test("does not mind the order of a description's keys", () => {
		const turned = Object.fromEntries(Object.entries(inputs.model).reverse()) as unknown as typeof inputs.model;
		expect(differingParts(header, { ...header, inputs: { ...inputs, model: turned } })).toEqual([]);
	});
});

describe("journals of shards", () => {
	const plan = planSweep(inputs);
	const place = temporaryFolder("sweep-journal-shards");
	const partOf = (shard: number) => shardOf(plan.chunks, shard, 3).flatMap(({ indices }) => indices);
	const write = (shard: number, rows: readonly number[]): void => {
		const head = { ...header, shard, shards: 3, total: partOf(shard).length };
		const writer = new JournalWriter(join(place, journalName(shard, 3)), head, undefined);
		writer.add(rows.map(row));
		writer.close();
	};

	test("are merged once all are there, and until then it is said what is missing", () => {
		write(0, partOf(0));
		write(2, partOf(2).slice(1));
		expect(() => mergeJournals(plan, readJournals(place), place)).toThrow(
			new RegExp(
				`shard-1-of-3.journal is missing, shard-2-of-3.journal has ${partOf(2).length - 1} of ${partOf(2).length} results; run these shards again`,
			),
		);
		expect(journalState(place, 1, 3)).toEqual({ done: 0, total: undefined, finished: false });
		expect(journalState(place, 2, 3)).toMatchObject({ total: partOf(2).length, finished: false });
		write(1, partOf(1));
		write(2, partOf(2));
		expect(journalState(place, 2, 3).finished).toBe(true);
		const { rows, failed } = mergeJournals(plan, readJournals(place), place);
		expect(failed).toEqual([]);
		expect(rows.map(({ index }) => index).sort((a, b) => a - b)).toEqual(plan.survey.feasible);
	});

	test("of different sweeps are refused, and a torn end is only missing results", () => {
		truncateSync(join(place, journalName(0, 3)), readFileSync(join(place, journalName(0, 3))).length - 3);
		expect(() => mergeJournals(plan, readJournals(place), place)).toThrow(/shard-0-of-3.journal has \d+ of \d+/);
		appendFileSync(join(place, journalName(0, 3)), "");
		write(0, partOf(0));
		const writer = new JournalWriter(join(place, journalName(0, 2)), { ...header, shards: 2 }, undefined);
		writer.close();
		expect(() => readJournals(place)).toThrow(/is one of [23] shards/);
	});
});
