/**
 * Stable sort of row numbers by one or two f64 keys, without objects or comparator closures per element.
 *
 * Bottom-up merge sort that starts from the runs already there: traces come almost sorted, so this is nearly linear.
 */
export function sortRows(rows: Uint32Array, key: Float64Array, tieKeyDescending?: Float64Array): Uint32Array {
	const n = rows.length;
	const before = (a: number, b: number): boolean => {
		const ka = key[a]!;
		const kb = key[b]!;
		if (ka !== kb) return ka < kb;
		return tieKeyDescending !== undefined && tieKeyDescending[a]! > tieKeyDescending[b]!;
	};
	// Ends of the ascending runs.
	let runs: number[] = [];
	for (let i = 1; i < n; i++) if (before(rows[i]!, rows[i - 1]!)) runs.push(i);
	if (runs.length === 0) return rows;
	runs.push(n);
	let from = rows;
	let to: Uint32Array = new Uint32Array(n);
	while (runs.length > 1) {
		const merged: number[] = [];
		let start = 0;
		for (let r = 0; r < runs.length; r += 2) {
			const middle = runs[r]!;
			const end = runs[r + 1] ?? middle;
			let i = start;
			let j = middle;
			let k = start;
			while (i < middle && j < end) to[k++] = before(from[j]!, from[i]!) ? from[j++]! : from[i++]!;
			while (i < middle) to[k++] = from[i++]!;
			while (j < end) to[k++] = from[j++]!;
			merged.push(end);
			start = end;
		}
		const swap = from;
		from = to;
		to = swap;
		runs = merged;
	}
	return from;
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
