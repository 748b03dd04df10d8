/** Numbers, eight digits at a time, exactly: integers, and microseconds with decimals as integer nanoseconds. */
import { valueEnd } from "./skip";

/** What the last read gave; without meaning unless `valid`. */
export let value: i64 = 0;
export let valid: bool = false;
/** Digits of the last number in front of its point and behind it. */
let digits: u32 = 0;
let decimalDigits: u32 = 0;

/** Digits beyond the first eight, and decimals, of the last time stamp (u32 each). */
const TIME_LAYOUT: usize = memory.data(8, 8);

const QUOTE: u8 = 0x22;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;

/** Digits that surely fit an i64, here and three more of them. */
const SAFE_DIGITS: i32 = 15;
const I64_DIGITS: i32 = 18;
/** Another digit still fits an i64. */
const MAX_BEFORE_DIGIT: i64 = 922337203685477579;
const MAX_MICROSECONDS: i64 = 9000000000000000;

const POWERS: usize = memory.data<i64>([
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
	10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
]);

@inline
function power(n: u32): i64 {
	return load<i64>(POWERS + ((<usize>n) << 3));
}

/** How many of the eight bytes are digits before the first that is none. */
@inline
function digitCount(bytes: u64): u32 {
	const values = bytes ^ 0x3030303030303030;
	return <u32>(ctz(((values + 0x7676767676767676) | values) & 0x8080808080808080) >> 3);
}

/** The value of the first `count` (1 to 8) digits. */
@inline
function digitsOf(bytes: u64, count: u32): u64 {
	bytes = (bytes << ((8 - <u64>count) << 3)) & 0x0f0f0f0f0f0f0f0f;
	bytes = (bytes * 2561) >> 8;
	bytes = ((bytes & 0x00ff00ff00ff00ff) * 6553601) >> 16;
	return ((bytes & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

@inline
function endsNumber(byte: u8): bool {
	return byte === 0x2c || byte === 0x7d || byte <= 0x20 || byte === 0x5d;
}

/**
 * An integer, quoted or not. Anything else is passed over and not `valid`; other numbers are rounded.
 * @param memo where the number of digits of the last value of this kind is kept (u32): ids mostly have as many as the
 * one before, and a length that was guessed need not be waited for.
 */
@inline
export function readInteger(p: usize, memo: usize): usize {
	const bytes = load<u64>(p);
	const expected = load<u32>(memo);
	if (digitCount(bytes) === expected && expected - 1 < 7 && endsNumber(load<u8>(p + expected))) {
		value = digitsOf(bytes, expected);
		valid = true;
		return p + expected;
	}
	return readNewInteger(p, memo);
}

function readNewInteger(p: usize, memo: usize): usize {
	let q = p;
	const quoted = load<u8>(q) === QUOTE;
	if (quoted) q++;
	const negative = load<u8>(q) === MINUS;
	if (negative) q++;
	q = readDigits(q);
	if (digits === 0 || digits > <u32>SAFE_DIGITS) return readDecimal(p, 0);
	if (quoted) {
		if (load<u8>(q) !== QUOTE) return readDecimal(p, 0);
		q++;
	} else if (!endsNumber(load<u8>(q))) {
		return readDecimal(p, 0);
	}
	store<u32>(memo, digits);
	if (negative) value = -value;
	valid = true;
	return q;
}

/** Up to 24 digits into `value` and `digits`; what does not fit wraps. */
function readDigits(p: usize): usize {
	let q = p;
	value = 0;
	while (q < p + 24) {
		const bytes = load<u64>(q);
		const more = digitCount(bytes);
		if (more === 0) break;
		value = value * power(more) + digitsOf(bytes, more);
		q += more;
		if (more < 8) break;
	}
	digits = <u32>(q - p);
	return q;
}

/**
 * A time stamp: microseconds, as nanoseconds, exact to the third decimal and rounded there. Those of one trace have the
 * same number of digits, so the layout of the last is tried first.
 */
@inline
export function readTime(p: usize): usize {
	const whole = load<u32>(TIME_LAYOUT);
	const decimals = load<u32>(TIME_LAYOUT, 4);
	const high = load<u64>(p);
	const low = load<u64>(p, 8);
	if (digitCount(high) === 8 && digitCount(low) === whole) {
		const point = p + 8 + whole;
		let ns = (<i64>digitsOf(high, 8) * power(whole) + <i64>digitsOf(low, whole)) * 1000;
		let end = point;
		let fits = true;
		if (decimals > 0) {
			const bytes = load<u64>(point, 1);
			fits = load<u8>(point) === POINT && digitCount(bytes) === decimals;
			ns += <i64>digitsOf(bytes, decimals) * power(3 - decimals);
			end += 1 + decimals;
		}
		if (fits && endsNumber(load<u8>(end))) {
			value = ns;
			valid = true;
			return end;
		}
	}
	return readNewTime(p);
}

function readNewTime(p: usize): usize {
	const end = readMicroseconds(p);
	if (!valid || digits < 9 || digits > 15 || decimalDigits > 3) return end;
	store<u32>(TIME_LAYOUT, digits - 8);
	store<u32>(TIME_LAYOUT, decimalDigits, 4);
	return end;
}

/** A duration: microseconds, as nanoseconds. */
@inline
export function readDuration(p: usize): usize {
	const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(p), i8x16.splat(0x30)), i8x16.splat(9)));
	const point = ctz(others);
	if (<u32>(point - 1) < 8) {
		let ns = <i64>digitsOf(load<u64>(p), point) * 1000;
		let end = p + <usize>point;
		if (load<u8>(end) === POINT) {
			const decimals = ctz(others & (others - 1)) - point - 1;
			if (<u32>(decimals - 1) >= 3) return readMicroseconds(p);
			ns += <i64>digitsOf(load<u64>(end, 1), decimals) * power(3 - decimals);
			end += 1 + decimals;
		}
		if (endsNumber(load<u8>(end))) {
			value = ns;
			valid = true;
			return end;
		}
	}
	return readMicroseconds(p);
}

function readMicroseconds(p: usize): usize {
	let q = p;
	const negative = load<u8>(q) === MINUS;
	if (negative) q++;
	q = readDigits(q);
	decimalDigits = 0;
	if (digits === 0 || digits > <u32>SAFE_DIGITS + 1 || value > MAX_MICROSECONDS) return readDecimal(p, 3);
	let ns = value * 1000;
	if (load<u8>(q) === POINT) {
		const bytes = load<u64>(q + 1);
		const decimals = digitCount(bytes);
		if (decimals === 0 || decimals === 8) return readDecimal(p, 3);
		const kept = min(decimals, 3);
		ns += <i64>digitsOf(bytes, kept) * power(3 - kept);
		if (decimals > 3 && ((bytes >> 24) & 0xff) >= 0x35) ns++;
		q += 1 + decimals;
		decimalDigits = decimals;
	}
	if (!endsNumber(load<u8>(q))) return readDecimal(p, 3);
	value = negative ? -ns : ns;
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
	let full = false;
	let any = false;
	let roundUp = false;
	let behindPoint = false;
	while (q < stop) {
		const byte = load<u8>(q);
		if (isDigit(byte)) {
			any = true;
			if (!full && sum <= MAX_BEFORE_DIGIT) {
				sum = sum * 10 + (byte - 0x30);
				if (behindPoint) shift--;
			} else {
				if (!full) roundUp = byte >= 0x35;
				full = true;
				if (!behindPoint) shift++;
			}
		} else if (byte === POINT && !behindPoint) {
			behindPoint = true;
		} else {
			break;
		}
		q++;
	}
	if (!any) return end;
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
