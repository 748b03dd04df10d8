/** Seeded random numbers: the same seed gives the same traces, byte for byte, on every machine and worker. */
export class Random {
	#state: number;

	/** Several parts make independent streams: `new Random(seed, "rank", 3)`. */
	constructor(...seed: readonly (string | number)[]) {
		// FNV-1a over the text of the parts.
		let hash = 0x811c9dc5;
		for (const character of seed.join("/")) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
		this.#state = hash;
	}

	/** Uniform in [0, 1): mulberry32. */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/**
	 * A whole number of nanoseconds around `meanNs`, at least 1. The sum of four uniforms stands in for a normal
	 * distribution: unlike Math.log and Math.cos it has the same bits on every machine.
	 */
	around(meanNs: number, relativeDeviation: number): number {
		const sum = this.next() + this.next() + this.next() + this.next();
		return spread(meanNs, relativeDeviation, sum);
	}
}

function spread(meanNs: number, relativeDeviation: number, sumOfFour: number): number {
	return Math.max(1, Math.round(meanNs * (1 + relativeDeviation * (sumOfFour - 2) * Math.sqrt(3))));
}

/** Uniform in [0, 1), drawn from whole numbers alone: what several ranks must agree on without asking each other. */
export function uniformOf(seed: number, a: number, b: number, c = 0): number {
	let hash = mix(0x9e3779b9 ^ seed, a);
	// Keys may be larger than 32 bits.
	hash = mix(hash, Math.floor(a / 2 ** 32));
	hash = mix(hash, b);
	hash = mix(hash, c);
	return hash / 2 ** 32;
}

/** `Random.around` with all draws from `uniformOf`. */
export function aroundOf(meanNs: number, relativeDeviation: number, seed: number, a: number, b: number): number {
	const sum = uniformOf(seed, a, b, 1) + uniformOf(seed, a, b, 2) + uniformOf(seed, a, b, 3) + uniformOf(seed, a, b, 4);
	return spread(meanNs, relativeDeviation, sum);
}

/** Finalizer of MurmurHash3 over one more word. */
function mix(hash: number, word: number): number {
	let h = Math.imul(hash ^ (word | 0), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}
