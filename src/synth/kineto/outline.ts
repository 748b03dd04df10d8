/**
 * What the writer needs to know beforehand: where ranges end, what stood open around each call, and which device work an
 * annotation spans.
 */
import { growableF64, growableU8, growableU32 } from "../../lib/growable.js";
import { cpu } from "../costs.js";
import type { RankTimes } from "../execute/rank-execution.js";
import { isCall, Op, type Program, STREAM_NUMBERS, Thread } from "../program/instructions.js";

const NONE = 0xffff_ffff;
const STREAMS = STREAM_NUMBERS.length;

export interface Outline {
	/** Ranges in the order in which they open. Their ids count from 1. */
	readonly rangeCount: number;
	/** The instruction that opens a range. */
	readonly rangeBegin: Uint32Array;
	readonly rangeEndNs: Float64Array;
	readonly rangeThread: Uint8Array;
	/** Id of the module around a module, 0 for none. */
	readonly rangeParent: Uint32Array;
	/** Calls in order. Their correlation ids count from `FIRST_CORRELATION`. */
	readonly callCount: number;
	readonly callInstruction: Uint32Array;
	readonly callEndNs: Float64Array;
	readonly callThread: Uint8Array;
	/** Id of the innermost operator or annotation around a call. */
	readonly callExternalId: Uint32Array;
	/** The call that launched a piece of work, and the one that recorded an event. */
	readonly workCall: Uint32Array;
	readonly eventCall: Uint32Array;
	/** Annotations on streams: an annotation spans all work that was launched inside it. */
	readonly spanCount: number;
	readonly spanRange: Uint32Array;
	readonly spanStream: Uint8Array;
	readonly spanStartNs: Float64Array;
	readonly spanEndNs: Float64Array;
}

export const FIRST_CORRELATION = 4000;

export function outline(program: Program, times: RankTimes): Outline {
	const { op, a, count, rangeKinds, workKinds, workKind } = program;
	const { atNs, workStartNs, workEndNs } = times;
	const rangeBegin = growableU32();
	const rangeEndNs = growableF64();
	const rangeThread = growableU8();
	const rangeParent = growableU32();
	const callInstruction = growableU32();
	const callEndNs = growableF64();
	const callThread = growableU8();
	const callExternalId = growableU32();
	const workCall = new Uint32Array(program.workCount);
	const eventCall = new Uint32Array(program.eventCount + 1);
	const spanRange = growableU32();
	const spanStream = growableU8();
	const spanStartNs = growableF64();
	const spanEndNs = growableF64();
	/** Open ranges, outermost first, and the ids around them. */
	const open: number[] = [];
	const external: number[] = [0];
	const modules: number[] = [0];
	/** Open annotations, with their span on each stream. */
	const annotations: Uint32Array[] = [];
	let thread: number = Thread.main;

	const launch = (work: number): void => {
		const { stream } = workKinds[workKind[work]!]!;
		for (const spans of annotations) {
			const span = spans[stream]!;
			if (span === NONE) {
				spans[stream] = spanRange.length;
				spanRange.push(spans[STREAMS]!);
				spanStream.push(stream);
				spanStartNs.push(workStartNs[work]!);
				spanEndNs.push(workEndNs[work]!);
			} else if (workEndNs[work]! > spanEndNs.get(span)) spanEndNs.set(span, workEndNs[work]!);
		}
	};

	for (let i = 0; i < count; i++) {
		const what = op[i]!;
		if (what === Op.begin) {
			const { category } = rangeKinds[a[i]!]!;
			const range = rangeBegin.length;
			rangeBegin.push(i);
			rangeEndNs.push(0);
			rangeThread.push(thread);
			rangeParent.push(modules.at(-1)!);
			open.push(range);
			if (category === "python_function") modules.push(range + 1);
			else external.push(range + 1);
			if (category === "user_annotation") {
				const spans = new Uint32Array(STREAMS + 1).fill(NONE);
				spans[STREAMS] = range;
				annotations.push(spans);
			}
		} else if (what === Op.end) {
			const range = open.pop()!;
			rangeEndNs.set(range, atNs[i + 1]!);
			const { category } = rangeKinds[a[rangeBegin.get(range)]!]!;
			if (category === "python_function") modules.pop();
			else external.pop();
			if (category === "user_annotation") annotations.pop();
		} else if (what === Op.switchThread) thread = a[i]!;
		else if (isCall(what)) {
			const call = callInstruction.length;
			callInstruction.push(i);
			callEndNs.push(atNs[i + 1]! - cpu.afterCall);
			callThread.push(thread);
			callExternalId.push(external.at(-1)!);
			if (what === Op.launch) {
				workCall[a[i]!] = call;
				launch(a[i]!);
			} else if (what === Op.record) eventCall[a[i]!] = call;
		}
	}
	return {
		rangeCount: rangeBegin.length,
		rangeBegin: rangeBegin.view(),
		rangeEndNs: rangeEndNs.view(),
		rangeThread: rangeThread.view(),
		rangeParent: rangeParent.view(),
		callCount: callInstruction.length,
		callInstruction: callInstruction.view(),
		callEndNs: callEndNs.view(),
		callThread: callThread.view(),
		callExternalId: callExternalId.view(),
		workCall,
		eventCall,
		spanCount: spanRange.length,
		spanRange: spanRange.view(),
		spanStream: spanStream.view(),
		spanStartNs: spanStartNs.view(),
		spanEndNs: spanEndNs.view(),
	};
}
