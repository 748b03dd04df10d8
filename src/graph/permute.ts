/** Columns in another order: to[i] = from[order[i]]. */

// One loop a type and column: each stays monomorphic, which one loop over all columns is not.

export function permuteU8(to: Uint8Array, from: Uint8Array, order: Uint32Array): void {
	for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!;
}

export function permuteU32(to: Uint32Array, from: Uint32Array, order: Uint32Array): void {
	for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!;
}

export function permuteF64(to: Float64Array, from: Float64Array, order: Uint32Array): void {
	for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!;
}
