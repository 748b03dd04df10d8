/**
 * Text as bytes: what repeats is encoded once, numbers are written digit by digit, and nothing is a string on the way.
 * A trace of a rank is taken out in pieces, so that no more than one of them is ever held.
 */

/** Beyond the length at which a piece is taken: room for an event, mostly. */
const ROOM = 1 << 14;
const ZERO = 0x30;

/** Text that will be written many times. ASCII only: names of traces have nothing else. */
export function fragment(text: string): Uint8Array {
	return Buffer.from(text, "latin1");
}

export class ByteSink {
	#bytes: Uint8Array;
	#length = 0;

	/** @param pieceBytes about how long the pieces are that `take` gives. */
	constructor(readonly pieceBytes: number) {
		this.#bytes = new Uint8Array(pieceBytes + ROOM);
	}

	/** Whether it is time to take what is there. */
	get full(): boolean {
		return this.#length >= this.pieceBytes;
	}

	/** What has been written since the last time; the caller's to keep. */
	take(): Uint8Array {
		const piece = this.#bytes.subarray(0, this.#length);
		this.#bytes = new Uint8Array(this.pieceBytes + ROOM);
		this.#length = 0;
		return piece;
	}

	text(bytes: Uint8Array): void {
		if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	/** A whole number from 0 to 2^53 - 1. */
	integer(value: number): void {
		let digits = 1;
		for (let limit = 10; value >= limit; limit *= 10) digits++;
		this.#digits(value, digits);
	}

	/** Nanoseconds as microseconds with three decimals. */
	microseconds(ns: number): void {
		const whole = Math.floor(ns / 1000);
		this.integer(whole);
		this.#bytes[this.#length++] = 0x2e;
		this.#digits(ns - whole * 1000, 3);
	}

	#digits(value: number, digits: number): void {
		if (this.#length + digits + 1 > this.#bytes.length) this.#grow(digits);
		const bytes = this.#bytes;
		let at = this.#length + digits;
		let rest = value;
		// Division of 32-bit numbers is much faster than that of doubles.
		while (at - this.#length > 9) {
			const high = Math.floor(rest / 1e9);
			let low = (rest - high * 1e9) | 0;
			for (let i = 0; i < 9; i++) {
				const tenth = (low / 10) | 0;
				bytes[--at] = ZERO + low - tenth * 10;
				low = tenth;
			}
			rest = high;
		}
		let low = rest | 0;
		while (at > this.#length) {
			const tenth = (low / 10) | 0;
			bytes[--at] = ZERO + low - tenth * 10;
			low = tenth;
		}
		this.#length += digits;
	}

	#grow(bytes: number): void {
		const wider = new Uint8Array(2 * this.#bytes.length + bytes);
		wider.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = wider;
	}
}
