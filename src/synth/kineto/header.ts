/** What stands around the events of a trace: the machine, the job's process groups, names of processes and threads. */
import { device as machine } from "../costs.js";
import { worldSize } from "../job.js";
import { STREAM_NUMBERS } from "../program/instructions.js";
import { fields, spaced } from "./json.js";
import type { RecordedRank } from "./recorded-rank.js";

/** What `ts` are counted from. */
const BASE_NANOSECONDS = "1751328000000000000";

export function headerText(rank: RecordedRank): string {
	const { job, recording } = rank;
	const { name, memoryBytes, computeMajor, computeMinor, warpSize, multiprocessors } = machine;
	const header = {
		schemaVersion: 1,
		deviceProperties: Array.from({ length: Math.min(job.gpusPerNode, worldSize(job)) }, (_, id) => ({
			id,
			name,
			totalGlobalMem: memoryBytes,
			computeMajor,
			computeMinor,
			warpSize,
			numSms: multiprocessors,
		})),
		cuda_runtime_version: 12040,
		cuda_driver_version: 12040,
		record_shapes: 1,
		with_modules: recording.modules ? 1 : 0,
		distributedInfo: distributedInfo(rank),
	};
	const lines = Object.entries(header).map(([key, value]) => `  ${JSON.stringify(key)}: ${spaced(value)},\n`);
	return `{\n${lines.join("")}  "traceEvents": [\n`;
}

function distributedInfo({ job, rank, program, recording }: RecordedRank): object {
	const { world, data, tensor, pipeline, embedding, model } = program.place;
	const groups = [world, data, tensor, pipeline, embedding, model].filter((group) => group.ranks.includes(rank));
	return {
		backend: "nccl",
		rank,
		world_size: worldSize(job),
		...(recording.commMetadata
			? {
					pg_count: groups.length,
					pg_config: groups.map(({ id, description, ranks }) => ({
						pg_name: String(id),
						pg_desc: description,
						backend_config: "cuda:nccl",
						pg_size: ranks.length,
						ranks,
					})),
				}
			: {}),
		nccl_version: "2.21.5",
	};
}

/** The last events and the end of the file, with the number of events. */
export function footerText(rank: RecordedRank): { readonly text: string; readonly events: number } {
	const { processId: pid, device, program, times } = rank;
	const startNs = rank.shownNs(0);
	const endNs = rank.shownNs(times.atNs[program.count]!);
	const startUs = microseconds(startNs);
	const label = (name: string, where: number, tid: number, args: Readonly<Record<string, unknown>>): string =>
		`  {\n    "name": "${name}", "ph": "M", "ts": ${startUs}, "pid": ${where}, "tid": ${tid},\n    "args": {\n      ${fields(args)}\n    }\n  }`;
	const used = new Set<number>();
	for (let work = 0; work < program.workCount; work++) used.add(program.workKinds[program.workKind[work]!]!.stream);
	const streams = [...used].map((stream) => STREAM_NUMBERS[stream]!).sort((a, b) => a - b);
	const events = [
		label("process_name", pid, 0, { name: "python" }),
		label("process_labels", pid, 0, { labels: "CPU" }),
		label("process_labels", device, 0, { labels: `GPU ${device}` }),
		...streams.map((stream) => label("thread_name", device, stream, { name: `stream ${stream} ` })),
		...["python", "pt_autograd_0"].map((name, thread) => {
			const tid = rank.threadId(thread);
			return label("thread_name", pid, tid, { name: `thread ${tid} (${name})` });
		}),
		`  {\n    "ph": "X", "cat": "Trace", "name": "PyTorch Profiler (0)", "pid": "Spans", "tid": "PyTorch Profiler",\n    "ts": ${startUs}, "dur": ${microseconds(endNs - startNs)},\n    "args": {\n      "Op count": 0\n    }\n  }`,
		`  {\n    "name": "Record Window End", "ph": "i", "s": "g",\n    "pid": "", "tid": "", "ts": ${microseconds(endNs)}\n  }`,
	];
	const tail = `  "traceName": "rank${rank.rank}.json",\n  "displayTimeUnit": "ms",\n  "baseTimeNanoseconds": ${BASE_NANOSECONDS}\n`;
	return { text: `${events.join(",\n")}\n  ],\n${tail}}\n`, events: events.length };
}

function microseconds(ns: number): string {
	return `${Math.floor(ns / 1000)}.${String(ns % 1000).padStart(3, "0")}`;
}
