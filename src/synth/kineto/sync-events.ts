/** The category `cuda_sync`: what calls let streams and threads wait for. */
import { Op, STREAM_NUMBERS } from "../program/instructions.js";
import { type ByteSink, fragment } from "./byte-sink.js";
import { FIRST_CORRELATION } from "./outline.js";
import type { RecordedRank } from "./recorded-rank.js";

const DURATION = fragment(', "dur": ');
const ARGS = fragment(',\n    "args": {\n      "External id": ');
/** Stands for the stream where all streams are waited for. */
const CONTEXT = -1;
const KIND = fragment(', "cuda_sync_kind": "Stream Wait Event"');
const WAIT_STREAM = STREAM_NUMBERS.map((stream) => fragment(`, "wait_on_stream": ${stream}`));
const WAIT_RECORD = fragment(', "wait_on_cuda_event_record_corr_id": ');
const WAIT_EVENT = fragment(', "wait_on_cuda_event_id": ');

/** On the stream that waits. */
export function* writeSyncs(rank: RecordedRank, out: ByteSink): Generator<Uint8Array, number> {
	const { program, times, outline, device } = rank;
	const head = (name: string, stream: number): Uint8Array =>
		fragment(
			`  {\n    "ph": "X", "cat": "cuda_sync", "name": "${name}", "pid": ${device}, "tid": ${stream},\n    "ts": `,
		);
	const tail = (stream: number): Uint8Array => fragment(`, "stream": ${stream}, "correlation": `);
	const end = fragment(`, "device": ${device}, "context": 1\n    }\n  },\n`);
	const waitHeads = STREAM_NUMBERS.map((stream) => head("Stream Wait Event", stream));
	const waitTails = STREAM_NUMBERS.map(tail);
	const eventStream = new Uint8Array(program.eventCount + 1);
	let events = 0;
	for (let call = 0; call < outline.callCount; call++) {
		const i = outline.callInstruction[call]!;
		const op = program.op[i]!;
		if (op === Op.record) eventStream[program.a[i]!] = program.b[i]!;
		if (op === Op.launch || op === Op.record) continue;
		const waits = op === Op.wait;
		const name = op === Op.syncStream ? "Stream Sync" : "Context Sync";
		const stream = op === Op.syncStream ? STREAM_NUMBERS[program.a[i]!]! : CONTEXT;
		const startNs = rank.shownNs(times.atNs[i]!);
		out.text(waits ? waitHeads[program.b[i]!]! : head(name, stream));
		out.microseconds(startNs);
		out.text(DURATION);
		out.microseconds(rank.shownNs(outline.callEndNs[call]!) - startNs);
		out.text(ARGS);
		out.integer(FIRST_CORRELATION + call);
		out.text(waits ? KIND : fragment(`, "cuda_sync_kind": "${name}"`));
		if (waits) {
			const event = program.a[i]!;
			out.text(WAIT_STREAM[eventStream[event]!]!);
			out.text(WAIT_RECORD);
			out.integer(FIRST_CORRELATION + outline.eventCall[event]!);
			out.text(WAIT_EVENT);
			out.integer(event);
		}
		out.text(waits ? waitTails[program.b[i]!]! : tail(stream));
		out.integer(FIRST_CORRELATION + call);
		out.text(end);
		events++;
		if (out.full) yield out.take();
	}
	return events;
}
