/** A stream of numbers that a seed fixes: which instance of a segment a plan draws. */
export class Draws {
	#state: number;

	constructor(...seed: readonly number[]) {
		this.#state = seed.reduce((state, part) => mix(state ^ part), 0x9e37_79b9);
	}

	/** One of `count`, each as likely. */
	below(count: number): number {
		this.#state = (this.#state + 0x6d2b_79f5) | 0;
		return Math.floor(((mix(this.#state) >>> 0) / 2 ** 32) * count);
	}
}

/** `count` of the items at most, drawn without replacement, in their order. */
export function sample<T>(items: readonly T[], count: number, draws: Draws): readonly T[] {
	if (items.length <= count) return items;
	// Every item is as likely: it is taken with the chance that is left for as many as are left (Knuth, algorithm S).
	const kept: T[] = [];
	for (let i = 0; kept.length < count; i++)
		if (draws.below(items.length - i) < count - kept.length) kept.push(items[i]!);
	return kept;
}

/** The finaliser of MurmurHash3 (Appleby, public domain). */
function mix(value: number): number {
	let x = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
	x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
	return x ^ (x >>> 16);
}
