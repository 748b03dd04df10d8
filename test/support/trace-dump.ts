/** A trace as the plain objects that json-oracle.ts makes, and readers for text that never was a file. */
import { Category, type Trace } from "../../src/trace/index.js";
import type { TraceSource } from "../../src/trace/inflate.js";
import type { ReadOptions } from "../../src/trace/options.js";
import { readSource } from "../../src/trace/read-trace.js";
import type { OracleRow, OracleTrace } from "./json-oracle.js";

const categoryNames = Object.keys(Category);

/** Reads text that comes in pieces of `pieceBytes`. */
export function readText(
	text: string | Uint8Array,
	pieceBytes = Number.POSITIVE_INFINITY,
	options: ReadOptions = {},
	path = "text.json",
): Promise<Trace> {
	const bytes = typeof text === "string" ? Buffer.from(text) : text;
	const source: TraceSource = {
		path,
		bytes: bytes.length,
		compression: "none",
		bytesRead: 0,
		damage: undefined,
		async *text() {
			for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
		},
	};
	return readSource(source, options);
}

export function dumpTrace(trace: Trace): Omit<OracleTrace, "header"> {
	const { events, comms, syncs, strings, tracks, forwardBackward } = trace;
	const rows: OracleRow[] = [];
	for (let row = 0; row < events.count; row++) {
		const category = categoryNames[events.category[row]!]!;
		const detail = events.detail[row]!;
		const { pid, tid } = tracks[events.track[row]!]!;
		if (detail >= 0 && (category === "sync" ? syncs : comms).event[detail] !== row) {
			throw new Error(`detail ${detail} of row ${row} belongs to another event`);
		}
		rows.push({
			category,
			name: strings.get(events.name[row]!),
			startNs: events.startNs[row]!,
			durNs: events.durNs[row]!,
			pid,
			tid,
			correlation: events.correlation[row]!,
			stream: events.stream[row]!,
			externalId: events.externalId[row]!,
			sequence: events.sequence[row]!,
			shape: strings.get(events.shape[row]!),
			bytes: events.bytes[row]!,
			...(detail >= 0 && category !== "sync"
				? {
						comm: {
							collective: strings.get(comms.collective[detail]!),
							dtype: strings.get(comms.dtype[detail]!),
							inElems: comms.inElems[detail]!,
							outElems: comms.outElems[detail]!,
							groupSize: comms.groupSize[detail]!,
							groupName: strings.get(comms.groupName[detail]!),
							groupDesc: strings.get(comms.groupDesc[detail]!),
							groupRanks: strings.get(comms.groupRanks[detail]!),
							seq: comms.seq[detail]!,
							srcRank: comms.srcRank[detail]!,
							dstRank: comms.dstRank[detail]!,
						},
					}
				: {}),
			...(category === "sync"
				? {
						sync: {
							waitOnStream: syncs.waitOnStream[detail]!,
							recordCorrelation: syncs.recordCorrelation[detail]!,
							eventId: syncs.eventId[detail]!,
						},
					}
				: {}),
		});
	}
	const end = (track: number, ns: number): string => `${tracks[track]!.pid}/${tracks[track]!.tid}@${ns}`;
	const flows = Array.from(
		{ length: forwardBackward.count },
		(_, row) =>
			`${end(forwardBackward.fromTrack[row]!, forwardBackward.fromNs[row]!)} ${end(forwardBackward.toTrack[row]!, forwardBackward.toNs[row]!)}`,
	).sort();
	return {
		eventCount: trace.eventCount,
		baseNs: trace.baseNs,
		rows,
		flows,
		skipped: Object.fromEntries(trace.skipped.map(({ what, count }) => [what, count])),
		names: Object.fromEntries(
			tracks.filter(({ name }) => name !== "").map(({ pid, tid, name }) => [`${pid}/${tid}`, name]),
		),
	};
}
