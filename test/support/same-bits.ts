/** Equality of columns to the bit, with one short line where they differ: quick enough to shrink a counterexample on. */

type Columns = Readonly<Record<string, unknown>>;

/** Throws unless every typed array and number in `expected` is in `actual`, bit for bit. */
export function expectSameBits(actual: Columns, expected: Columns): void {
	for (const [name, column] of Object.entries(expected)) {
		const other = actual[name];
		if (!ArrayBuffer.isView(column)) {
			if (!Object.is(column, other)) throw new Error(`${name}: ${other}, expected ${column}`);
			continue;
		}
		const a = column as Float64Array | Uint32Array;
		const b = other as Float64Array | Uint32Array;
		if (a.length !== b.length) throw new Error(`${name} has ${b.length} entries, expected ${a.length}`);
		if (Buffer.compare(bytesOf(a), bytesOf(b)) === 0) continue;
		const at = a.findIndex((value: number, i: number) => !Object.is(value, b[i]));
		throw new Error(`${name}[${at}] is ${b[at]}, expected ${a[at]}`);
	}
}

function bytesOf(column: Float64Array | Uint32Array): Uint8Array {
	return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
