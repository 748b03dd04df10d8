/** Operators, annotations and modules on the CPU, each with the flow that leads to its backward pass. */
import type { RangeKind } from "../program/instructions.js";
import { type ByteSink, fragment } from "./byte-sink.js";
import { collectiveArgs } from "./collective-args.js";
import { fields } from "./json.js";
import type { RecordedRank } from "./recorded-rank.js";

interface RangeText {
	/** By thread, up to the start time. */
	readonly head: readonly Uint8Array[];
	/** Between the id and the sequence number, and after it. */
	readonly middle: Uint8Array;
	readonly tail: Uint8Array;
}

const DURATION = fragment(', "dur": ');
const OPERATOR_ARGS = fragment(',\n    "args": {\n      "External id": ');
const MODULE_ARGS = fragment(',\n    "args": {\n      "Python parent id": ');
const MODULE_ID = fragment(', "Python id": ');
const NO_PARENT = fragment("null");
const COLLECTIVE_SEQUENCE = fragment(', "Seq": ');
const SEQUENCE = fragment(', "Sequence number": ');
const FORWARD_THREAD = [fragment(', "Fwd thread id": 0'), fragment(', "Fwd thread id": 1')];
const END = fragment("\n    }\n  },\n");
const FLOW_START = fragment('  {\n    "ph": "s", "id": ');
const FLOW_END = fragment('  {\n    "ph": "f", "id": ');
const FLOW_CATEGORY = fragment(',\n    "cat": "fwdbwd", "name": "fwdbwd"\n  },\n');
const FLOW_BINDING = fragment(',\n    "cat": "fwdbwd", "name": "fwdbwd", "bp": "e"\n  },\n');

/** Writes all ranges; gives pieces of text whenever there is enough. Returns the number of events. */
export function* writeRanges(rank: RecordedRank, out: ByteSink): Generator<Uint8Array, number> {
	const { program, times, outline, recording } = rank;
	const texts = program.rangeKinds.map((kind) => rangeText(rank, kind));
	const flowWhere = [0, 1].map((thread) =>
		fragment(`, "pid": ${rank.processId}, "tid": ${rank.threadId(thread)}, "ts": `),
	);
	let events = 0;
	for (let range = 0; range < outline.rangeCount; range++) {
		const instruction = outline.rangeBegin[range]!;
		const kind = program.rangeKinds[program.a[instruction]!]!;
		const isModule = kind.category === "python_function";
		if (isModule && !recording.modules) continue;
		const { head, middle, tail } = texts[program.a[instruction]!]!;
		const thread = outline.rangeThread[range]!;
		const startNs = rank.shownNs(times.atNs[instruction]!);
		out.text(head[thread]!);
		out.microseconds(startNs);
		out.text(DURATION);
		out.microseconds(rank.shownNs(outline.rangeEndNs[range]!) - startNs);
		if (isModule) {
			out.text(MODULE_ARGS);
			if (outline.rangeParent[range] === 0) out.text(NO_PARENT);
			else out.integer(outline.rangeParent[range]!);
			out.text(MODULE_ID);
		} else out.text(OPERATOR_ARGS);
		out.integer(range + 1);
		out.text(middle);
		const sequence = program.b[instruction]!;
		if (sequence > 0 && (!kind.collective || recording.commMetadata)) {
			out.text(kind.collective ? COLLECTIVE_SEQUENCE : SEQUENCE);
			out.integer(sequence);
			if (!kind.collective) out.text(FORWARD_THREAD[kind.backward ? 1 : 0]!);
		}
		out.text(tail);
		out.integer(range + 1);
		out.text(END);
		events++;
		if (kind.flow && sequence > 0) {
			out.text(kind.backward ? FLOW_END : FLOW_START);
			out.integer(sequence);
			out.text(flowWhere[thread]!);
			out.microseconds(startNs);
			out.text(kind.backward ? FLOW_BINDING : FLOW_CATEGORY);
			events++;
		}
		if (out.full) yield out.take();
	}
	return events;
}

function rangeText(rank: RecordedRank, kind: RangeKind): RangeText {
	const { category, name, dims, types, collective } = kind;
	const head = [0, 1].map((thread) =>
		fragment(
			`  {\n    "ph": "X", "cat": "${category}", "name": ${JSON.stringify(name)}, "pid": ${rank.processId}, "tid": ${rank.threadId(thread)},\n    "ts": `,
		),
	);
	if (category === "python_function")
		return { head, middle: fragment(', "Python module id": 0'), tail: fragment(', "Ev Idx": ') };
	const described = collective && rank.recording.commMetadata ? `, ${fields(collectiveArgs(collective))}` : "";
	const shapes = dims
		? `, ${fields({ "Input type": types ?? dims.map(() => "c10::BFloat16"), "Input Dims": dims })}`
		: "";
	return {
		head,
		middle: fragment(`, "Record function id": 0${described}`),
		tail: fragment(`${shapes}, "Ev Idx": `),
	};
}
