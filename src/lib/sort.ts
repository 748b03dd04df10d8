/** With at most this many ascending runs, merging them beats sorting by digits. */
const MOST_RUNS_TO_MERGE = 8;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Stable sort of row numbers by an f64 key (finite), ties by a second key, largest first; no objects, no comparator.
 *
 * Traces come as a few sorted runs, which are merged; anything else is sorted by digits, in linear time.
 */
export function sortRows(rows: Uint32Array, key: Float64Array, tieKeyDescending?: Float64Array): Uint32Array {
	const runs: number[] = [];
	let low = Number.POSITIVE_INFINITY;
	let previous = Number.NEGATIVE_INFINITY;
	let runCount = 1;
	for (let i = 0; i < rows.length; i++) {
		const value = key[rows[i]!]!;
		if (value < previous) {
			runCount++;
			if (runCount <= MOST_RUNS_TO_MERGE) runs.push(i);
		}
		if (value < low) low = value;
		previous = value;
	}
	runs.push(rows.length);
	const sorted =
		runCount === 1 ? rows : runCount <= MOST_RUNS_TO_MERGE ? mergeRuns(rows, key, runs) : sortByDigits(rows, key, low);
	if (tieKeyDescending) orderTies(sorted, key, tieKeyDescending);
	return sorted;
}

/** @param ends of the ascending runs. */
function mergeRuns(rows: Uint32Array, key: Float64Array, ends: readonly number[]): Uint32Array {
	let runs = ends;
	let from = rows;
	let to: Uint32Array = new Uint32Array(rows.length);
	while (runs.length > 1) {
		const merged: number[] = [];
		let start = 0;
		for (let r = 0; r < runs.length; r += 2) {
			const middle = runs[r]!;
			const end = runs[r + 1] ?? middle;
			let i = start;
			let j = middle;
			let k = start;
			while (i < middle && j < end) to[k++] = key[from[j]!]! < key[from[i]!]! ? from[j++]! : from[i++]!;
			while (i < middle) to[k++] = from[i++]!;
			while (j < end) to[k++] = from[j++]!;
			merged.push(end);
			start = end;
		}
		const swap = from === rows ? new Uint32Array(rows.length) : from;
		from = to;
		to = swap;
		runs = merged;
	}
	return from;
}

/**
 * Least significant digit first, on the bits of key - low: doubles that are not negative sort like their bits. Digits
 * that all rows share (most of the exponent) are skipped.
 */
function sortByDigits(rows: Uint32Array, key: Float64Array, low: number): Uint32Array {
	const count = rows.length;
	const words = new Uint32Array(new Float64Array(count).map((_, i) => key[rows[i]!]! - low).buffer);
	let from: Uint32Array = ascending(count);
	let to: Uint32Array = new Uint32Array(count);
	const starts = new Uint32Array(DIGITS);
	// Low word first: little-endian, as WebAssembly is everywhere.
	for (let word = 0; word < 2; word++) {
		for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
			starts.fill(0);
			for (let i = 0; i < count; i++) starts[(words[2 * i + word]! >>> shift) & (DIGITS - 1)]!++;
			if (starts[(words[word]! >>> shift) & (DIGITS - 1)] === count) continue;
			for (let digit = 0, sum = 0; digit < DIGITS; digit++) {
				const here = starts[digit]!;
				starts[digit] = sum;
				sum += here;
			}
			for (let i = 0; i < count; i++) {
				const index = from[i]!;
				to[starts[(words[2 * index + word]! >>> shift) & (DIGITS - 1)]!++] = index;
			}
			const swap = from;
			from = to;
			to = swap;
		}
	}
	for (let i = 0; i < count; i++) to[i] = rows[from[i]!]!;
	return to;
}

/** Puts rows of equal keys, already next to each other, in descending order of the second key. */
function orderTies(sorted: Uint32Array, key: Float64Array, tieKey: Float64Array): void {
	for (let i = 1; i < sorted.length; i++) {
		const row = sorted[i]!;
		let at = i;
		while (at > 0 && key[sorted[at - 1]!] === key[row] && tieKey[sorted[at - 1]!]! < tieKey[row]!) {
			sorted[at] = sorted[at - 1]!;
			at--;
		}
		sorted[at] = row;
	}
}

/** The rows 0..count that are chosen. */
export function selectRows(count: number, chosen: (row: number) => boolean): Uint32Array {
	const rows = new Uint32Array(count);
	let length = 0;
	for (let row = 0; row < count; row++) if (chosen(row)) rows[length++] = row;
	return rows.slice(0, length);
}

/** The rows of each key, in their order; the keys in the order in which they first show. */
export function groupRows(rows: Uint32Array, keyOf: (row: number) => number): Map<number, Uint32Array> {
	const groups = new Map<number, { length: number; rows: Uint32Array }>();
	const groupOf = (key: number): { length: number; rows: Uint32Array } => {
		let group = groups.get(key);
		if (group === undefined) {
			group = { length: 0, rows };
			groups.set(key, group);
		}
		return group;
	};
	for (let i = 0; i < rows.length; i++) groupOf(keyOf(rows[i]!)).length++;
	if (groups.size === 1) return new Map([...groups.keys()].map((key) => [key, rows]));
	for (const group of groups.values()) {
		group.rows = new Uint32Array(group.length);
		group.length = 0;
	}
	for (let i = 0; i < rows.length; i++) {
		const group = groupOf(keyOf(rows[i]!));
		group.rows[group.length++] = rows[i]!;
	}
	return new Map([...groups].map(([key, group]) => [key, group.rows]));
}

/** 0, 1, 2, … */
export function ascending(count: number): Uint32Array {
	const rows = new Uint32Array(count);
	for (let i = 0; i < count; i++) rows[i] = i;
	return rows;
}

/** `of(row)` of each row. A loop: `Float64Array.from` goes through an iterator and is ten times slower. */
export function gather(rows: ArrayLike<number>, of: (row: number) => number): Float64Array {
	const values = new Float64Array(rows.length);
	for (let i = 0; i < rows.length; i++) values[i] = of(rows[i]!);
	return values;
}

/** Index of the last element of ascending `values` that is <= `limit`, or -1. */
export function lastAtMost(values: ArrayLike<number>, limit: number, count = values.length): number {
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (values[middle]! <= limit) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}

/** The value at fraction `q` (0..1) of the sorted values (nearest rank); NaN for none. Sorts in place. */
export function quantile(values: Float64Array, q: number): number {
	if (values.length === 0) return Number.NaN;
	values.sort();
	return values[Math.min(values.length - 1, Math.max(0, Math.ceil(q * values.length) - 1))]!;
}
