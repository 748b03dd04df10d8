/**
 * What one rank of a training job does, seeded: a graph of its own, whose times say what to draw for each rank. A
 * positive one is the scale of a random time, a negative one is fixed.
 */
import { EdgeKind, TaskKind } from "../src/graph/graph.js";
import { type Edge, following, GraphBuilder, type TestGraph } from "../test/support/graph-builder.js";
import { SeededRandom } from "../test/support/seeded-random.js";

/** Processors of a rank: threads first, then streams. */
export const PROCESSORS = ["main", "autograd", "compute", "communication", "copy"] as const;
export const THREADS = 2;
const [MAIN, AUTOGRAD, COMPUTE, COMMUNICATION, COPY] = [0, 1, 2, 3, 4];
const LAYERS = 24;
const OPERATORS = 14;

/** A predecessor from here on stands for the meeting of a collective, in the order of `collectives`. */
export const MEETING = 2 ** 30;

export interface TrainingRank {
	readonly graph: TestGraph;
	readonly collectives: readonly { readonly arrival: number; readonly ofAll: boolean }[];
}

const fixed = (ns: number): number => -ns;

export function trainingRank(tasks: number, seed: number): TrainingRank {
	const builder = new GraphBuilder();
	const structure = new SeededRandom(seed);
	const last: number[] = [];
	const collectives: { arrival: number; ofAll: boolean }[] = [];
	let written = 0;

	const add = (kind: TaskKind, on: number | undefined, duration: number, edges: Edge[]): number => {
		const task = builder.task(kind, on, duration, edges);
		if (on !== undefined) last[on] = task;
		written++;
		return task;
	};
	const onThread = (kind: TaskKind, thread: number, duration: number, more: Edge[] = []): number => {
		const order = following(last[thread], EdgeKind.intraThread, structure.chance(0.6) ? 800 : 0);
		return add(kind, thread, duration, [...order, ...more]);
	};
	const launch = (thread: number, stream: number, kind: TaskKind, duration: number, more: Edge[] = []): number => {
		const call = onThread(TaskKind.launch, thread, 4000);
		const latency: Edge = { from: call, at: "start", kind: EdgeKind.launch, delayNs: 5000 };
		const order = following(last[stream], EdgeKind.intraStream, structure.chance(0.5) ? 900 : 0);
		return add(kind, stream, duration, [latency, ...order, ...more]);
	};
	const collective = (thread: number, ofAll: boolean): void => {
		onThread(TaskKind.cpuOp, thread, 9000);
		const ready = following(last[COMPUTE], EdgeKind.interStream);
		const meeting = MEETING + collectives.length;
		const arrival = launch(thread, COMMUNICATION, TaskKind.arrive, 0, ready);
		collectives.push({ arrival, ofAll });
		add(TaskKind.transfer, COMMUNICATION, 90_000, [
			...following(arrival, EdgeKind.intraStream),
			...following(meeting, EdgeKind.collective),
		]);
	};
	const layer = (thread: number, ofAll: boolean): void => {
		for (let i = 0; i < OPERATORS; i++) {
			const segments = 1 + structure.below(3);
			for (let k = 0; k < segments; k++) onThread(TaskKind.cpuOp, thread, 6000);
			const joins = i === 2 && last[COMMUNICATION] !== undefined;
			launch(
				thread,
				COMPUTE,
				TaskKind.kernel,
				25_000,
				joins ? following(last[COMMUNICATION], EdgeKind.interStream) : [],
			);
			if (structure.chance(0.3)) onThread(TaskKind.cpuOp, thread, 3000);
		}
		collective(thread, ofAll);
	};
	const pass = (thread: number): void => {
		for (let i = 1; i <= LAYERS; i++) layer(thread, i === LAYERS);
	};

	const source = add(TaskKind.source, undefined, 0, []);
	add(TaskKind.cpuOp, MAIN, fixed(1000), [{ from: source, kind: EdgeKind.entry }]);
	add(TaskKind.cpuOp, AUTOGRAD, fixed(1000), [{ from: source, kind: EdgeKind.entry }]);
	while (written < tasks) {
		launch(MAIN, COPY, TaskKind.memory, 20_000);
		pass(MAIN);
		onThread(TaskKind.cpuOp, AUTOGRAD, 2000, following(last[MAIN], EdgeKind.interThread, fixed(5000)));
		pass(AUTOGRAD);
		onThread(TaskKind.cpuOp, MAIN, 2000, following(last[AUTOGRAD], EdgeKind.interThread, fixed(5000)));
		onThread(TaskKind.syncCall, MAIN, 3000);
		const back = onThread(TaskKind.syncReturn, MAIN, 0);
		builder.wait(back, COMPUTE, fixed(1500));
		builder.wait(back, COMMUNICATION, fixed(1500));
	}
	return { graph: builder.build(), collectives };
}
