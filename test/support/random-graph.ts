/**
 * Random executions: ranks with two threads and three streams that run operators, launch kernels, wait for streams,
 * hand over to each other and meet in collectives. Such a graph can always be run to its end: a thread that launches on
 * a stream waits for the launch before it, and only first threads launch collectives, in one order on all ranks.
 */
import fc from "fast-check";
import { EdgeKind, TaskKind } from "../../src/graph/graph.js";
import { type Edge, following, GraphBuilder, type TestGraph } from "./graph-builder.js";
import { SeededRandom } from "./seeded-random.js";

export interface RandomGraphShape {
	readonly seed: number;
	readonly ranks: number;
	/** Actions over all ranks; an action adds one to three tasks. */
	readonly actions: number;
	/** Times are small integers: many ties. Otherwise no two times are the same by chance. */
	readonly ties: boolean;
}

const THREADS = 2;
const STREAMS = 3;
const PER_RANK = THREADS + STREAMS;

export const randomGraphShape: fc.Arbitrary<RandomGraphShape> = fc.record({
	seed: fc.nat(),
	ranks: fc.integer({ min: 1, max: 3 }),
	actions: fc.integer({ min: 1, max: 120 }),
	ties: fc.boolean(),
});

class RandomExecution {
	readonly builder = new GraphBuilder();
	readonly #random: SeededRandom;
	readonly #shape: RandomGraphShape;
	/** Last task on each processor. */
	readonly #last: (number | undefined)[] = [];
	/** Last launching call on each stream, and the thread that made it. */
	readonly #lastCall: ({ call: number; thread: number } | undefined)[] = [];

	constructor(shape: RandomGraphShape) {
		this.#shape = shape;
		this.#random = new SeededRandom(shape.seed);
		for (let rank = 0; rank < shape.ranks; rank++) this.#begin(rank);
		for (let i = 0; i < shape.actions; i++) this.#act();
	}

