import fc from "fast-check";
import { expect, test } from "vitest";
import { readWithJsonParse } from "../support/json-oracle.js";
import { dumpTrace, readText } from "../support/trace-dump.js";

const space = fc.stringMatching(/^[ \n\r\t]{0,20}$/);
const decimal = fc
	.tuple(
		fc.bigInt(0n, 9_000_000_000_000_000n),
		fc.option(fc.stringMatching(/^\d{1,9}$/), { nil: undefined }),
		fc.boolean(),
	)
	.map(
		([whole, decimals, negative]) => `${negative ? "-" : ""}${whole}${decimals === undefined ? "" : `.${decimals}`}`,
	);
const exponent = fc
	.tuple(fc.integer({ min: 0, max: 99_999 }), fc.stringMatching(/^\d{1,6}$/), fc.integer({ min: -9, max: 9 }))
	.map(([whole, decimals, power]) => `${whole}.${decimals}e${power}`);
const number = fc.oneof({ weight: 5, arbitrary: decimal }, exponent);
const integer = fc.integer().map(String);
const text = fc.oneof(
	fc.string({ unit: "binary", maxLength: 40 }),
	fc.string({ unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", ":", "é", "😀", "\n", "a"), maxLength: 60 }),
	fc.constantFrom("aten::mm", "aten::add_", "nn.Module: Linear_0", "x".repeat(300)),
);
/** A JSON string, spelt in one of the ways that mean the same. */
const quoted = fc.tuple(text, fc.constantFrom(0, 1, 2)).map(([raw, spelling]) => {
	const plain = JSON.stringify(Buffer.from(raw).toString());
	if (spelling === 0) return plain;
	if (spelling === 1 || plain.includes("\\")) return plain.replaceAll("/", "\\/");
	return plain.replace(/[a-z](?=[^a-z]*$)/, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
});
const identity = fc.oneof(
	integer,
	integer.map((digits) => `"${digits}"`),
	fc.constantFrom('"stream 7"', '"Spans"', '""', "1000009"),
);
const junk = fc.oneof(
	fc.json({ maxDepth: 4, noUnicodeString: false } as object),
	number,
	quoted,
	fc.constantFrom("NaN", "-Infinity", "true", "null"),
);
const dims = fc
	.array(fc.oneof(fc.array(fc.nat(9999), { maxLength: 4 }), fc.constant([])), { maxLength: 6 })
	.map((value) => JSON.stringify(value).replaceAll(",", ", "));
const groups = fc.oneof(quoted, fc.constantFrom('"\\"default_pg\\""', '"[0, 1]"'));

const argument = fc.oneof(
	fc.tuple(
		fc.constantFrom("correlation", "External id", "Sequence number", "stream", "bytes"),
		fc.oneof(
			integer,
			integer.map((n) => `"${n}"`),
			fc.constant("null"),
		),
	),
	fc.tuple(
		fc.constantFrom(
			"wait_on_stream",
			"wait_on_cuda_event_id",
			"wait_on_cuda_event_record_corr_id",
			"Seq",
			"Group size",
			"In msg nelems",
		),
		integer,
	),
	fc.tuple(fc.constantFrom("Input Dims", "grid", "block"), dims),
	fc.tuple(fc.constantFrom("Collective name", "dtype", "Process Group Name", "Process Group Description"), groups),
	fc.tuple(
		fc.constantFrom(
			"correlations",
			"External",
			"strea",
			"cbid",
			"Ev Idx",
			"Input type",
			"Process Group ID",
			"blocks per SM",
			"x",
		),
		junk,
	),
);
const categories = [
	"cpu_op",
	"kernel",
	"cuda_runtime",
	"gpu_memcpy",
	"gpu_memset",
	"cuda_sync",
	"python_function",
	"ac2g",
	"fwdbwd",
	"user_annotation",
	"new_thing",
];
const field = fc.oneof(
	fc.tuple(fc.constant("name"), quoted),
	fc.tuple(fc.constant("pid"), identity),
	fc.tuple(fc.constant("tid"), identity),
	fc.tuple(
		fc.constant("ts"),
		fc.oneof(
			number,
			number.map((n) => `"${n}"`),
		),
	),
	fc.tuple(fc.constant("dur"), number),
	fc.tuple(fc.constant("id"), fc.integer({ min: 0, max: 3 }).map(String)),
	fc.tuple(fc.constantFrom("bp", "s", "na", "catx", "p"), junk),
);

type Pair = readonly [string, string];
function object(pairs: readonly Pair[], spaces: readonly string[]): string {
	let next = 0;
	const gap = (): string => spaces[next++ % spaces.length]!;
	return `{${gap()}${pairs.map(([key, value]) => `"${key}"${gap()}:${gap()}${value}${gap()}`).join(`,${gap()}`)}}`;
}

const spaces = fc.oneof(fc.constantFrom([""], [" "], ["\n    "]), fc.array(space, { minLength: 1, maxLength: 9 }));
const event = fc
	.record({
		ph: fc.oneof({ weight: 6, arbitrary: fc.constant("X") }, fc.constantFrom("s", "f", "M", "i", "C")),
		cat: fc.option(fc.constantFrom(...categories), { nil: undefined, freq: 6 }),
		fields: fc.uniqueArray(field, { selector: ([key]) => key, maxLength: 8 }),
		args: fc.option(fc.uniqueArray(argument, { selector: ([key]) => key, maxLength: 8 }), { nil: undefined }),
		order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
		spaces,
	})
	.map(({ ph, cat, fields, args, order, spaces }) => {
		const pairs: Pair[] = [["ph", `"${ph}"`], ...fields];
		if (cat !== undefined) pairs.push(["cat", `"${cat}"`]);
		if (args !== undefined) pairs.push(["args", object(args, spaces)]);
		return object(
			pairs
				.map((pair, i) => [order[i]!, pair] as const)
				.sort((a, b) => a[0] - b[0])
				.map(([, pair]) => pair),
			spaces,
		);
	});

/** Flows as Kineto writes them, in series: most are passed over by their last bytes. */
const flow = fc
	.tuple(
		fc.constantFrom("s", "f", "t"),
		fc.constantFrom("ac2g", "ac2g", "async", "fwdbwd"),
		fc.nat(3),
		fc.constantFrom("", ', "bp": "e"', ', "args": {"cat": "ac2g", "name": "ac2g"}', ', "x": "}"'),
		fc.constantFrom("", '"a": [1], ', '"a": "{", ', '"name": "\\"", '),
	)
	.map(
		([ph, cat, id, tail, front]) =>
			`{"ph": "${ph}", ${front}"id": ${id}, "pid": 1, "tid": 7, "ts": ${id}.5, "cat": "${cat}", "name": "${cat}"${tail}}`,
	);

test("any events, in any order and spelling, read as JSON.parse sees them, whatever the pieces", async () => {
	const anchor = '{"ph":"X","cat":"cpu_op","ts":100.5}';
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.oneof(event, flow), { maxLength: 12 }),
			space,
			fc.integer({ min: 1, max: 300 }),
			fc.boolean(),
			async (events, gap, pieceBytes, bare) => {
				const list = `[${gap}${[anchor, ...events].join(`${gap},${gap}`)}${gap}]`;
				const document = bare ? list : `{"schemaVersion": 1,${gap}"traceEvents":${gap}${list}, "traceName": "x"}`;
				const trace = dumpTrace(await readText(document, pieceBytes));
				const { header: _, names, ...oracle } = readWithJsonParse(document);
				expect(trace).toEqual({ ...oracle, skipped: oracle.skipped, names: trace.names });
				for (const [track, name] of Object.entries(trace.names)) expect(names[track]).toBe(name);
			},
		),
		{ numRuns: 300 },
	);
});

test("numbers that were printed with up to nanoseconds come back exactly", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.bigInt(-(2n ** 52n), 2n ** 52n), { minLength: 1, maxLength: 50 }), async (times) => {
			const events = times.map((ns) => {
				const digits = (ns < 0n ? -ns : ns).toString().padStart(4, "0");
				return `{"ph":"X","cat":"cpu_op","ts":${ns < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)},"dur":0.001}`;
			});
			const trace = await readText(`[${events.join(",")}]`);
			expect(Array.from(trace.events.startNs)).toEqual(times.map((ns) => Number(ns - times[0]!)));
			expect(trace.baseNs).toBe(times[0]);
			expect(new Set(trace.events.durNs)).toEqual(new Set([1]));
		}),
	);
});
