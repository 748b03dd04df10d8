/** What was not kept, in words. */
import type { TraceWarning } from "./columns.js";
import type { CategoryCount } from "./scanner/scanner.js";

export interface Skipped {
	readonly what: string;
	readonly count: number;
}

const phaseNames: Readonly<Record<string, string>> = {
	i: "instant events",
	I: "instant events",
	C: "counters",
	b: "async events",
	n: "async events",
	e: "async events",
	S: "async events",
	T: "async events",
	p: "async events",
	F: "async events",
	s: "flow events without category",
	t: "flow events without category",
	f: "flow events without category",
	N: "object events",
	O: "object events",
	D: "object events",
};

/** Counted elsewhere: as rows, as pairs, as names of tracks. */
const NOT_SKIPPED = new Set(["X", "B", "E", "M"]);

export function listSkipped(
	categories: readonly CategoryCount[],
	phases: Uint32Array,
	reasons: readonly Skipped[],
): Skipped[] {
	const counts = new Map<string, number>();
	const add = (what: string, count: number): void => {
		if (count > 0) counts.set(what, (counts.get(what) ?? 0) + count);
	};
	for (const { name, skipped } of categories) add(name, skipped);
	phases.forEach((count, code) => {
		const letter = String.fromCharCode(code);
		if (!NOT_SKIPPED.has(letter)) add(phaseNames[letter] ?? `events of phase ${JSON.stringify(letter)}`, count);
	});
	for (const { what, count } of reasons) add(what, count);
	return [...counts].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count);
}

export function unknownCategories(categories: readonly CategoryCount[]): TraceWarning[] {
	return categories
		.filter(({ known, skipped }) => !known && skipped > 0)
		.map(({ name, skipped }) => ({
			code: "unknown-category",
			message: `category ${JSON.stringify(name)} is not known: its events were skipped`,
			count: skipped,
		}));
}
