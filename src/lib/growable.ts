/** Typed arrays that grow by doubling: `push` one value, `view()` what is there without copying. */

type Typed = Float64Array | Uint32Array | Uint8Array;

class Growable<T extends Typed> {
	private data: T;
	length = 0;

	constructor(
		private readonly make: (capacity: number) => T,
		capacity: number,
	) {
		this.data = make(Math.max(16, capacity));
	}

	push(value: number): void {
		if (this.length === this.data.length) {
			const wider = this.make(this.length * 2);
			wider.set(this.data);
			this.data = wider;
		}
		this.data[this.length++] = value;
	}

	get(index: number): number {
		return this.data[index]!;
	}

	set(index: number, value: number): void {
		this.data[index] = value;
	}

	/** What has been pushed, as a view: valid until the next push. */
	view(): T {
		return this.data.subarray(0, this.length) as T;
	}
}

export type GrowableF64 = Growable<Float64Array>;
export type GrowableU32 = Growable<Uint32Array>;
export type GrowableU8 = Growable<Uint8Array>;

export const growableF64 = (capacity = 1024): GrowableF64 => new Growable((n) => new Float64Array(n), capacity);
export const growableU32 = (capacity = 1024): GrowableU32 => new Growable((n) => new Uint32Array(n), capacity);
export const growableU8 = (capacity = 1024): GrowableU8 => new Growable((n) => new Uint8Array(n), capacity);
