/** The whole trace of a rank as PyTorch's profiler writes it, in pieces. */
import { ByteSink, fragment } from "./byte-sink.js";
import { writeCalls } from "./call-events.js";
import { footerText, headerText } from "./header.js";
import { writeRanges } from "./range-events.js";
import type { RecordedRank } from "./recorded-rank.js";
import { writeSyncs } from "./sync-events.js";
import { writeSpans, writeWork } from "./work-events.js";

const PIECE_BYTES = 1 << 18;

/** Returns the number of events once all pieces are taken. */
export function* traceText(rank: RecordedRank): Generator<Uint8Array, number> {
	const out = new ByteSink(PIECE_BYTES);
	out.text(fragment(headerText(rank)));
	let events = 0;
	events += yield* writeRanges(rank, out);
	events += yield* writeWork(rank, out);
	events += yield* writeSpans(rank, out);
	events += yield* writeCalls(rank, out);
	if (rank.recording.syncEvents) events += yield* writeSyncs(rank, out);
	const footer = footerText(rank);
	out.text(fragment(footer.text));
	yield out.take();
	return events + footer.events;
}
