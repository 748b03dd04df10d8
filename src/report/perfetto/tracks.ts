/**
 * Process and thread numbers of the tracks. As Kineto has it, the threads of a rank are one process and its device is
 * another whose threads are the streams.
 */
import { type ExecutionGraph, NO_PROCESSOR, type Processor } from "../../graph/graph.js";

/** Which of the two timelines of a comparison a track belongs to; undefined where there is only one. */
export type Side = "measured" | "replayed";

export interface Track {
	readonly pid: number;
	readonly tid: number;
	/** Stream number of a device track. */
	readonly stream: number | undefined;
	/** Ordinal of the device in this file. */
	readonly device: number;
}

export interface Tracks {
	/** One a processor. */
	readonly byProcessor: readonly Track[];
	/** Metadata events that name and order them. */
	readonly metadata: readonly object[];
}

/** Numbers of devices are 0, 1, …, as Kineto gives them; those of CPU processes stand far away from them. */
const FIRST_CPU_PID = 100_000;
const SIDES = 2;

export function layTracks(graph: ExecutionGraph, side: Side | undefined): Tracks {
	const metadata: object[] = [];
	const shift = side === "replayed" ? 1 : 0;
	const stride = side === undefined ? 1 : SIDES;
	const suffix = side === undefined ? "" : ` (${side})`;
	const pids = new Map<number, { cpu: number; gpu: number }>();
	graph.ranks.forEach(({ rank, deviceName }, i) => {
		const gpu = i * stride + shift;
		const cpu = FIRST_CPU_PID + gpu;
		pids.set(rank, { cpu, gpu });
		const name = (pid: number, text: string, label: string, order: number): void => {
			metadata.push(
				{ name: "process_name", ph: "M", ts: 0, pid, tid: 0, args: { name: text } },
				{ name: "process_labels", ph: "M", ts: 0, pid, tid: 0, args: { labels: label } },
				{ name: "process_sort_index", ph: "M", ts: 0, pid, tid: 0, args: { sort_index: order } },
			);
		};
		name(cpu, `rank ${rank} CPU${suffix}`, "CPU", 2 * gpu);
		name(gpu, `rank ${rank} GPU${suffix}`, deviceName === "" ? "GPU" : deviceName, 2 * gpu + 1);
	});
	const used = new Set<string>();
	const byProcessor = graph.processors.map((processor): Track => {
		const { cpu, gpu } = pids.get(processor.rank)!;
		const isStream = processor.kind === "stream";
		const pid = isStream ? gpu : cpu;
		const tid = freeNumber(processor, pid, used);
		const text = processor.name !== "" ? processor.name : `${processor.kind} ${processor.id}`;
		metadata.push(
			{ name: "thread_name", ph: "M", ts: 0, pid, tid, args: { name: text } },
			{ name: "thread_sort_index", ph: "M", ts: 0, pid, tid, args: { sort_index: isStream ? tid : 0 } },
		);
		return { pid, tid, stream: isStream ? tid : undefined, device: gpu };
	});
	return { byProcessor, metadata };
}

/** The recorded id where it is a number that no other track of the process has, else the next that is free. */
function freeNumber({ id }: Processor, pid: number, used: Set<string>): number {
	let tid = /^-?\d{1,15}$/.test(id) ? Number(id) : 1;
	while (used.has(`${pid}/${tid}`)) tid++;
	used.add(`${pid}/${tid}`);
	return tid;
}

export function trackOf(tracks: Tracks, processor: number): Track | undefined {
	return processor === NO_PROCESSOR ? undefined : tracks.byProcessor[processor];
}