	#time(): number {
		return this.#shape.ties ? this.#random.below(4) : 0.5 + this.#random.next() * 20;
	}

	/** The source, the threads' first tasks, and kernels that were launched before the capture. */
	#begin(rank: number): void {
		const source = this.builder.task(TaskKind.source, undefined, 0, []);
		for (let p = rank * PER_RANK; p < (rank + 1) * PER_RANK; p++) {
			const isThread = p < rank * PER_RANK + THREADS;
			if (!isThread && this.#random.chance(0.6)) continue;
			const kind = isThread ? TaskKind.cpuOp : TaskKind.kernel;
			const edges: Edge[] = [{ from: source, kind: EdgeKind.entry, delayNs: this.#time() }];
			this.#last[p] = this.builder.task(kind, p, this.#time(), edges);
		}
	}

	#act(): void {
		const rank = this.#random.below(this.#shape.ranks);
		const thread = rank * PER_RANK + this.#random.below(THREADS);
		const action = this.#random.next();
		if (action < 0.25) this.#cpu(thread);
		else if (action < 0.75) this.#launch(thread, this.#randomStream(rank));
		else if (action < 0.92) this.#sync(thread, rank);
		else this.#collective();
	}

	#randomStream(rank: number): number {
		return rank * PER_RANK + THREADS + this.#random.below(STREAMS);
	}

	#onThread(kind: TaskKind, thread: number, durationNs: number, more: readonly Edge[] = []): number {
		const edges = [...following(this.#last[thread], EdgeKind.intraThread, this.#time()), ...more];
		const task = this.builder.task(kind, thread, durationNs, edges);
		this.#last[thread] = task;
		return task;
	}

	#cpu(thread: number): void {
		const other = this.#last[thread % PER_RANK === 0 ? thread + 1 : thread - (thread % PER_RANK === 1 ? 1 : 0)];
		const handOver: Edge[] =
			other !== undefined && this.#random.chance(0.3)
				? [{ from: other, kind: EdgeKind.interThread, delayNs: this.#time() - (this.#random.chance(0.2) ? 8 : 0) }]
				: [];
		this.#onThread(TaskKind.cpuOp, thread, this.#time(), handOver);
	}

	/** A launching call; returns the edges of what it puts on the stream. */
	#call(thread: number, stream: number): Edge[] {
		const before = this.#lastCall[stream];
		const handOver =
			before && before.thread !== thread ? following(before.call, EdgeKind.interThread, this.#time()) : [];
		const call = this.#onThread(TaskKind.launch, thread, this.#time(), handOver);
		this.#lastCall[stream] = { call, thread };
		return [{ from: call, at: "start", kind: EdgeKind.launch, delayNs: this.#time() }];
	}

	#onStream(kind: TaskKind, stream: number, durationNs: number, edges: readonly Edge[]): number {
		const order = following(this.#last[stream], EdgeKind.intraStream, this.#random.chance(0.5) ? 0 : this.#time());
		const task = this.builder.task(kind, stream, durationNs, [...edges, ...order]);
		this.#last[stream] = task;
		return task;
	}

	#launch(thread: number, stream: number): void {
		const edges = this.#call(thread, stream);
		const other = this.#randomStream(Math.floor(stream / PER_RANK));
		const source = this.#last[other];
		if (other !== stream && source !== undefined && this.#random.chance(0.3)) {
			// The event was recorded before this call could wait for it.
			const recorded = this.#lastCall[other];
			if (!recorded || recorded.thread === thread) edges.push({ from: source, kind: EdgeKind.interStream });
		}
		this.#onStream(TaskKind.kernel, stream, this.#time(), edges);
		// One call may launch several kernels.
		if (this.#random.chance(0.1)) this.#onStream(TaskKind.kernel, stream, this.#time(), [edges[0]!]);
	}

	#sync(thread: number, rank: number): void {
		this.#onThread(TaskKind.syncCall, thread, this.#time());
		const back = this.#onThread(TaskKind.syncReturn, thread, 0);
		const all = this.#random.chance(0.3);
		const only = this.#randomStream(rank);
		for (let stream = rank * PER_RANK + THREADS; stream < (rank + 1) * PER_RANK; stream++) {
			if (all || stream === only) this.builder.wait(back, stream, this.#time());
		}
	}

	#collective(): void {
		const stream = THREADS + this.#random.below(STREAMS);
		const arrivals: number[] = [];
		for (let rank = 0; rank < this.#shape.ranks; rank++) {
			const on = rank * PER_RANK + stream;
			arrivals.push(this.#onStream(TaskKind.arrive, on, 0, this.#call(rank * PER_RANK, on)));
		}
		const members: Edge[] = arrivals.map((from) => ({ from, kind: EdgeKind.collective }));
		const meeting = this.builder.task(TaskKind.rendezvous, undefined, 0, members);
		const wire = this.#time();
		for (let rank = 0; rank < this.#shape.ranks; rank++) {
			const on = rank * PER_RANK + stream;
			this.#last[on] = this.builder.task(TaskKind.transfer, on, wire, following(meeting, EdgeKind.collective));
		}
	}
}

export function randomGraph(shape: RandomGraphShape): TestGraph {
	return new RandomExecution(shape).builder.build();
}

/** The same graph with other task numbers: task `t` becomes `number[t]`. */
export function relabel(graph: TestGraph, number: Uint32Array): TestGraph {
	const old = new Uint32Array(number.length);
	for (let task = 0; task < number.length; task++) old[number[task]!] = task;
	const builder = new GraphBuilder();
	for (const task of old) {
		const edges: Edge[] = [];
		for (let e = graph.predOffset[task]!; e < graph.predOffset[task + 1]!; e++) {
			const pred = graph.pred[e]!;
			edges.push({
				from: number[pred >>> 1]!,
				at: (pred & 1) === 0 ? "start" : "finish",
				delayNs: graph.delayNs[e]!,
				kind: graph.edgeKind[e] as EdgeKind,
			});
		}
		builder.task(graph.kind[task] as TaskKind, graph.processor[task]!, graph.durationNs[task]!, edges);
	}
	for (let i = 0; i < graph.waitTask.length; i++) {
		builder.wait(number[graph.waitTask[i]!]!, graph.waitStream[i]!, graph.waitDelayNs[i]!);
	}
	return builder.build();
}

/** A random permutation of 0 .. count - 1. */
export function shuffled(count: number, seed: number): Uint32Array {
	const random = new SeededRandom(seed);
	const numbers = Uint32Array.from({ length: count }, (_, i) => i);
	for (let i = count - 1; i > 0; i--) {
		const j = random.below(i + 1);
		[numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
	}
	return numbers;
}
