/** From the scanner's columns to those of a trace: pairs merged, categories settled, details tied to their events. */
import { pairRanges } from "./begin-end.js";
import {
	Category,
	type CommColumns,
	type EventColumns,
	NONE,
	type StringTable,
	type SyncColumns,
	type Track,
} from "./columns.js";
import type { Batches, ColumnPieces } from "./scanner/batches.js";
import { resolveUncategorised } from "./uncategorised.js";

/** Events that the pairs of begin and end leave out. */
export interface PairCounts {
	readonly matched: number;
	readonly unmatchedBegins: number;
	readonly unmatchedEnds: number;
	readonly dropped: number;
}

export interface FinishedEvents {
	readonly events: EventColumns;
	readonly comms: CommColumns;
	readonly syncs: SyncColumns;
	readonly pairs: PairCounts;
}

type Joined<T> = { -readonly [K in keyof T]: T[K] extends ColumnPieces<infer C> ? C : never };

function joinAll<T extends object>(columns: T): Joined<T> {
	return Object.fromEntries(
		Object.entries(columns).map(([name, pieces]) => [name, (pieces as ColumnPieces<Uint8Array>).join()]),
	) as Joined<T>;
}

/** @param paired how many begin and end events there were. */
export function finishEvents(
	batches: Batches,
	tracks: readonly Track[],
	strings: StringTable,
	paired: number,
): FinishedEvents {
	let rows = joinAll(batches.rows);
	let comms = joinAll(batches.comms);
	let syncs = joinAll(batches.syncs);
	let pairs: PairCounts = { matched: 0, unmatchedBegins: 0, unmatchedEnds: 0, dropped: 0 };
	if (paired > 0) {
		const { keep, unmatchedBegins, unmatchedEnds, droppedPairs } = pairRanges(rows);
		const matched = (paired - unmatchedBegins - unmatchedEnds) / 2;
		pairs = { matched, unmatchedBegins, unmatchedEnds, dropped: droppedPairs };
		const ofComms = detailsKept(rows, keep, false, comms.collective.length);
		const ofSyncs = detailsKept(rows, keep, true, syncs.eventId.length);
		comms = pick(comms, ofComms);
		syncs = pick(syncs, ofSyncs);
		rows = pick(rows, keep);
		renumberDetails(rows);
	}
	resolveUncategorised(rows, tracks, strings);
	const commEvent = new Uint32Array(comms.collective.length);
	const syncEvent = new Uint32Array(syncs.eventId.length);
	for (let row = 0; row < rows.detail.length; row++) {
		const detail = rows.detail[row]!;
		if (detail >= 0) (rows.category[row] === Category.sync ? syncEvent : commEvent)[detail] = row;
	}
	return {
		events: { count: rows.category.length, ...rows },
		comms: { count: commEvent.length, event: commEvent, ...comms },
		syncs: { count: syncEvent.length, event: syncEvent, ...syncs },
		pairs,
	};
}

interface DetailRows {
	readonly category: Uint8Array;
	readonly detail: Int32Array;
}

/** Which rows of a detail table belong to rows that are kept. */
function detailsKept(rows: DetailRows, keep: Uint8Array, sync: boolean, count: number): Uint8Array {
	const kept = new Uint8Array(count);
	for (let row = 0; row < keep.length; row++) {
		const detail = rows.detail[row]!;
		if (keep[row] === 1 && detail >= 0 && (rows.category[row] === Category.sync) === sync) kept[detail] = 1;
	}
	return kept;
}

/** Details were added in the order of their rows, so they count up again. */
function renumberDetails(rows: DetailRows): void {
	let comm = 0;
	let sync = 0;
	for (let row = 0; row < rows.detail.length; row++) {
		if (rows.detail[row] !== NONE) rows.detail[row] = rows.category[row] === Category.sync ? sync++ : comm++;
	}
}

function pick<T extends Readonly<Record<string, Uint8Array | Uint32Array | Int32Array | Float64Array>>>(
	columns: T,
	keep: Uint8Array,
): T {
	return Object.fromEntries(
		Object.entries(columns).map(([name, column]) => [
			name,
			(column as Float64Array).filter((_, row) => keep[row] === 1),
		]),
	) as unknown as T;
}
