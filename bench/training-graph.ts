/**
 * Graphs like those of training jobs, seeded: every rank has a main thread and an autograd thread, a compute, a
 * communication and a copy stream; operators launch kernels, a layer ends in a collective of eight ranks that the next
 * waits for, the backward pass runs on the autograd thread, each pass ends with a collective of all ranks, a step with a
 * blocking call. All ranks do the same (training-rank.ts), and take their own time for it. Tasks are numbered as the
 * graph builder numbers them: rank by rank, what the ranks share behind all of them.
 */
import { allocateColumns } from "../src/engine/index.js";
import { EdgeKind, EXACT, type ExecutionGraph, NO_PROCESSOR, TaskKind } from "../src/graph/graph.js";
import { SeededRandom } from "../test/support/seeded-random.js";
import { MEETING, PROCESSORS, THREADS, trainingRank } from "./training-rank.js";

/** Ranks that meet in the collective of a layer. */
const GROUP = 8;

/** About `tasksPerRank` tasks for each of `ranks` ranks; what the engine reads is in its own memory. */
export function trainingGraph(ranks: number, tasksPerRank: number, seed = 1): ExecutionGraph {
	const { graph: rank, collectives } = trainingRank(tasksPerRank, seed);
	const firstMeeting = ranks * rank.taskCount;
	const groupSizes = collectives.map(({ ofAll }) => (ofAll ? ranks : GROUP));
	const meetings: number[] = [];
	let taskCount = firstMeeting;
	for (const size of groupSizes) {
		meetings.push(taskCount);
		taskCount += Math.ceil(ranks / size);
	}
	const edgeCount = ranks * (rank.edgeCount + collectives.length);
	const columns = allocateColumns({ taskCount, edgeCount, waitCount: ranks * rank.waitTask.length });
	const { durationNs, predOffset, pred, delayNs, edgeKind, processor, waitTask, waitStream, waitDelayNs } = columns;
	const kind = new Uint8Array(taskCount);

	for (let r = 0; r < ranks; r++) {
		const random = new SeededRandom(seed + 1 + r);
		const draw = (ns: number): number => (ns > 0 ? Math.round(ns * (0.3 + random.next() ** 4 * 5)) : Math.abs(ns));
		const task = r * rank.taskCount;
		const edge = r * rank.edgeCount;
		const wait = r * rank.waitTask.length;
		const on = r * PROCESSORS.length;
		kind.set(rank.kind, task);
		edgeKind.set(rank.edgeKind, edge);
		for (let i = 0; i < rank.taskCount; i++) {
			durationNs[task + i] = draw(rank.durationNs[i]!);
			processor[task + i] = rank.processor[i] === NO_PROCESSOR ? NO_PROCESSOR : on + rank.processor[i]!;
			predOffset[task + i] = edge + rank.predOffset[i]!;
		}
		for (let i = 0; i < rank.edgeCount; i++) {
			const collective = (rank.pred[i]! >>> 1) - MEETING;
			const met = collective < 0 ? 0 : meetings[collective]! + Math.floor(r / groupSizes[collective]!);
			pred[edge + i] = collective < 0 ? 2 * task + rank.pred[i]! : 2 * met + 1;
			delayNs[edge + i] = draw(rank.delayNs[i]!);
		}
		for (let i = 0; i < rank.waitTask.length; i++) {
			waitTask[wait + i] = task + rank.waitTask[i]!;
			waitStream[wait + i] = on + rank.waitStream[i]!;
			waitDelayNs[wait + i] = draw(rank.waitDelayNs[i]!);
		}
	}
	let edge = ranks * rank.edgeCount;
	collectives.forEach(({ arrival }, i) => {
		for (let r = 0; r < ranks; r++) {
			const meeting = meetings[i]! + Math.floor(r / groupSizes[i]!);
			if (r % groupSizes[i]! === 0) predOffset[meeting] = edge;
			pred[edge] = 2 * (r * rank.taskCount + arrival) + 1;
			edgeKind[edge++] = EdgeKind.collective;
		}
	});
	predOffset[taskCount] = edge;
	kind.fill(TaskKind.rendezvous, firstMeeting);
	processor.fill(NO_PROCESSOR, firstMeeting);
	return { taskCount, edgeCount, kind, ...columns, ...described(ranks, rank.taskCount, taskCount, columns) };
}

/** What the engine does not read: all tasks have one name, and were measured at 0. */
function described(
	ranks: number,
	tasksPerRank: number,
	taskCount: number,
	columns: ReturnType<typeof allocateColumns>,
) {
	const all = Array.from({ length: ranks }, (_, rank) => rank);
	const nothing = new Uint32Array(taskCount);
	const never = new Float64Array(taskCount);
	return {
		ranks: all.map((rank) => ({
			rank,
			begin: rank * tasksPerRank,
			end: (rank + 1) * tasksPerRank,
			clockOffsetNs: 0,
			clockDriftPpm: 0,
			clockResidualNs: null,
			deviceName: "",
			path: "",
		})),
		processors: all.flatMap((rank) =>
			PROCESSORS.map((name, i) => ({
				rank,
				kind: i < THREADS ? ("thread" as const) : ("stream" as const),
				id: `${i}`,
				name,
			})),
		),
		steps: [],
		name: nothing,
		shape: nothing,
		measuredStartNs: never,
		measuredEndNs: never,
		confidence: new Uint8Array(columns.pred.length).fill(EXACT),
		waitConfidence: new Uint8Array(columns.waitTask.length).fill(EXACT),
		strings: [""],
	};
}
