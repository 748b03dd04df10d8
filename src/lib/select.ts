/** Order statistics without sorting. */

/**
 * The value that stands at `index` when `values` are sorted (finite numbers, 0 <= index < length). Moves values:
 * afterwards none before `index` is larger and none after it smaller. Hoare's selection with the median of three:
 * linear on average.
 */
export function selectNth(values: Float64Array, index: number): number {
	let left = 0;
	let right = values.length - 1;
	while (left < right) {
		const middle = (left + right) >>> 1;
		order(values, left, middle);
		order(values, left, right);
		order(values, middle, right);
		const pivot = values[middle]!;
		let low = left;
		let high = right;
		while (low <= high) {
			while (values[low]! < pivot) low++;
			while (values[high]! > pivot) high--;
			if (low <= high) swap(values, low++, high--);
		}
		if (index <= high) right = high;
		else if (index >= low) left = low;
		else break;
	}
	return values[index]!;
}

function order(values: Float64Array, low: number, high: number): void {
	if (values[high]! < values[low]!) swap(values, low, high);
}

function swap(values: Float64Array, a: number, b: number): void {
	const kept = values[a]!;
	values[a] = values[b]!;
	values[b] = kept;
}
