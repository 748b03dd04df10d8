/** Counting by key. */

export function addTo<K>(counts: Map<K, number>, key: K, amount: number): void {
	counts.set(key, (counts.get(key) ?? 0) + amount);
}

/** The largest of counts; 0 where there are none. */
export function most(counts: Iterable<number>): number {
	let largest = 0;
	for (const count of counts) if (count > largest) largest = count;
	return largest;
}

/** The key with the largest count, the first of equals; null where there is none. */
export function mostFrequent<K>(counts: Iterable<readonly [K, number]>): K | null {
	let best: readonly [K, number] | null = null;
	for (const entry of counts) if (best === null || entry[1] > best[1]) best = entry;
	return best === null ? null : best[0];
}
