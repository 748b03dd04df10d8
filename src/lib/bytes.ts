/** Small arithmetic and views on bytes. */

/** The least multiple of `alignment` (a power of two) that is not below `value`; exact beyond 2^32. */
export function alignUp(value: number, alignment: number): number {
	const rest = value % alignment;
	return rest === 0 ? value : value + alignment - rest;
}

/** The bytes that a typed array views, not copied. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
	return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Whether typed arrays on this machine have the byte order of the container. */
export function isLittleEndian(): boolean {
	return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** Index of the first byte that is not zero in [begin, end), or -1. */
export function firstNonZero(bytes: Uint8Array, begin: number, end: number): number {
	for (let i = begin; i < end; i++) if (bytes[i] !== 0) return i;
	return -1;
}
