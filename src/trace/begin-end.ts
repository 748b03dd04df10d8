/**
 * Begin/end pairs (`ph` B and E) become complete events: per track, an end closes the latest open begin. The scanner
 * gives a begin as a row without a duration (NaN) and an end as a row of its own.
 */
import { sortRows } from "../lib/sort.js";
import { ScannerClass } from "./categories.js";
import { Category } from "./columns.js";

export interface RangeRows {
	readonly category: Uint8Array;
	readonly startNs: Float64Array;
	readonly durNs: Float64Array;
	readonly track: Uint32Array;
}

export interface PairedRanges {
	/** 1 for each row that is an event. */
	readonly keep: Uint8Array;
	readonly unmatchedBegins: number;
	readonly unmatchedEnds: number;
	/** Pairs of a category that is not kept. */
	readonly droppedPairs: number;
}

/** Sets the durations of matched begins. */
export function pairRanges(rows: RangeRows): PairedRanges {
	const count = rows.category.length;
	const keep = new Uint8Array(count).fill(1);
	const edges: number[] = [];
	for (let row = 0; row < count; row++) {
		if (rows.category[row] === ScannerClass.end || Number.isNaN(rows.durNs[row]!)) edges.push(row);
	}
	const stacks = new Map<number, number[]>();
	let unmatchedEnds = 0;
	let droppedPairs = 0;
	for (const row of sortRows(Uint32Array.from(edges), rows.startNs)) {
		const track = rows.track[row]!;
		let stack = stacks.get(track);
		if (stack === undefined) {
			stack = [];
			stacks.set(track, stack);
		}
		if (rows.category[row] !== ScannerClass.end) {
			stack.push(row);
			continue;
		}
		keep[row] = 0;
		const begin = stack.pop();
		if (begin === undefined) {
			unmatchedEnds++;
			continue;
		}
		rows.durNs[begin] = rows.startNs[row]! - rows.startNs[begin]!;
		if (rows.category[begin] === Category.other) {
			keep[begin] = 0;
			droppedPairs++;
		}
	}
	let unmatchedBegins = 0;
	for (const stack of stacks.values()) {
		for (const row of stack) keep[row] = 0;
		unmatchedBegins += stack.length;
	}
	return { keep, unmatchedBegins, unmatchedEnds, droppedPairs };
}
