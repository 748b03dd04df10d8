/**
 * Cuts what a rank did in a step into segments: what stands before the first pass, the layers of the passes and their
 * ends, exchanges between stages, reductions and gathers over replicas, and the rest behind the last pass. A segment is
 * the tasks of its CPU side and all that these launched.
 */
import { EdgeKind, type ExecutionGraph, type GraphStep, TaskKind } from "../../graph/graph.js";
import { BEFORE_LAYERS, BEHIND_LAYERS, PassKind, type TaskLabels } from "../../graph/rank/labels.js";
import type { MessagePart } from "../blocks/messages.js";
import type { CommFacts } from "./comm-facts.js";

export type SegmentKind = "begin" | "before" | "layer" | "behind" | "exchange" | "data" | "tail";

export interface Segment {
	readonly kind: SegmentKind;
	/** Of segments in passes: which pass of the rank, and of what kind. */
	readonly pass: number;
	readonly passKind: PassKind;
	/** As ranges number layers. */
	readonly layer: number;
	/** Of exchanges: the messages of each of their kernels, in the order of their launches. */
	readonly parts: readonly (readonly MessagePart[])[];
	/** Tasks of the graph, ascending. */
	readonly tasks: Uint32Array;
}

/** A rank of the graph with what is known of its tasks; numbers of tasks in `labels` and `comms` count from `begin`. */
export interface TracedRank {
	readonly rank: number;
	readonly begin: number;
	readonly end: number;
	readonly labels: TaskLabels;
	readonly comms: ReadonlyMap<number, CommFacts>;
}

interface Draft {
	readonly kind: SegmentKind;
	readonly pass: number;
	readonly passKind: PassKind;
	readonly layer: number;
	readonly parts: MessagePart[][];
	readonly tasks: number[];
}

/** In the order in which the CPU came to them. */
export function cutStep(graph: ExecutionGraph, traced: TracedRank, step: GraphStep): Segment[] {
	const { begin, end, labels, comms } = traced;
	const { kind, predOffset, pred, edgeKind } = graph;
	const isCpu = (task: number): boolean => kind[task]! >= TaskKind.cpuOp && kind[task]! <= TaskKind.marker;
	const callFacts = factsOfCalls(graph, traced);
	const last = step.endTask;
	const cpu: number[] = [];
	for (let task = step.beginTask; task <= last; task++) if (isCpu(task)) cpu.push(task);

	const segments: Draft[] = [];
	const ofPass = new Map<string, Draft>();
	const segmentOf = new Int32Array(end - begin).fill(-1);
	const open = (segment: Omit<Draft, "tasks" | "parts">): Draft => {
		const draft = { ...segment, tasks: [], parts: [] };
		segments.push(draft);
		return draft;
	};
	const lastPassTask = cpu.findLastIndex((task) => labels.pass[task - begin]! >= 0);
	const lastExchange = cpu.findLastIndex((task) => callFacts.get(labels.call[task - begin]!)?.role === "message");
	const tailBegin = Math.max(lastPassTask, lastExchange) + 1;
	let current = open({ kind: "begin", pass: -1, passKind: PassKind.forward, layer: -1 });
	let currentCall = 0;
	/** Tasks between passes that belong to no exchange: the next pass begins with them. */
	let between: number[] = [];
	cpu.forEach((task, i) => {
		const local = task - begin;
		const call = labels.call[local]!;
		const facts = callFacts.get(call);
		const pass = labels.pass[local]!;
		const isNewCall = call !== currentCall;
		if (facts?.role === "data" || facts?.role === "expertData") {
			if (isNewCall) current = open({ kind: "data", pass, passKind: PassKind.backward, layer: -1 });
		} else if (facts?.role === "message" && pass < 0) {
			if (isNewCall) {
				const lead = between;
				between = [];
				current = open({ kind: "exchange", pass: -1, passKind: PassKind.forward, layer: -1 });
				current.tasks.push(...lead);
			}
		} else if (pass >= 0) {
			const passKind = labels.passKind[pass]! as PassKind;
			const place = labels.place[local]!;
			const key = `${pass} ${place}`;
			let own = ofPass.get(key);
			if (own === undefined) {
				const at = place === BEFORE_LAYERS ? "before" : place === BEHIND_LAYERS ? "behind" : "layer";
				own = open({ kind: at, pass, passKind, layer: place });
				ofPass.set(key, own);
				own.tasks.push(...between);
				between = [];
			}
			current = own;
		} else if (i >= tailBegin) {
			if (current.kind !== "tail" && !(current.kind === "data" && isTrailing(kind[task]!, graph, task)))
				current = open({ kind: "tail", pass: -1, passKind: PassKind.forward, layer: -1 });
		} else if (current.kind !== "begin" && current.kind !== "exchange") {
			between.push(task);
			currentCall = call;
			return;
		}
		currentCall = call;
		current.tasks.push(task);
	});
	segments.forEach((segment, s) => {
		for (const task of segment.tasks) segmentOf[task - begin] = s;
	});
	for (let task = begin; task < end; task++) {
		if (kind[task]! < TaskKind.kernel) continue;
		let of = -1;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const from = pred[e]! >> 1;
			const ties =
				edgeKind[e] === EdgeKind.launch || (kind[from] === TaskKind.arrive && kind[task] !== TaskKind.arrive);
			if (ties && from >= begin && from < end) of = segmentOf[from - begin]!;
		}
		if (of < 0) continue;
		segmentOf[task - begin] = of;
		segments[of]!.tasks.push(task);
		const facts = comms.get(task - begin);
		if (facts && facts.parts.length > 0) segments[of]!.parts.push([...facts.parts]);
	}
	return segments.map((draft): Segment => ({ ...draft, tasks: Uint32Array.from(draft.tasks).sort() }));
}

/** Behind a reduction: calls that let a stream wait for it, and the like. */
function isTrailing(kind: number, graph: ExecutionGraph, task: number): boolean {
	return kind === TaskKind.runtime && /Wait|Record/.test(graph.strings[graph.name[task]!]!);
}

/** What the device work that a call launched communicates. */
export function factsOfCalls(
	graph: ExecutionGraph,
	{ begin, comms, labels }: TracedRank,
): ReadonlyMap<number, CommFacts> {
	const { predOffset, pred, edgeKind, kind } = graph;
	const facts = new Map<number, CommFacts>();
	for (const [row, known] of comms) {
		// A transfer follows its arrival, and that the launch.
		let task = begin + row;
		for (let hop = 0; hop < 2; hop++) {
			for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
				const from = pred[e]! >> 1;
				if (edgeKind[e] === EdgeKind.launch) {
					const call = labels.call[from - begin]!;
					if (call > 0) facts.set(call, known);
				} else if (kind[from] === TaskKind.arrive) task = from;
			}
		}
	}
	return facts;
}
