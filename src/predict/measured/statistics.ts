/** Statistics of predictions against measurements. */

/** Ranks from 1; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
	const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
	const ranks = new Array<number>(values.length);
	for (let from = 0; from < order.length; ) {
		let to = from;
		while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
		for (let i = from; i < to; i++) ranks[order[i]!] = (from + to + 1) / 2;
		from = to;
	}
	return ranks;
}

export function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Spearman's rank correlation; null where one side does not vary (a single pair, for one). */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
	const x = ranksOf(a);
	const y = ranksOf(b);
	const middle = (x.length + 1) / 2;
	const product = (u: readonly number[], v: readonly number[]): number =>
		u.reduce((sum, rank, i) => sum + (rank - middle) * (v[i]! - middle), 0);
	const scale = Math.sqrt(product(x, x) * product(y, y));
	return scale > 0 ? product(x, y) / scale : null;
}

/** The least value that at least a share of all reach or stay below (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
