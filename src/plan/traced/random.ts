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

/** The finaliser of MurmurHash3 (Appleby, public domain). */
function mix(value: number): number {
	let x = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
	x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
	return x ^ (x >>> 16);
}
