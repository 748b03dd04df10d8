/** How often each block stands in a program. */

export interface ItemCounts {
	/** Blocks in the order in which the program comes to them. */
	readonly ids: Uint32Array;
	/** Of each of these, its items. */
	readonly uses: Uint32Array;
}

const known = new WeakMap<Uint32Array, ItemCounts>();

/** Counted once for all programs that share the array; it must not change any more. */
export function countItems(block: Uint32Array): ItemCounts {
	let counts = known.get(block);
	if (counts === undefined) {
		counts = count(block);
		known.set(block, counts);
	}
	return counts;
}

function count(block: Uint32Array): ItemCounts {
	let most = -1;
	for (let i = 0; i < block.length; i++) if (block[i]! > most) most = block[i]!;
	const perBlock = new Uint32Array(most + 1);
	const ids: number[] = [];
	for (let i = 0; i < block.length; i++) if (perBlock[block[i]!]!++ === 0) ids.push(block[i]!);
	return { ids: Uint32Array.from(ids), uses: Uint32Array.from(ids, (id) => perBlock[id]!) };
}
