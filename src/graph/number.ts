/**
 * Numbers the tasks of a rank: by measured start wherever the edges agree, else the nearest topological order. Edges
 * that inference got wrong can close a cycle: the weakest edge of each is dropped and reported.
 */
import { ascending, sortRows } from "../lib/sort.js";
import { FROM_FINISH, type RankDraft } from "./draft.js";

export interface Numbering {
	/** Draft tasks in their new order. */
	readonly order: Uint32Array;
	/** New number of each draft task, from 0. */
	readonly position: Uint32Array;
	/** Edges dropped to break cycles (1 = dropped). */
	readonly dropped: Uint8Array;
	readonly droppedCount: number;
}

export function numberTasks(draft: RankDraft): Numbering {
	const count = draft.taskCount;
	const dropped = new Uint8Array(draft.edgeCount);
	const byStart = sortRows(ascending(count), draft.startNs);
	// The source stands first even if something starts at the same moment.
	const position = positionsOf(byStart);
	if (isTopological(draft, position)) return { order: byStart, position, dropped, droppedCount: 0 };

	let droppedCount = 0;
	for (;;) {
		const { order, stuck } = kahn(draft, position, dropped);
		if (order.length === count) return { order, position: positionsOf(order), dropped, droppedCount };
		dropped[weakestOfCycle(draft, stuck, dropped)] = 1;
		droppedCount++;
	}
}

function positionsOf(order: Uint32Array): Uint32Array {
	const position = new Uint32Array(order.length);
	for (let i = 0; i < order.length; i++) position[order[i]!] = i;
	return position;
}

function isTopological(draft: RankDraft, position: Uint32Array): boolean {
	const from = draft.edgeFrom;
	const to = draft.edgeTo;
	for (let e = 0; e < draft.edgeCount; e++) if (position[from[e]! >> 1]! >= position[to[e]!]!) return false;
	return position[0] === 0;
}

/** Kahn's algorithm, always taking the ready task with the lowest wished position. */
function kahn(draft: RankDraft, wish: Uint32Array, dropped: Uint8Array): { order: Uint32Array; stuck: Uint8Array } {
	const count = draft.taskCount;
	const from = draft.edgeFrom;
	const to = draft.edgeTo;
	const open = new Uint32Array(count);
	const offset = new Uint32Array(count + 1);
	for (let e = 0; e < draft.edgeCount; e++) {
		if (dropped[e]) continue;
		open[to[e]!]!++;
		offset[(from[e]! >> 1) + 1]!++;
	}
	for (let t = 0; t < count; t++) offset[t + 1]! += offset[t]!;
	const next = offset.slice(0, count);
	const successors = new Uint32Array(offset[count]!);
	for (let e = 0; e < draft.edgeCount; e++) if (!dropped[e]) successors[next[from[e]! >> 1]!++] = to[e]!;

	const ready = new PositionHeap(wish);
	const stuck = new Uint8Array(count).fill(1);
	for (let t = 0; t < count; t++) if (open[t] === 0) ready.push(t);
	const order = new Uint32Array(count);
	let length = 0;
	for (let task = ready.pop(); task !== undefined; task = ready.pop()) {
		order[length++] = task;
		stuck[task] = 0;
		for (let i = offset[task]!; i < offset[task + 1]!; i++) {
			const successor = successors[i]!;
			open[successor]!--;
			if (open[successor] === 0) ready.push(successor);
		}
	}
	return { order: order.subarray(0, length), stuck };
}

/** Walks back from a stuck task until a task repeats: a cycle; its edge of least confidence. */
function weakestOfCycle(draft: RankDraft, stuck: Uint8Array, dropped: Uint8Array): number {
	const from = draft.edgeFrom;
	const to = draft.edgeTo;
	const edgeInto = new Map<number, number>();
	for (let e = 0; e < draft.edgeCount; e++) {
		if (!dropped[e] && stuck[to[e]!] && stuck[from[e]! >> 1] && !edgeInto.has(to[e]!)) edgeInto.set(to[e]!, e);
	}
	const seenAt = new Map<number, number>();
	const path: number[] = [];
	let task = edgeInto.keys().next().value as number;
	while (!seenAt.has(task)) {
		seenAt.set(task, path.length);
		const edge = edgeInto.get(task)!;
		path.push(edge);
		task = from[edge]! >> 1;
	}
	const cycle = path.slice(seenAt.get(task)!);
	const confidence = draft.edgeConfidence;
	return cycle.reduce((weakest, edge) => {
		if (confidence[edge]! !== confidence[weakest]!) return confidence[edge]! < confidence[weakest]! ? edge : weakest;
		// Among equals, an edge that the measured times contradict most goes first.
		return violation(draft, edge) > violation(draft, weakest) ? edge : weakest;
	});
}

function violation(draft: RankDraft, edge: number): number {
	const encoded = draft.edgeFrom[edge]!;
	const origin = encoded & FROM_FINISH ? draft.endNs[encoded >> 1]! : draft.startNs[encoded >> 1]!;
	return origin - draft.startNs[draft.edgeTo[edge]!]!;
}

/** A binary heap of tasks by wished position. */
class PositionHeap {
	private readonly tasks: number[] = [];

	constructor(private readonly wish: Uint32Array) {}

	push(task: number): void {
		const { tasks, wish } = this;
		let i = tasks.push(task) - 1;
		while (i > 0) {
			const parent = (i - 1) >> 1;
			if (wish[tasks[parent]!]! <= wish[task]!) break;
			tasks[i] = tasks[parent]!;
			i = parent;
		}
		tasks[i] = task;
	}

	pop(): number | undefined {
		const { tasks, wish } = this;
		const top = tasks[0];
		const last = tasks.pop();
		if (last === undefined || tasks.length === 0) return top;
		let i = 0;
		for (;;) {
			let child = 2 * i + 1;
			if (child >= tasks.length) break;
			if (child + 1 < tasks.length && wish[tasks[child + 1]!]! < wish[tasks[child]!]!) child++;
			if (wish[tasks[child]!]! >= wish[last]!) break;
			tasks[i] = tasks[child]!;
			i = child;
		}
		tasks[i] = last;
		return top;
	}
}
