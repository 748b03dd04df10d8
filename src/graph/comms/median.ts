/** The middle of some values (of two, their mean); NaN of none. In linear time: no full sort is needed. */
export function median(values: ArrayLike<number>): number {
	const { length } = values;
	if (length === 0) return Number.NaN;
	const work = Float64Array.from(values);
	const upper = select(work, length >> 1);
	if (length % 2 === 1) return upper;
	let lower = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < length >> 1; i++) if (work[i]! > lower) lower = work[i]!;
	return (lower + upper) / 2;
}

/** Puts the k-th smallest value in its place, smaller ones before it and larger ones after; the value. */
function select(values: Float64Array, k: number): number {
	let low = 0;
	let high = values.length - 1;
	while (low < high) {
		const pivot = values[(low + high) >> 1]!;
		let i = low;
		let j = high;
		while (i <= j) {
			while (values[i]! < pivot) i++;
			while (values[j]! > pivot) j--;
			if (i <= j) {
				const swap = values[i]!;
				values[i++] = values[j]!;
				values[j--] = swap;
			}
		}
		if (k <= j) high = j;
		else if (k >= i) low = i;
		else break;
	}
	return values[k]!;
}
