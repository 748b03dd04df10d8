import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { listTraces, readTrace } from "../../src/trace/index.js";
import { packageRoot } from "../../tools/source-files.js";
import { type OracleTrace, readWithJsonParse } from "../support/json-oracle.js";
import { dialects } from "../support/trace-dialects.js";
import { dumpTrace, readText } from "../support/trace-dump.js";

/** The oracle names every thread, the reader only those that have events. */
function comparable({ header: _, names, ...rest }: OracleTrace, kept: Readonly<Record<string, string>>): object {
	return { ...rest, names: Object.fromEntries(Object.entries(names).filter(([track]) => track in kept)) };
}

test.each(Object.entries(dialects))(
	"%s: the columns hold what JSON.parse sees, whatever the pieces",
	async (_, text) => {
		const whole = dumpTrace(await readText(text));
		expect(whole).toEqual(comparable(readWithJsonParse(text), whole.names));
		for (const pieceBytes of [1, 7, 100]) expect(dumpTrace(await readText(text, pieceBytes))).toEqual(whole);
	},
);

const folders = [
	"fixtures/tp2pp2",
	...[
		"dlrm-8xv100",
		"emulated-tp2pp2dp2",
		"hta",
		"hta/critical_path",
		"kineto",
		"megatron-tp2-2xv100",
		"nanogpt-8xh100",
		"odd",
		"tracelens",
	].map((name) => `../shared/traces/${name}`),
];

test.each(folders)("%s: traces read as JSON.parse sees them", async (folder) => {
	const path = join(packageRoot, folder);
	if (!existsSync(path)) {
		console.log(`skipped: ${folder} is not here`);
		return;
	}
	const files = await listTraces([path]);
	// Ranks of one job are alike: the first and the last stand for all.
	for (const file of files.length < 8 ? files : [files[0]!, files.at(-1)!]) {
		const bytes = readFileSync(file);
		const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8");
		const trace = await readTrace(file);
		const dump = dumpTrace(trace);
		const oracle = readWithJsonParse(text);
		const expected = comparable(oracle, dump.names);
		// Vitest takes seconds to compare a hundred thousand rows; it only has to show where they differ.
		if (!isDeepStrictEqual(dump, expected)) {
			for (const [row, want] of oracle.rows.entries()) expect(dump.rows[row], `${file}, row ${row}`).toEqual(want);
			expect({ ...dump, rows: dump.rows.length }, file).toEqual({ ...expected, rows: oracle.rows.length });
			expect.fail(`${file}: differs`);
		}
		expect(Object.keys(trace.header)).toEqual(Object.keys(oracle.header));
	}
});
