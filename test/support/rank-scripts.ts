/**
 * Small jobs told rank by rank: a thread that launches everything on one stream, in order. Times come from a simulation,
 * so what is expected of them can be added up by hand.
 */
import type { BoundTimes } from "../../src/analysis/binding.js";
import { simulate } from "../../src/engine/index.js";
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../src/graph/graph.js";
import { formatMessage } from "../../src/graph/message.js";
import { type EdgeSpec, GraphBuilder, type TaskSpec } from "./small-graph.js";

export type Action =
	/** The thread works for so long. */
	| { readonly cpu: number; readonly name?: string }
	/** The thread launches a kernel; launching itself takes no time. */
	| { readonly kernel: number; readonly name?: string }
	/** A collective on the stream: all ranks that name the meeting take part. */
	| { readonly meet: string; readonly wire: number; readonly collective?: string }
	/** The thread waits until the stream is done. */
	| { readonly sync: true };

export const cpu = (ns: number, name = "aten::op"): Action => ({ cpu: ns, name });
export const kernel = (ns: number, name = "gemm"): Action => ({ kernel: ns, name });
export const meet = (meeting: string, wire = 0, collective = "allreduce"): Action => ({
	meet: meeting,
	wire,
	collective,
});
export const sync: Action = { sync: true };

/** One step from the begin of each script to its end. */
export function scriptedGraph(scripts: readonly (readonly Action[])[]): ExecutionGraph {
	// The meetings stand behind all ranks, so their numbers are known when all else is counted.
	const meetings = new Map<string, number[]>();
	const tasks = scripts.reduce((sum, script) => sum + writeRank(new GraphBuilder(), script, 0, meetings, 0), 0);
	const order = [...meetings.keys()];
	meetings.clear();
	const builder = new GraphBuilder();
	let begin = 0;
	for (const script of scripts) begin += writeRank(builder, script, begin, meetings, tasks, order);
	builder.betweenRanks();
	for (const meeting of order) {
		const edges = meetings.get(meeting)!.map((from): EdgeSpec => ({ from, kind: EdgeKind.collective }));
		builder.task({ kind: TaskKind.rendezvous, edges });
	}
	const graph = builder.build();
	const times = simulate(graph);
	return {
		...graph,
		measuredStartNs: times.startNs,
		measuredEndNs: times.finishNs,
		steps: graph.steps.map((step) => ({
			...step,
			measuredStartNs: times.finishNs[step.beginTask]!,
			measuredEndNs: times.finishNs[step.endTask]!,
		})),
	};
}

function writeRank(
	builder: GraphBuilder,
	script: readonly Action[],
	begin: number,
	meetings: Map<string, number[]>,
	firstMeeting: number,
	order: readonly string[] = [],
): number {
	builder.rank();
	const thread = builder.processor("thread", "1");
	const stream = builder.processor("stream", "7");
	let last = begin;
	let onStream: number | undefined;
	let end = begin + 1;
	const add = (spec: TaskSpec): number => {
		builder.task(spec);
		return end++;
	};
	const onThread = (spec: TaskSpec): void => {
		const kind = last === begin ? EdgeKind.entry : EdgeKind.intraThread;
		last = add({ ...spec, processor: thread, edges: [{ from: last, kind }] });
	};
	const launch = (spec: TaskSpec): void => {
		onThread({ kind: TaskKind.launch, name: "cudaLaunchKernel" });
		const before: EdgeSpec[] = onStream === undefined ? [] : [{ from: onStream, kind: EdgeKind.intraStream }];
		onStream = add({ ...spec, processor: stream, edges: [...before, { from: last, kind: EdgeKind.launch }] });
	};
	onThread({ kind: TaskKind.marker, name: "ProfilerStep#1" });
	const beginTask = last;
	for (const action of script) {
		if ("cpu" in action) onThread({ kind: TaskKind.cpuOp, name: action.name ?? "", durationNs: action.cpu });
		else if ("kernel" in action) launch({ kind: TaskKind.kernel, name: action.name ?? "", durationNs: action.kernel });
		else if ("meet" in action) {
			const shape = formatMessage({
				collective: action.collective ?? "allreduce",
				inElems: 1000,
				outElems: 1000,
				dtype: "Float",
				group: action.meet.split("#")[0]!,
			});
			const communication = { name: "ncclDevKernel", shape };
			launch({ kind: TaskKind.arrive, ...communication });
			meetings.set(action.meet, [...(meetings.get(action.meet) ?? []), onStream!]);
			const meeting = firstMeeting + order.indexOf(action.meet);
			onStream = add({
				kind: TaskKind.transfer,
				...communication,
				processor: stream,
				durationNs: action.wire,
				edges: [
					{ from: onStream!, kind: EdgeKind.intraStream },
					{ from: meeting, kind: EdgeKind.collective },
				],
			});
		} else {
			onThread({ kind: TaskKind.syncCall, name: "cudaDeviceSynchronize" });
			onThread({ kind: TaskKind.syncReturn, name: "cudaDeviceSynchronize" });
			builder.wait(last, stream);
		}
	}
	onThread({ kind: TaskKind.syncCall, name: "cudaDeviceSynchronize" });
	onThread({ kind: TaskKind.syncReturn, name: "cudaDeviceSynchronize" });
	builder.wait(last, stream);
	onThread({ kind: TaskKind.marker, name: "ProfilerStep#1" });
	builder.step(1, beginTask, last, 0, 0);
	return end - begin;
}

export function timesOf(graph: ExecutionGraph): BoundTimes {
	return simulate(graph);
}
