/**
 * What a rank did before it arrived at each collective. From an arrival back along the predecessors that settled each
 * start there is a last collective that it came from: the way between the two is a leg, and all of it is work of that
 * rank, so that arrival = moment in which the ranks met before + length of the leg.
 */
import { EdgeKind, type ExecutionGraph, type GraphRank, TaskKind } from "../graph/graph.js";
import { BindingCursor, type BoundTimes } from "./binding.js";
import { DeviceClass, type DeviceWork } from "./device-work.js";

/** What a rank can be late for. */
export const Cause = {
	/** Kernels and copies, and what the device needs between them. */
	computing: 0,
	/** The CPU: operators, launches, their latency. */
	launching: 1,
	/** The time on the wire of the collective that the leg began with, and communication whose peers are not at hand. */
	communicating: 2,
	/** Work under way when the capture began, and what nothing explains. */
	other: 3,
} as const;
export type Cause = (typeof Cause)[keyof typeof Cause];
export const CAUSES = 4;

/** No collective before: the leg began with the capture. */
export const NO_MEETING = 0xffffffff;

/** The arrivals of one rank, in the order of their tasks; a transfer that waits for several meetings comes once for each. */
export interface Legs {
	readonly arrival: Uint32Array;
	/** The rendezvous that the rank arrives at. */
	readonly meeting: Uint32Array;
	/** The rendezvous that the leg began with, or NO_MEETING. */
	readonly previous: Uint32Array;
	/** Length of the leg by cause: CAUSES entries an arrival, ns. They add up to its length. */
	readonly spentNs: Float64Array;
}

const CAUSE_OF_TASK = new Uint8Array(Math.max(...Object.values(TaskKind)) + 1).fill(Cause.launching);
CAUSE_OF_TASK[TaskKind.kernel] = Cause.computing;
CAUSE_OF_TASK[TaskKind.memory] = Cause.computing;
CAUSE_OF_TASK[TaskKind.comm] = Cause.communicating;
CAUSE_OF_TASK[TaskKind.transfer] = Cause.communicating;
CAUSE_OF_TASK[TaskKind.source] = Cause.other;

const CAUSE_OF_EDGE = new Uint8Array(Math.max(...Object.values(EdgeKind)) + 1).fill(Cause.launching);
CAUSE_OF_EDGE[EdgeKind.intraStream] = Cause.computing;
CAUSE_OF_EDGE[EdgeKind.interStream] = Cause.computing;
CAUSE_OF_EDGE[EdgeKind.collective] = Cause.communicating;
CAUSE_OF_EDGE[EdgeKind.entry] = Cause.other;

export function legsOf(graph: ExecutionGraph, rank: GraphRank, work: DeviceWork, times: BoundTimes): Legs {
	const arrival: number[] = [];
	const meeting: number[] = [];
	for (let piece = 0; piece < work.count; piece++) {
		const transfer = work.last[piece]!;
		if (work.deviceClass[piece] !== DeviceClass.communication || graph.kind[transfer] !== TaskKind.transfer) continue;
		for (let edge = graph.predOffset[transfer]!; edge < graph.predOffset[transfer + 1]!; edge++) {
			if (graph.edgeKind[edge] !== EdgeKind.collective) continue;
			arrival.push(work.first[piece]!);
			meeting.push(graph.pred[edge]! >>> 1);
		}
	}
	const walk = new LegWalk(graph, rank, times);
	const previous = new Uint32Array(arrival.length);
	const spentNs = new Float64Array(CAUSES * arrival.length);
	for (let row = 0; row < arrival.length; row++) previous[row] = walk.read(arrival[row]!, spentNs, CAUSES * row);
	return { arrival: Uint32Array.from(arrival), meeting: Uint32Array.from(meeting), previous, spentNs };
}

/** Walks back from tasks of a rank; where a walk meets an earlier one it takes over what that found, so each task is walked once. */
class LegWalk {
	readonly #graph: ExecutionGraph;
	readonly #rank: GraphRank;
	readonly #times: BoundTimes;
	readonly #binding: BindingCursor;
	/** By task of the rank: its row in what follows + 1, 0 where no walk came by. */
	readonly #rowOf: Uint32Array;
	#rows = 0;
	#previous = new Uint32Array(256);
	/** From the meeting to the start of the task, by cause. */
	#spentNs = new Float64Array(CAUSES * 256);
	/** Tasks on the way back. */
	#way = new Uint32Array(256);

