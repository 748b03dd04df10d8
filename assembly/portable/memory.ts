/** assembly/memory.ts for the plain-TypeScript build: the same functions over one ArrayBuffer, same bits out. */

let f64s = new Float64Array(0);
let u32s = new Uint32Array(0);
let u8s = new Uint8Array(0);

/** Makes `buffer` the memory of every later call. */
export function bindMemory(buffer: ArrayBuffer): void {
	f64s = new Float64Array(buffer);
	u32s = new Uint32Array(buffer);
	u8s = new Uint8Array(buffer);
}

export function loadF64(address: number): number {
	return f64s[address >>> 3];
}

export function storeF64(address: number, value: number): void {
	f64s[address >>> 3] = value;
}

export function loadU32(address: number): number {
	return u32s[address >>> 2];
}

export function storeU32(address: number, value: number): void {
	u32s[address >>> 2] = value;
}

export function loadU8(address: number): number {
	return u8s[address];
}

export function fillBytes(address: number, byte: number, bytes: number): void {
	u8s.fill(byte, address, address + bytes);
}

export function isSignSet(a: number, b: number): boolean {
	return ((loadU32(a + 4) | loadU32(b + 4)) & 0x80000000) !== 0;
}

export function later(a: number, b: number): number {
	return Math.max(a, b);
}

export function settleWide(time: number, record: number, duration: number): void {
	const a = loadF64(loadU32(record)) + loadF64(record + 8);
	const b = loadF64(loadU32(record + 4)) + loadF64(record + 16);
	const start = Math.max(a, b);
	storeF64(time, start);
	storeF64(time + 8, start + loadF64(duration));
}

export function settleNarrow(time: number, record: number, duration: number): void {
	const a = loadF64(loadU32(record)) + loadU32(record + 8);
	const b = loadF64(loadU32(record + 4)) + loadU32(record + 12);
	const start = Math.max(a, b);
	storeF64(time, start);
	storeF64(time + 8, start + loadF64(duration));
}

/** Address 0 stays free: in the control block it stands for a section that is not there. */
export function heapBase(): number {
	return 64;
}
