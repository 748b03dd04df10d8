/**
 * The only file that touches memory, so that the rest also compiles as plain TypeScript: there portable/memory.ts
 * takes this file's place. Nothing here checks bounds; addresses come from the arena that TypeScript laid out.
 */

export function loadF64(address: usize): f64 {
	return load<f64>(address);
}

export function storeF64(address: usize, value: f64): void {
	store<f64>(address, value);
}

export function loadU32(address: usize): u32 {
	return load<u32>(address);
}

export function storeU32(address: usize, value: u32): void {
	store<u32>(address, value);
}

export function loadU8(address: usize): u32 {
	return load<u8>(address);
}

export function fillBytes(address: usize, byte: u8, bytes: usize): void {
	memory.fill(address, byte, bytes);
}

/** The larger of two numbers that are not NaN: one instruction, where f64.max is several for the sake of NaN and -0. */
export function larger(a: f64, b: f64): f64 {
	return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}

/** The first address that the arena may use. */
export function heapBase(): usize {
	return __heap_base;
}
