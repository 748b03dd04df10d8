/**
 * A typical run instead of the recorded one: every task takes the mean duration of its kind over the whole trace, and
 * every delay is the mean of its kind where it was what the task waited for.
 */
import { EdgeKind, type ExecutionGraph, TaskKind } from "./graph.js";

/**
 * No launch and no pair of kernels takes this long, ns: such a lag is a wait for something that the trace does not show.
 * It stays as it is and does not count into the mean of its kind.
 */
const UNEXPLAINED_NS = 50_000;

export interface Timing {
	readonly durationNs: Float64Array;
	readonly delayNs: Float64Array;
	readonly waitDelayNs: Float64Array;
}

export function recordedTiming({ durationNs, delayNs, waitDelayNs }: ExecutionGraph): Timing {
	return { durationNs, delayNs, waitDelayNs };
}

export function typicalTiming(graph: ExecutionGraph): Timing {
	return { durationNs: typicalDurations(graph), ...typicalDelays(graph) };
}

/** Mean of a kind: same rank, same sort of task, same name, same shape. Ranks differ, so each has means of its own. */
function typicalDurations(graph: ExecutionGraph): Float64Array {
	const groups = new Means(graph.taskCount);
	const { kind, name, shape, durationNs } = graph;
	const key = (task: number): number => (shape[task]! * graph.strings.length + name[task]!) * 16 + kind[task]!;
	for (const rank of graph.ranks) {
		groups.startAfresh();
		for (let task = rank.begin; task < rank.end; task++) groups.add(task, key(task), durationNs[task]!);
	}
	return groups.result();
}

function typicalDelays(graph: ExecutionGraph): { delayNs: Float64Array; waitDelayNs: Float64Array } {
	const { taskCount, predOffset, pred, edgeKind, delayNs, name, measuredStartNs, measuredEndNs } = graph;
	const names = graph.strings.length;
	const means = new Means(delayNs.length);
	for (let task = 0, rank = -1; task < taskCount; task++) {
		if (task === graph.ranks[rank + 1]?.begin) {
			rank++;
			means.startAfresh();
		}
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const from = pred[e]! >> 1;
			const origin = pred[e]! & 1 ? measuredEndNs[from]! : measuredStartNs[from]!;
			// Only the edge that bound the task shows what its kind takes.
			const bound = Math.abs(origin + delayNs[e]! - measuredStartNs[task]!) < 0.5;
			const key = ((edgeKeyName(graph, e, from) * names + name[task]!) * 16 + edgeKind[e]!) * 2 + (pred[e]! & 1);
			const unexplained = isDeviceEdge(edgeKind[e]!) && delayNs[e]! > UNEXPLAINED_NS;
			if (edgeKind[e] === EdgeKind.entry || unexplained || (!bound && edgeKind[e] === EdgeKind.intraThread))
				means.fix(e, delayNs[e]!);
			else if (!bound) means.keep(e, key, delayNs[e]!);
			else means.add(e, key, delayNs[e]!);
		}
	}
	const waits = new Means(graph.waitDelayNs.length);
	for (const [w, task] of graph.waitTask.entries()) waits.add(w, name[task]!, graph.waitDelayNs[w]!);
	return { delayNs: means.result(), waitDelayNs: waits.result() };
}

function isDeviceEdge(kind: number): boolean {
	return kind === EdgeKind.launch || kind === EdgeKind.intraStream || kind === EdgeKind.interStream;
}

/** A gap of a thread is told apart by what stands on both its sides; other delays by what waits. */
function edgeKeyName(graph: ExecutionGraph, edge: number, from: number): number {
	return graph.edgeKind[edge] === EdgeKind.intraThread || graph.kind[from] === TaskKind.source ? graph.name[from]! : 0;
}

class Means {
	private readonly group: Uint32Array;
	private readonly values: Float64Array;
	private ids = new Map<number, number>();
	// Group 0 is nobody's: what is never added keeps its value.
	private readonly sums = [0];
	private readonly counts = [0];

	constructor(count: number) {
		this.group = new Uint32Array(count);
		this.values = new Float64Array(count);
	}

	/** Kinds seen from here on are none of those seen before. */
	startAfresh(): void {
		this.ids = new Map();
	}

	add(index: number, key: number, value: number): void {
		const id = this.idOf(key);
		this.group[index] = id;
		this.sums[id]! += value;
		this.counts[id]!++;
	}

	/** Takes the mean of its group if the group has one, else keeps its value. */
	keep(index: number, key: number, value: number): void {
		this.group[index] = this.idOf(key);
		this.values[index] = value;
	}

	/** Keeps its own value. */
	fix(index: number, value: number): void {
		this.keep(index, -1, value);
	}

	private idOf(key: number): number {
		let id = this.ids.get(key);
		if (id === undefined) {
			id = this.sums.push(0) - 1;
			this.counts.push(0);
			this.ids.set(key, id);
		}
		return id;
	}

	result(): Float64Array {
		return this.values.map((kept, i) => {
			const id = this.group[i]!;
			return this.counts[id]! > 0 ? this.sums[id]! / this.counts[id]! : kept;
		});
	}
}
