/** Kernels, copies and memsets on the device, the flows that end there, and annotations on streams. */
import { device as machine } from "../costs.js";
import { STREAM_NUMBERS, type WorkKind } from "../program/instructions.js";
import { type ByteSink, fragment } from "./byte-sink.js";
import { collectiveArgs } from "./collective-args.js";
import { fields } from "./json.js";
import { FIRST_CORRELATION } from "./outline.js";
import type { RecordedRank } from "./recorded-rank.js";

interface WorkText {
	readonly head: Uint8Array;
	/** Between external id and correlation, and after it. */
	readonly middle: Uint8Array;
	readonly tail: Uint8Array;
}

const DURATION = fragment(', "dur": ');
const ARGS = fragment(',\n    "args": {\n      "External id": ');
const SEQUENCE = fragment(', "Seq": ');
const END = fragment("\n    }\n  },\n");
const FLOW = fragment('  {\n    "ph": "f", "id": ');
const FLOW_END = fragment(',\n    "cat": "ac2g", "name": "ac2g", "bp": "e"\n  },\n');

export function* writeWork(rank: RecordedRank, out: ByteSink): Generator<Uint8Array, number> {
	const { program, times, outline, recording } = rank;
	const texts = program.workKinds.map((kind) => workText(rank, kind));
	const flowWhere = STREAM_NUMBERS.map((stream) => fragment(`, "pid": ${rank.device}, "tid": ${stream}, "ts": `));
	for (let work = 0; work < program.workCount; work++) {
		const kind = program.workKind[work]!;
		const { head, middle, tail } = texts[kind]!;
		const call = outline.workCall[work]!;
		const startNs = rank.shownNs(times.workStartNs[work]!);
		out.text(head);
		out.microseconds(startNs);
		out.text(DURATION);
		out.microseconds(rank.shownNs(times.workEndNs[work]!) - startNs);
		out.text(ARGS);
		out.integer(outline.callExternalId[call]!);
		out.text(middle);
		out.integer(FIRST_CORRELATION + call);
		out.text(tail);
		if (program.workSequence[work]! > 0 && recording.commMetadata) {
			out.text(SEQUENCE);
			out.integer(program.workSequence[work]!);
		}
		out.text(END);
		out.text(FLOW);
		out.integer(FIRST_CORRELATION + call);
		out.text(flowWhere[program.workKinds[kind]!.stream]!);
		out.microseconds(startNs);
		out.text(FLOW_END);
		if (out.full) yield out.take();
	}
	return 2 * program.workCount;
}

function workText(rank: RecordedRank, kind: WorkKind): WorkText {
	const { category, name, launch, bytes, collective } = kind;
	const { device, recording } = rank;
	const stream = STREAM_NUMBERS[kind.stream]!;
	const queued = launch ? ', "queued": 0' : "";
	const args = {
		...(launch ? occupancy(launch) : {}),
		bytes,
		...(collective && recording.commMetadata ? collectiveArgs(collective) : {}),
	};
	return {
		head: fragment(
			`  {\n    "ph": "X", "cat": "${category}", "name": ${JSON.stringify(name)}, "pid": ${device}, "tid": ${stream},\n    "ts": `,
		),
		middle: fragment(`${queued}, "device": ${device}, "context": 1, "stream": ${stream}, "correlation": `),
		tail: fragment(`, ${fields(args)}`),
	};
}

function occupancy({ grid, block, registers, sharedMemory }: NonNullable<WorkKind["launch"]>): object {
	const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
	const blocksPerSm = product(grid) / machine.multiprocessors;
	const warpsPerSm = (blocksPerSm * product(block)) / machine.warpSize;
	const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
	return {
		"registers per thread": registers,
		"shared memory": sharedMemory,
		"blocks per SM": rounded(blocksPerSm),
		"warps per SM": rounded(warpsPerSm),
		grid,
		block,
		// A multiprocessor holds 64 warps.
		"est. achieved occupancy %": Math.min(100, Math.round((100 * warpsPerSm) / 64)),
	};
}

export function* writeSpans(rank: RecordedRank, out: ByteSink): Generator<Uint8Array, number> {
	const { program, outline } = rank;
	for (let span = 0; span < outline.spanCount; span++) {
		const range = outline.spanRange[span]!;
		const { name } = program.rangeKinds[program.a[outline.rangeBegin[range]!]!]!;
		const stream = STREAM_NUMBERS[outline.spanStream[span]!]!;
		const startNs = rank.shownNs(outline.spanStartNs[span]!);
		out.text(
			fragment(
				`  {\n    "ph": "X", "cat": "gpu_user_annotation", "name": ${JSON.stringify(name)}, "pid": ${rank.device}, "tid": ${stream},\n    "ts": `,
			),
		);
		out.microseconds(startNs);
		out.text(DURATION);
		out.microseconds(rank.shownNs(outline.spanEndNs[span]!) - startNs);
		out.text(ARGS);
		out.integer(range + 1);
		out.text(END);
		if (out.full) yield out.take();
	}
	return outline.spanCount;
}
