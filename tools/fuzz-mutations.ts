/** Ways to break a trace, each from a seed: the same number gives the same broken bytes. */
import { gzipSync } from "node:zlib";
import type { Random } from "../src/synth/random.js";

export interface FuzzInput {
	readonly bytes: Buffer;
	/** What was done, for the report. */
	readonly steps: readonly string[];
}

const tokens = [
	'"',
	"\\",
	"{",
	"}",
	"[",
	"]",
	",",
	":",
	"null",
	"NaN",
	"-",
	"1e999",
	"-0",
	"99999999999999999999999999",
	'"\\ud800"',
	"\\u12",
	"\u0000",
	"\u00ff",
	'"ph": "X",',
	'"ph": "B",',
	'"ph": "E",',
	'"args": {',
	'"args": null,',
	'"ts": 1.5,',
	'"cat": "kernel",',
	'"cat": "",',
	'"traceEvents": [',
	'{"ph": "X", "cat": "cuda_sync", "ts": 7}',
	" ".repeat(70_000),
	`"${"x".repeat(70_000)}"`,
];

/** Any way of breaking text. */
type Mutation = (text: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const below = (random: Random, bound: number): number => Math.floor(random.next() * bound);
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!;

function splice(text: Buffer, at: number, remove: number, insert: Buffer): Buffer {
	return Buffer.concat([text.subarray(0, at), insert, text.subarray(at + remove)]);
}

function slice(text: Buffer, random: Random): Buffer {
	const at = below(random, text.length);
	return text.subarray(at, at + 1 + below(random, 2000));
}

const mutations: Readonly<Record<string, Mutation>> = {
	flip(text, random) {
		const copy = Buffer.from(text);
		for (let n = 1 + below(random, 8); n > 0; n--) copy[below(random, copy.length)]! ^= 1 << below(random, 8);
		return copy;
	},
	overwrite(text, random) {
		const copy = Buffer.from(text);
		for (let n = 1 + below(random, 8); n > 0; n--) copy[below(random, copy.length)] = below(random, 256);
		return copy;
	},
	cut: (text, random) => text.subarray(0, below(random, text.length + 1)),
	remove: (text, random) => splice(text, below(random, text.length), 1 + below(random, 200), Buffer.alloc(0)),
	duplicate: (text, random) => splice(text, below(random, text.length), 0, slice(text, random)),
	exchange: (text, random, others) =>
		splice(text, below(random, text.length), below(random, 500), slice(pick(random, others), random)),
	insert: (text, random) =>
		splice(text, below(random, text.length), below(random, 3), Buffer.from(pick(random, tokens), "latin1")),
	nest(text, random) {
		const depth = 1 + below(random, 1_000_000);
		const opening = pick(random, ["[", "{", '{"a":', '[{"args":']);
		const closing = random.next() < 0.5 ? "" : opening.startsWith("[") ? "]" : "}";
		return splice(text, below(random, text.length), 0, Buffer.from(opening.repeat(depth) + closing.repeat(depth)));
	},
};
const common = Object.keys(mutations).filter((name) => name !== "nest");

/** How the text comes in its file. */
const wrappings: Readonly<Record<string, (text: Buffer, random: Random) => Buffer>> = {
	plain: (text) => text,
	gzip: (text) => gzipSync(text, { level: 1 }),
	"broken gzip": (text, random) => {
		const zipped = gzipSync(text, { level: 1 });
		return mutations[pick(random, ["flip", "overwrite", "cut", "remove", "duplicate"])]!(zipped, random, []);
	},
	"gzip in parts": (text, random) => {
		const at = below(random, text.length + 1);
		return Buffer.concat([gzipSync(text.subarray(0, at), { level: 1 }), gzipSync(text.subarray(at), { level: 1 })]);
	},
	"gzip with a tail": (text, random) => Buffer.concat([gzipSync(text, { level: 1 }), slice(text, random)]),
	"said to be zstd": (text) => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), text]),
};

export function mutate(seeds: readonly Buffer[], random: Random): FuzzInput {
	let text = pick(random, seeds);
	const steps: string[] = [];
	for (let n = 1 + below(random, 3); n > 0 && text.length > 0; n--) {
		const name = random.next() < 0.01 ? "nest" : pick(random, common);
		text = mutations[name]!(text, random, seeds);
		steps.push(name);
	}
	const wrapping = random.next() < 0.5 ? "plain" : pick(random, Object.keys(wrappings));
	return { bytes: wrappings[wrapping]!(text, random), steps: [...steps, wrapping] };
}
