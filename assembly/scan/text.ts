/** Bytes of strings: comparing, hashing. Reads up to 15 bytes behind a string; what they hold does not matter. */

const MASKS: usize = memory.data<u64>([0xffffffffffffffff, 0xffffffffffffffff, 0, 0]);

/** All ones in the first `count` (0 to 16) bytes. */
@inline
export function firstBytes(count: u32): v128 {
	return v128.load(MASKS + 16 - <usize>count);
}

export function sameBytes(a: usize, b: usize, length: u32): bool {
	while (length >= 16) {
		if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
		a += 16;
		b += 16;
		length -= 16;
	}
	return !v128.any_true(v128.and(v128.xor(v128.load(a), v128.load(b)), firstBytes(length)));
}

/** In steps of 16: writes up to 15 bytes behind the copy. */
export function copyBytes(to: usize, from: usize, length: u32): void {
	const end = to + length;
	while (to < end) {
		v128.store(to, v128.load(from));
		to += 16;
		from += 16;
	}
}

/** A quick hash of eight bytes at the front, the middle and the end of at least eight: may well be that of others. */
@inline
export function sampleBytes(text: usize, length: u32): u32 {
	const middle = load<u64>(text + <usize>(length >> 1));
	const mixed = (load<u64>(text) ^ rotl(middle, 21) ^ rotl(load<u64>(text + length - 8), 42)) * 0x9fb21c651e98df25;
	return <u32>(mixed >> 32) ^ (length * 0x9e3779b1);
}

/** Two multiply-rotate lanes over all bytes: every bit counts, eight bytes a lane and step. */
export function hashBytes(text: usize, length: u32): u32 {
	let a: u64 = (<u64>length + 1) * 0x9e3779b97f4a7c15;
	let b: u64 = 0xc2b2ae3d27d4eb4f;
	let rest = length;
	while (rest >= 16) {
		a = rotl((a ^ load<u64>(text)) * 0x9fb21c651e98df25, 29);
		b = rotl((b ^ load<u64>(text, 8)) * 0xd6e8feb86659fd93, 31);
		text += 16;
		rest -= 16;
	}
	const tail = v128.and(v128.load(text), firstBytes(rest));
	a = rotl((a ^ v128.extract_lane<u64>(tail, 0)) * 0x9fb21c651e98df25, 29);
	b = rotl((b ^ v128.extract_lane<u64>(tail, 1)) * 0xd6e8feb86659fd93, 31);
	const mixed = (a ^ rotl(b, 17)) * 0x9e3779b97f4a7c15;
	return <u32>(mixed >> 32);
}
