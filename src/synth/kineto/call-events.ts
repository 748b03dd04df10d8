/** Calls of the CUDA runtime, and the flows that begin there. */
import { Op } from "../program/instructions.js";
import { type ByteSink, fragment } from "./byte-sink.js";
import { FIRST_CORRELATION } from "./outline.js";
import type { RecordedRank } from "./recorded-rank.js";

/** CUPTI's numbers of the calls, `CUPTI_RUNTIME_TRACE_CBID_*`. */
const callbackIds: Readonly<Record<string, number>> = {
	cudaLaunchKernel: 211,
	cudaLaunchKernelExC: 430,
	cudaMemcpyAsync: 41,
	cudaMemsetAsync: 51,
	cudaEventRecord: 135,
	cudaStreamWaitEvent: 147,
	cudaStreamSynchronize: 131,
	cudaDeviceSynchronize: 165,
};

const callNames: Readonly<Record<number, string>> = {
	[Op.record]: "cudaEventRecord",
	[Op.wait]: "cudaStreamWaitEvent",
	[Op.syncStream]: "cudaStreamSynchronize",
	[Op.syncDevice]: "cudaDeviceSynchronize",
};

const DURATION = fragment(', "dur": ');
const ARGS = fragment(',\n    "args": {\n      "External id": ');
const CORRELATION = fragment(', "correlation": ');
const END = fragment("\n    }\n  },\n");
const FLOW = fragment('  {\n    "ph": "s", "id": ');
const FLOW_END = fragment(',\n    "cat": "ac2g", "name": "ac2g"\n  },\n');

export function* writeCalls(rank: RecordedRank, out: ByteSink): Generator<Uint8Array, number> {
	const { program, times, outline } = rank;
	const where = [0, 1].map((thread) => `"pid": ${rank.processId}, "tid": ${rank.threadId(thread)}`);
	const flowWhere = where.map((text) => fragment(`, ${text}, "ts": `));
	const heads = new Map<string, readonly Uint8Array[]>();
	const middles = new Map<string, Uint8Array>();
	for (const [name, id] of Object.entries(callbackIds)) {
		heads.set(
			name,
			where.map((text) =>
				fragment(`  {\n    "ph": "X", "cat": "cuda_runtime", "name": "${name}", ${text},\n    "ts": `),
			),
		);
		middles.set(name, fragment(`, "cbid": ${id}`));
	}
	let events = 0;
	for (let call = 0; call < outline.callCount; call++) {
		const i = outline.callInstruction[call]!;
		const op = program.op[i]!;
		const name = op === Op.launch ? program.workKinds[program.workKind[program.a[i]!]!]!.call : callNames[op]!;
		const thread = outline.callThread[call]!;
		const startNs = rank.shownNs(times.atNs[i]!);
		out.text(heads.get(name)![thread]!);
		out.microseconds(startNs);
		out.text(DURATION);
		out.microseconds(rank.shownNs(outline.callEndNs[call]!) - startNs);
		out.text(ARGS);
		out.integer(outline.callExternalId[call]!);
		out.text(middles.get(name)!);
		out.text(CORRELATION);
		out.integer(FIRST_CORRELATION + call);
		out.text(END);
		events++;
		if (op === Op.launch) {
			out.text(FLOW);
			out.integer(FIRST_CORRELATION + call);
			out.text(flowWhere[thread]!);
			out.microseconds(startNs);
			out.text(FLOW_END);
			events++;
		}
		if (out.full) yield out.take();
	}
	return events;
}
