/** Items that have a key in common, in the order in which each key first shows. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => unknown): T[][] {
	const groups = new Map<unknown, T[]>();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [item]);
		else group.push(item);
	}
	return [...groups.values()];
}
