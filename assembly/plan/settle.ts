/**
 * The inner loop of the plan runner, for one, two or four plans side by side: start = the later of two times, each with
 * its delay, and never before 0; finish = start + duration. The same bits whatever the width: lanes add and compare as
 * scalars do. Like memory.ts it is replaced in the portable build, which has no vectors.
 */

import { RECORD_DELAYS } from "./layout";

/** Settles records from `record` on, whose times are written from `time` up to `end`, in the work space at `space`. */
export function settleRecords(width: u32, space: usize, record: usize, time: usize, end: usize): void {
	if (width === 4) settleFour(space, record, time, end);
	else if (width === 2) settleTwo(space, record, time, end);
	else settleOne(space, record, time, end);
}

function settleOne(space: usize, record: usize, time: usize, end: usize): void {
	for (; time < end; time += 16) {
		const a: v128 = f64x2.add(v128.load64_zero(space + load<u32>(record)), v128.load64_zero(record, RECORD_DELAYS));
		const b: v128 = f64x2.add(
			v128.load64_zero(space + load<u32>(record, 4)),
			v128.load64_zero(record, RECORD_DELAYS + 8),
		);
		const start: v128 = f64x2.pmax(f64x2.pmax(f64x2.splat(0), a), b);
		v128.store64_lane(time, start, 0);
		v128.store64_lane(time, f64x2.add(start, v128.load64_zero(record, RECORD_DELAYS + 16)), 0, 8);
		record += RECORD_DELAYS + 24;
	}
}

function settleTwo(space: usize, record: usize, time: usize, end: usize): void {
	for (; time < end; time += 32) {
		const a: v128 = f64x2.add(v128.load(space + load<u32>(record)), v128.load(record, RECORD_DELAYS));
		const b: v128 = f64x2.add(v128.load(space + load<u32>(record, 4)), v128.load(record, RECORD_DELAYS + 16));
		const start: v128 = f64x2.pmax(f64x2.pmax(f64x2.splat(0), a), b);
		v128.store(time, start);
		v128.store(time, f64x2.add(start, v128.load(record, RECORD_DELAYS + 32)), 16);
		record += RECORD_DELAYS + 48;
	}
}

function settleFour(space: usize, record: usize, time: usize, end: usize): void {
	for (; time < end; time += 64) {
		const first: usize = space + load<u32>(record);
		const second: usize = space + load<u32>(record, 4);
		const a: v128 = f64x2.add(v128.load(first), v128.load(record, RECORD_DELAYS));
		const b: v128 = f64x2.add(v128.load(second), v128.load(record, RECORD_DELAYS + 32));
		const start: v128 = f64x2.pmax(f64x2.pmax(f64x2.splat(0), a), b);
		v128.store(time, start);
		v128.store(time, f64x2.add(start, v128.load(record, RECORD_DELAYS + 64)), 32);
		const c: v128 = f64x2.add(v128.load(first, 16), v128.load(record, RECORD_DELAYS + 16));
		const d: v128 = f64x2.add(v128.load(second, 16), v128.load(record, RECORD_DELAYS + 48));
		const other: v128 = f64x2.pmax(f64x2.pmax(f64x2.splat(0), c), d);
		v128.store(time, other, 16);
		v128.store(time, f64x2.add(other, v128.load(record, RECORD_DELAYS + 80)), 48);
		record += RECORD_DELAYS + 96;
	}
}
