/** With at most this many ascending runs, merging them beats sorting by digits. */
const MOST_RUNS_TO_MERGE = 8;
const DIGIT_BITS = 16;
/** Counters of wide digits cost more than one pass more over so few rows. */
const FEW_ROWS = 100_000;
const NARROW_DIGIT_BITS = 11;

/** Digits cover keys that are this far apart at most: three days of nanoseconds. */
const MOST_RANGE = 2 ** (3 * DIGIT_BITS);

/**
 * Stable sort of row numbers by an f64 key (finite), ties by a second key, largest first; no objects.
 *
 * Traces come as a few sorted runs, which are merged; else whole numbers are sorted by digits, in linear time.
 */
export function sortRows(rows: Uint32Array, key: Float64Array, tieKeyDescending?: Float64Array): Uint32Array {
	const runs: number[] = [];
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	let previous = Number.NEGATIVE_INFINITY;
	let runCount = 1;
	for (let i = 0; i < rows.length; i++) {
		const value = key[rows[i]!]!;
		if (value < previous) {
			runCount++;
			if (runCount <= MOST_RUNS_TO_MERGE) runs.push(i);
		}
		if (value < low) low = value;
		if (value > high) high = value;
		previous = value;
	}
	runs.push(rows.length);
	let sorted = rows;
	if (runCount > MOST_RUNS_TO_MERGE) {
		if (high - low < MOST_RANGE && areWhole(rows, key)) sorted = sortByDigits(rows, key, low, high - low);
		else sorted = rows.slice().sort((a, b) => key[a]! - key[b]!);
	} else if (runCount > 1) sorted = mergeRuns(rows, key, runs);
	if (tieKeyDescending) orderTies(sorted, key, tieKeyDescending);
	return sorted;
}

function areWhole(rows: Uint32Array, key: Float64Array): boolean {
	for (let i = 0; i < rows.length; i++) if (key[rows[i]!]! !== Math.floor(key[rows[i]!]!)) return false;
	return true;
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

/** Least significant digit first, on key - low: as many digits as the range has, narrow ones for few rows. */
function sortByDigits(rows: Uint32Array, key: Float64Array, low: number, range: number): Uint32Array {
	const count = rows.length;
	const bits = count < FEW_ROWS ? NARROW_DIGIT_BITS : DIGIT_BITS;
	const passes = new DigitPasses(count, bits);
	const word = new Uint32Array(count);
	const lowRange = Math.min(range, 0xffff_ffff);
	for (let i = 0; i < count; i++) word[i] = key[rows[i]!]! - low;
	for (let shift = 0; shift < 32 && lowRange >= 2 ** shift; shift += bits) passes.run(word, shift);
	if (range > 0xffff_ffff) {
		for (let i = 0; i < count; i++) word[i] = (key[rows[i]!]! - low) / 0x1_0000_0000;
		for (let shift = 0; 2 ** shift <= range / 0x1_0000_0000; shift += bits) passes.run(word, shift);
	}
	const { order } = passes;
	for (let i = 0; i < count; i++) word[i] = rows[order[i]!]!;
	return word;
}

/** An order of places that is sorted by one digit more with every pass. */
class DigitPasses {
	order: Uint32Array;
	private spare: Uint32Array;
	private readonly starts: Uint32Array;

	constructor(count: number, bits: number) {
		this.order = ascending(count);
		this.spare = new Uint32Array(count);
		this.starts = new Uint32Array(2 ** bits);
	}

	run(word: Uint32Array, shift: number): void {
		const { order, spare, starts } = this;
		const mask = starts.length - 1;
		starts.fill(0);
		for (let i = 0; i < word.length; i++) starts[(word[i]! >>> shift) & mask]!++;
		// A digit that all share sorts nothing.
		if (word.length === 0 || starts[(word[0]! >>> shift) & mask] === word.length) return;
		for (let digit = 0, sum = 0; digit < starts.length; digit++) {
			const here = starts[digit]!;
			starts[digit] = sum;
			sum += here;
		}
		for (let i = 0; i < order.length; i++) {
			const place = order[i]!;
			spare[starts[(word[place]! >>> shift) & mask]!++] = place;
		}
		this.order = spare;
		this.spare = order;
	}
}

/** Puts rows of equal keys, already next to each other, in descending order of the second key. */
function orderTies(sorted: Uint32Array, key: Float64Array, tieKey: Float64Array): void {
	for (let begin = 0; begin < sorted.length; ) {
		let end = begin + 1;
		while (end < sorted.length && key[sorted[end]!] === key[sorted[begin]!]) end++;
		if (end - begin > 1) sorted.subarray(begin, end).sort((a, b) => tieKey[b]! - tieKey[a]!);
		begin = end;
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
	// Neighbours mostly share their key.
	let lastKey = Number.NaN;
	let last = { length: 0, rows };
	for (let i = 0; i < rows.length; i++) {
		const key = keyOf(rows[i]!);
		if (key !== lastKey) {
			last = groupOf(key);
			lastKey = key;
		}
		last.length++;
	}
	if (groups.size === 1) return new Map([...groups.keys()].map((key) => [key, rows]));
	for (const group of groups.values()) {
		group.rows = new Uint32Array(group.length);
		group.length = 0;
	}
	lastKey = Number.NaN;
	for (let i = 0; i < rows.length; i++) {
		const key = keyOf(rows[i]!);
		if (key !== lastKey) {
			last = groupOf(key);
			lastKey = key;
		}
		last.rows[last.length++] = rows[i]!;
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

/** Of more values than this, every so-manieth is enough to tell a quantile. */
const MOST_SAMPLES = 8192;

/** Quantile of an even sample of many values. */
export function sampleQuantile(values: ArrayLike<number>, q: number): number {
	const stride = Math.max(1, Math.floor(values.length / MOST_SAMPLES));
	const sample = new Float64Array(Math.floor((values.length + stride - 1) / stride));
	for (let i = 0; i < sample.length; i++) sample[i] = values[i * stride]!;
	return quantile(sample, q);
}

/** The value at fraction `q` (0..1) of the sorted values (nearest rank); NaN for none. Sorts in place. */
export function quantile(values: Float64Array, q: number): number {
	if (values.length === 0) return Number.NaN;
	values.sort();
	return values[Math.min(values.length - 1, Math.max(0, Math.ceil(q * values.length) - 1))]!;
}
