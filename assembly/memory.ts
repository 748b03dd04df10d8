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

/** Whether one of two numbers is negative, or -0. */
export function isSignSet(a: usize, b: usize): boolean {
	return (load<i64>(a) | load<i64>(b)) < 0;
}

/** The later of two times: one SIMD instruction, where a comparison would branch and f64.max minds NaN and -0. */
export function later(a: f64, b: f64): f64 {
	return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}

/**
 * Settles a task of the ordered pass: start = the later of two times, each with its delay, finish = start + duration.
 * `record` holds the two addresses and the two delays.
 */
export function settleWide(time: usize, record: usize, duration: usize): void {
	const a = load<f64>(load<u32>(record)) + load<f64>(record, 8);
	const b = load<f64>(load<u32>(record, 4)) + load<f64>(record, 16);
	const start = later(a, b);
	store<f64>(time, start);
	store<f64>(time, start + load<f64>(duration), 8);
}

/** The same with delays of 32 bits. */
export function settleNarrow(time: usize, record: usize, duration: usize): void {
	const a = load<f64>(load<u32>(record)) + (load<u32>(record, 8) as f64);
	const b = load<f64>(load<u32>(record, 4)) + (load<u32>(record, 12) as f64);
	const start = later(a, b);
	store<f64>(time, start);
	store<f64>(time, start + load<f64>(duration), 8);
}

/** The first address that the arena may use. */
export function heapBase(): usize {
	return __heap_base;
}
