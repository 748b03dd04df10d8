/** Numbers, eight digits at a time, exactly: integers, and microseconds with decimals as integer nanoseconds. */
import { valueEnd } from "./skip";

/** What the last read gave; without meaning unless `valid`. */
export let value: i64 = 0;
export let valid: bool = false;

const QUOTE: u8 = 0x22;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;

/** Digits that surely fit an i64, here and three more of them. */
const SAFE_DIGITS: i32 = 15;
const I64_DIGITS: i32 = 18;
const MAX_MICROSECONDS: i64 = 9000000000000000;

const POWERS: usize = memory.data<i64>([
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
	10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
]);

@inline
function power(n: i32): i64 {
	return load<i64>(POWERS + (<usize>n << 3));
}

/** How many of the eight bytes are digits before the first that is none. */
@inline
function digitCount(bytes: u64): i32 {
	const digits = bytes ^ 0x3030303030303030;
	return <i32>(ctz(((digits + 0x7676767676767676) | digits) & 0x8080808080808080) >> 3);
}

/** The value of the first `count` (1 to 8) digits. */
@inline
function digitsOf(bytes: u64, count: i32): u64 {
	bytes = (bytes << (<u64>(8 - count) << 3)) & 0x0f0f0f0f0f0f0f0f;
	bytes = (bytes * 2561) >> 8;
	bytes = ((bytes & 0x00ff00ff00ff00ff) * 6553601) >> 16;
	return ((bytes & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

@inline
function endsNumber(byte: u8): bool {
	return byte === 0x2c || byte === 0x7d || byte <= 0x20 || byte === 0x5d;
}

/** An integer, quoted or not. Anything else is passed over and not `valid`; other numbers are rounded. */
export function readInteger(p: usize): usize {
	let q = p;
	const quoted = load<u8>(q) === QUOTE;
	if (quoted) q++;
	const negative = load<u8>(q) === MINUS;
	if (negative) q++;
	let count: i32 = 0;
	let sum: i64 = 0;
	while (count < 16) {
		const bytes = load<u64>(q);
		const more = digitCount(bytes);
		if (more === 0) break;
		sum = sum * power(more) + digitsOf(bytes, more);
		q += more;
		count += more;
		if (more < 8) break;
	}
	if (count === 0 || count > SAFE_DIGITS) return readDecimal(p, 0);
	if (quoted) {
		if (load<u8>(q) !== QUOTE) return readDecimal(p, 0);
		q++;
	} else if (!endsNumber(load<u8>(q))) {
		return readDecimal(p, 0);
	}
	value = negative ? -sum : sum;
	valid = true;
	return q;
}

/** Microseconds, as nanoseconds: exact to the third decimal, rounded there. */
export function readMicroseconds(p: usize): usize {
	let q = p;
	const negative = load<u8>(q) === MINUS;
	if (negative) q++;
	let count: i32 = 0;
	let sum: i64 = 0;
	while (count < 16) {
		const bytes = load<u64>(q);
		const more = digitCount(bytes);
		if (more === 0) break;
		sum = sum * power(more) + digitsOf(bytes, more);
		q += more;
		count += more;
		if (more < 8) break;
	}
	if (count === 0 || sum > MAX_MICROSECONDS) return readDecimal(p, 3);
	sum *= 1000;
	if (load<u8>(q) === POINT) {
		const bytes = load<u64>(q + 1);
		const decimals = digitCount(bytes);
		if (decimals === 0 || decimals === 8) return readDecimal(p, 3);
		const kept = min(decimals, 3);
		sum += <i64>digitsOf(bytes, kept) * power(3 - kept);
		if (decimals > 3 && ((bytes >> 24) & 0xff) >= 0x35) sum++;
		q += 1 + decimals;
	}
	if (!endsNumber(load<u8>(q))) return readDecimal(p, 3);
	value = negative ? -sum : sum;
	valid = true;
	return q;
}

@inline
function isDigit(byte: u8): bool {
	return byte - 0x30 < 10;
}

/**
 * The long way, for what the two above do not take: quotes, exponents, many digits. Gives number x 10^scale, rounded
 * half away from zero; not `valid` where it is no number or does not fit an i64.
 */
function readDecimal(p: usize, scale: i32): usize {
	valid = false;
	const end = valueEnd(p);
	if (end === 0) return 0;
	let q = p;
	let stop = end;
	if (load<u8>(q) === QUOTE) {
		q++;
		stop--;
	}
	while (stop > q && load<u8>(stop - 1) <= 0x20) stop--;
	const negative = load<u8>(q) === MINUS;
	if (negative) q++;
	let sum: i64 = 0;
	/** 10^shift is still to be multiplied. */
	let shift = scale;
	let kept: i32 = 0;
	let digits: i32 = 0;
	let roundUp = false;
	let behindPoint = false;
	while (q < stop) {
		const byte = load<u8>(q);
		if (isDigit(byte)) {
			digits++;
			if (kept < I64_DIGITS) {
				sum = sum * 10 + (byte - 0x30);
				if (sum !== 0) kept++;
				if (behindPoint) shift--;
			} else {
				if (kept === I64_DIGITS) roundUp = byte >= 0x35;
				kept++;
				if (!behindPoint) shift++;
			}
		} else if (byte === POINT && !behindPoint) {
			behindPoint = true;
		} else {
			break;
		}
		q++;
	}
	if (digits === 0) return end;
	if (q < stop && (load<u8>(q) | 0x20) === 0x65) {
		q++;
		const down = load<u8>(q) === MINUS;
		if (down || load<u8>(q) === 0x2b) q++;
		if (q >= stop) return end;
		let exponent: i32 = 0;
		while (q < stop && isDigit(load<u8>(q))) {
			if (exponent < 100000) exponent = exponent * 10 + (load<u8>(q) - 0x30);
			q++;
		}
		shift += down ? -exponent : exponent;
	}
	if (q !== stop) return end;
	if (shift >= 0) {
		if (sum !== 0 && (shift > I64_DIGITS || sum > i64.MAX_VALUE / power(min(shift, I64_DIGITS)) - 1)) return end;
		sum *= sum === 0 ? 1 : power(shift);
		if (shift === 0 && roundUp) sum++;
	} else if (shift < -I64_DIGITS) {
		sum = 0;
	} else {
		const unit = power(-shift);
		const rest = sum % unit;
		sum = sum / unit + (rest >= unit - rest ? 1 : 0);
	}
	value = negative ? -sum : sum;
	valid = true;
	return end;
}
