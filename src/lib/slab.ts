/**
 * Several typed arrays in one allocation: what is allocated together is given back together, and a large allocation
 * goes back to the system when it is freed, where many middling ones would stay with the process.
 */
const ALIGNMENT = 8;

export class Slab {
	private readonly buffer: ArrayBuffer;
	private next = 0;

	/**
	 * @param bytes of all arrays together, each rounded up to a multiple of 8.
	 * @param shared in a SharedArrayBuffer, which other threads can be given.
	 */
	constructor(bytes: number, shared = false) {
		// Its arrays are used alike; the types of the two do not say so.
		this.buffer = shared ? (new SharedArrayBuffer(bytes) as unknown as ArrayBuffer) : new ArrayBuffer(bytes);
	}

	/** Room that an array of so many bytes takes. */
	static room(bytes: number): number {
		return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
	}

	f64(length: number): Float64Array {
		return new Float64Array(this.buffer, this.take(8 * length), length);
	}

	u32(length: number): Uint32Array {
		return new Uint32Array(this.buffer, this.take(4 * length), length);
	}

	u8(length: number): Uint8Array {
		return new Uint8Array(this.buffer, this.take(length), length);
	}

	private take(bytes: number): number {
		const begin = this.next;
		this.next += Slab.room(bytes);
		return begin;
	}
}
