/**
 * Graphs like those of training jobs, seeded: every rank has a main thread and an autograd thread, a compute, a
 * communication and a copy stream; operators launch kernels, a layer ends in a collective that the next waits for, the
 * backward pass runs on the autograd thread, a step ends with a blocking call. Tasks are numbered as the graph builder
 * numbers them: rank by rank, what the ranks share behind all of them.
 */
import type { SimulationGraph } from "../src/engine/index.js";
import { EdgeKind, TaskKind } from "../src/graph/graph.js";
import { type Edge, following, GraphBuilder } from "../test/support/graph-builder.js";
import { SeededRandom } from "../test/support/seeded-random.js";

const THREADS = 2;
const STREAMS = 3;
const PER_RANK = THREADS + STREAMS;
const MAIN = 0;
const AUTOGRAD = 1;
const COMPUTE = 2;
const COMMUNICATION = 3;
const COPY = 4;
const LAYERS = 24;
const OPERATORS = 14;

/** About `tasksPerRank` tasks for each of `ranks` ranks. */
export function trainingGraph(ranks: number, tasksPerRank: number, seed = 1): SimulationGraph {
	// The structure is the same on all ranks, so the first run says how many tasks a rank has.
	const { tasks, collectives } = writeRank(new GraphBuilder(), 0, tasksPerRank, seed, 0);
	const builder = new GraphBuilder();
	const arrivals: number[][] = collectives.map(() => []);
	for (let rank = 0; rank < ranks; rank++) {
		const written = writeRank(builder, rank, tasksPerRank, seed, ranks * tasks);
		written.collectives.forEach((arrival, i) => {
			arrivals[i]!.push(arrival);
		});
	}
	for (const members of arrivals) {
		const edges: Edge[] = members.map((from) => ({ from, kind: EdgeKind.collective }));
		builder.task(TaskKind.rendezvous, undefined, 0, edges);
	}
	return builder.build();
}

/** Writes one rank; `firstMeeting` is the number of the first rendezvous. Returns its arrivals. */
function writeRank(builder: GraphBuilder, rank: number, tasksPerRank: number, seed: number, firstMeeting: number) {
	const structure = new SeededRandom(seed);
	const times = new SeededRandom(seed + 1 + rank);
	const last: number[] = [];
	const collectives: number[] = [];
	let tasks = 0;

	const add = (kind: TaskKind, on: number | undefined, durationNs: number, edges: Edge[]): number => {
		const task = builder.task(kind, on === undefined ? undefined : rank * PER_RANK + on, durationNs, edges);
		if (on !== undefined) last[on] = task;
		tasks++;
		return task;
	};
	const nanoseconds = (scale: number) => Math.round(scale * (0.3 + times.next() ** 4 * 5));
	const onThread = (kind: TaskKind, thread: number, durationNs: number, more: Edge[] = []): number =>
		add(kind, thread, durationNs, [
			...following(last[thread], EdgeKind.intraThread, structure.chance(0.6) ? nanoseconds(800) : 0),
			...more,
		]);
	const launch = (thread: number, stream: number, kind: TaskKind, durationNs: number, more: Edge[] = []): number => {
		const call = onThread(TaskKind.launch, thread, nanoseconds(4000));
		const latency: Edge = { from: call, at: "start", kind: EdgeKind.launch, delayNs: nanoseconds(5000) };
		const order = following(last[stream], EdgeKind.intraStream, structure.chance(0.5) ? nanoseconds(900) : 0);
		return add(kind, stream, durationNs, [latency, ...order, ...more]);
	};
	const collective = (thread: number): void => {
		onThread(TaskKind.cpuOp, thread, nanoseconds(9000));
		const ready = following(last[COMPUTE], EdgeKind.interStream);
		const arrival = launch(thread, COMMUNICATION, TaskKind.arrive, 0, ready);
		collectives.push(arrival);
		const meeting = firstMeeting + collectives.length - 1;
		add(TaskKind.transfer, COMMUNICATION, nanoseconds(90_000), [
			...following(arrival, EdgeKind.intraStream),
			...following(meeting, EdgeKind.collective),
		]);
	};
	const layer = (thread: number): void => {
		for (let i = 0; i < OPERATORS; i++) {
			const segments = 1 + structure.below(3);
			for (let k = 0; k < segments; k++) onThread(TaskKind.cpuOp, thread, nanoseconds(6000));
			const joins = i === 2 && last[COMMUNICATION] !== undefined;
			const more = joins ? following(last[COMMUNICATION], EdgeKind.interStream) : [];
			launch(thread, COMPUTE, TaskKind.kernel, nanoseconds(25_000), more);
			if (structure.chance(0.3)) onThread(TaskKind.cpuOp, thread, nanoseconds(3000));
		}
		collective(thread);
	};

	const source = add(TaskKind.source, undefined, 0, []);
	add(TaskKind.cpuOp, MAIN, 1000, [{ from: source, kind: EdgeKind.entry }]);
	add(TaskKind.cpuOp, AUTOGRAD, 1000, [{ from: source, kind: EdgeKind.entry }]);
	while (tasks < tasksPerRank) {
		launch(MAIN, COPY, TaskKind.memory, nanoseconds(20_000));
		for (let i = 0; i < LAYERS; i++) layer(MAIN);
		const handOver = following(last[MAIN], EdgeKind.interThread, 5000);
		onThread(TaskKind.cpuOp, AUTOGRAD, nanoseconds(2000), handOver);
		for (let i = 0; i < LAYERS; i++) layer(AUTOGRAD);
		onThread(TaskKind.cpuOp, MAIN, nanoseconds(2000), following(last[AUTOGRAD], EdgeKind.interThread, 5000));
		onThread(TaskKind.syncCall, MAIN, nanoseconds(3000));
		const back = onThread(TaskKind.syncReturn, MAIN, 0);
		builder.wait(back, rank * PER_RANK + COMPUTE, 1500);
		builder.wait(back, rank * PER_RANK + COMMUNICATION, 1500);
	}
	return { tasks, collectives };
}
