/** Numbers pairs of numbers from 0 in the order in which they first come up: a hash table without objects. */
export class PairIds {
	count = 0;
	/** Id + 1 of the pair in each place, 0 where it is free. */
	#slot = new Uint32Array(1024);
	#first = new Uint32Array(512);
	#second = new Uint32Array(512);

	/** The id of a pair of 32-bit unsigned numbers. */
	of(first: number, second: number): number {
		const mask = this.#slot.length - 1;
		for (let at = place(first, second) & mask; ; at = (at + 1) & mask) {
			const id = this.#slot[at]! - 1;
			if (id < 0) return this.#add(at, first, second);
			if (this.#first[id] === first && this.#second[id] === second) return id;
		}
	}

	#add(at: number, first: number, second: number): number {
		const id = this.count++;
		this.#slot[at] = id + 1;
		this.#first[id] = first;
		this.#second[id] = second;
		// Half full at most, so that walks stay short.
		if (this.count === this.#first.length) this.#grow();
		return id;
	}

	#grow(): void {
		const room = 2 * this.#first.length;
		this.#first = wider(this.#first, room);
		this.#second = wider(this.#second, room);
		this.#slot = new Uint32Array(2 * room);
		const mask = this.#slot.length - 1;
		for (let id = 0; id < this.count; id++) {
			let at = place(this.#first[id]!, this.#second[id]!) & mask;
			while (this.#slot[at] !== 0) at = (at + 1) & mask;
			this.#slot[at] = id + 1;
		}
	}
}

/** Multiplicative hashing (Knuth, TAOCP 3, 6.4): 2654435769 is 2^32 over the golden ratio. */
function place(first: number, second: number): number {
	const mixed = Math.imul(Math.imul(first, 2654435769) ^ second, 2654435769);
	return mixed ^ (mixed >>> 15);
}

function wider(values: Uint32Array, length: number) {
	const copy = new Uint32Array(length);
	copy.set(values);
	return copy;
}