	constructor(graph: ExecutionGraph, rank: GraphRank, times: BoundTimes) {
		this.#graph = graph;
		this.#rank = rank;
		this.#times = times;
		this.#binding = new BindingCursor(graph, times);
		this.#rowOf = new Uint32Array(rank.end - rank.begin);
	}

	/** Writes the leg that ends with the start of `task`; returns the meeting that it began with. */
	read(task: number, into: Float64Array, at: number): number {
		const row = this.#walk(task);
		for (let cause = 0; cause < CAUSES; cause++) into[at + cause] = this.#spentNs[CAUSES * row + cause]!;
		return this.#previous[row]!;
	}

	#walk(from: number): number {
		const { begin, end } = this.#rank;
		const { kind } = this.#graph;
		const binding = this.#binding;
		const rowOf = this.#rowOf;
		let way = this.#way;
		let steps = 0;
		let task = from;
		while (rowOf[task - begin] === 0) {
			const met = kind[task] === TaskKind.transfer;
			if (met || !binding.find(task) || binding.task < begin || binding.task >= end) {
				this.#begin(task);
				break;
			}
			if (steps === way.length) {
				if (steps > end - begin) throw new Error(`the binding predecessors of task ${from} form a cycle`);
				this.#way = new Uint32Array(2 * steps);
				this.#way.set(way);
				way = this.#way;
			}
			way[steps++] = task;
			task = binding.task;
		}
		while (steps > 0) {
			task = way[--steps]!;
			this.#follow(task);
		}
		return rowOf[task - begin]! - 1;
	}

	/** A leg begins with a transfer, when the ranks have met, or with a task that nothing settled. */
	#begin(task: number): void {
		const { startNs } = this.#times;
		const meeting = this.#graph.kind[task] === TaskKind.transfer ? this.#meetingOf(task) : NO_MEETING;
		const to = this.#newRow(task, meeting);
		this.#spentNs[to + Cause.other] = startNs[task]! - (meeting === NO_MEETING ? 0 : startNs[meeting]!);
	}

	/** The leg to `task` is that to the task which settled its start, that task's work, and the delay between the two. */
	#follow(task: number): void {
		const { startNs, finishNs } = this.#times;
		const binding = this.#binding;
		binding.find(task);
		const settledBy = binding.task;
		const before = this.#rowOf[settledBy - this.#rank.begin]! - 1;
		const to = this.#newRow(task, this.#previous[before]!);
		const spent = this.#spentNs;
		for (let cause = 0; cause < CAUSES; cause++) spent[to + cause] = spent[CAUSES * before + cause]!;
		if (binding.fromFinish)
			spent[to + CAUSE_OF_TASK[this.#graph.kind[settledBy]!]!]! += finishNs[settledBy]! - startNs[settledBy]!;
		spent[to + CAUSE_OF_EDGE[binding.kind]!]! += startNs[task]! - binding.atNs;
	}

	/** The last of the meetings that a transfer waits for. */
	#meetingOf(transfer: number): number {
		const { predOffset, pred, edgeKind } = this.#graph;
		const { startNs } = this.#times;
		let last = NO_MEETING;
		for (let edge = predOffset[transfer]!; edge < predOffset[transfer + 1]!; edge++) {
			if (edgeKind[edge] !== EdgeKind.collective) continue;
			const meeting = pred[edge]! >>> 1;
			if (last === NO_MEETING || startNs[meeting]! > startNs[last]!) last = meeting;
		}
		return last;
	}

	/** Returns where its times stand. */
	#newRow(task: number, previous: number): number {
		const row = this.#rows++;
		if (row === this.#previous.length) {
			const wider = new Uint32Array(2 * row);
			wider.set(this.#previous);
			this.#previous = wider;
			const spent = new Float64Array(2 * CAUSES * row);
			spent.set(this.#spentNs);
			this.#spentNs = spent;
		}
		this.#previous[row] = previous;
		this.#rowOf[task - this.#rank.begin] = row + 1;
		return CAUSES * row;
	}
}
