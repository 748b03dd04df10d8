/** Addresses for sections of memory, one behind the other; nothing is written before there is memory for all. */

const ALIGNMENT = 16;

export class Places {
	end: number;

	constructor(begin: number) {
		this.end = begin;
	}

	/** So many bytes; as an address that f64 may stand at. */
	take(bytes: number): number {
		const at = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
		this.end = at + bytes;
		return at;
	}
}

/** The memory as numbers; addresses are bytes. */
export class Words {
	readonly u32: Uint32Array;
	readonly f64: Float64Array;

	constructor(buffer: ArrayBufferLike) {
		this.u32 = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
		this.f64 = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
	}

	/** Some of the fields of something at an address. */
	setFields<Names extends string>(
		at: number,
		fields: Readonly<Record<Names, number>>,
		values: Readonly<Partial<Record<Names, number>>>,
	): void {
		for (const name in values) this.u32[(at + fields[name]) / 4] = values[name]!;
	}

	setU32(at: number, values: ArrayLike<number>): void {
		this.u32.set(values, at / 4);
	}

	fillU32(at: number, value: number, count: number): void {
		this.u32.fill(value, at / 4, at / 4 + count);
	}

	fillF64(at: number, value: number, count: number): void {
		this.f64.fill(value, at / 8, at / 8 + count);
	}
}
