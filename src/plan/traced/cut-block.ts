/** From a segment of the base run's graph to a block: its tasks, its inner edges, and what it waits for outside. */
import { EdgeKind, type ExecutionGraph, NO_PROCESSOR, TaskKind } from "../../graph/graph.js";
import { type Block, NO_LANE } from "../block.js";
import { BlockBuilder } from "../block-builder.js";
import type { MessagePart } from "../blocks/messages.js";
import type { CommFacts } from "./comm-facts.js";
import { type Inserter, type KernelEdits, NOT_TRACED } from "./insert.js";
import type { StreamWait } from "./traced-library.js";

export interface CutOptions {
	/** Lane of a processor of the graph. */
	readonly laneOf: (processor: number) => number;
	/** Id in the library's strings of a string of the graph. */
	readonly stringOf: (id: number) => number;
	/** Nanoseconds that the task takes in the target; undefined where the target does not have it. */
	readonly durationOf: (task: number) => number | undefined;
	readonly factsOf: (task: number) => CommFacts | undefined;
	/** Transfers that a stream waits for whatever comes next on it. */
	readonly awaited: ReadonlyMap<number, StreamWait>;
	/** The messages of each kernel that exchanges, in place of those of the segment; in the order of the kernels. */
	readonly parts?: readonly (readonly MessagePart[])[];
	/** Bytes of a message in the target. */
	readonly messageBytes: number;
	/** Runtime waits of a task, by number in the graph. */
	readonly waitsOf: (task: number) => readonly number[];
	/** What the target communicates before and after kernels that the base run does not. */
	readonly edits: KernelEdits;
	/** Writes it. */
	readonly inserter: (builder: BlockBuilder) => Inserter;
}

export interface CutBlock {
	readonly block: Block;
	/** The graph's task of each of the block's, or NOT_TRACED. */
	readonly taskOf: readonly number[];
}

export function cutBlock(graph: ExecutionGraph, name: string, tasks: Uint32Array, options: CutOptions): CutBlock {
	const { kind, processor, predOffset, pred, delayNs, edgeKind, confidence } = graph;
	const { laneOf, stringOf, durationOf, factsOf, waitsOf, edits } = options;
	const builder = new BlockBuilder();
	const inserter = options.inserter(builder);
	const localOf = new Map<number, number>();
	const taskOf: number[] = [];
	const kernelOfLaunch = new Map<number, number>();
	for (const kernel of edits.keys()) {
		const launch = launchOf(graph, kernel);
		if (launch !== undefined) kernelOfLaunch.set(launch, kernel);
	}
	/** What was inserted belongs to no task of the graph. */
	const inserted = (count: number): void => {
		while (taskOf.length < count) taskOf.push(NOT_TRACED);
	};
	let exchange = 0;
	for (let i = 0; i < tasks.length; i++) {
		const task = tasks[i]!;
		const durationNs = durationOf(task);
		const launched = edits.get(kernelOfLaunch.get(task) ?? -1);
		const edit = edits.get(task);
		if (launched) for (const collective of launched.before) inserter.call(collective, laneOf(processor[task]!));
		if (edit) for (const collective of edit.before) inserter.collective(collective);
		inserted(builder.taskCount);
		if (durationNs !== undefined) write(task, durationNs);
		if (launched) for (const collective of launched.after) inserter.call(collective, laneOf(processor[task]!));
		if (edit) {
			if (edit.awaits) inserter.await();
			for (const collective of edit.after) inserter.collective(collective);
		}
		inserted(builder.taskCount);
	}
	for (let i = 0; i < tasks.length; i++) {
		const transfer = localOf.get(tasks[i]!);
		const wait = transfer === undefined ? undefined : options.awaited.get(tasks[i]!);
		if (transfer === undefined || wait === undefined) continue;
		const lane = laneOf(wait.processor);
		builder.task(TaskKind.memory, lane, stringOf(graph.name[tasks[i]!]!), 0, 0);
		builder.afterLane(lane, EdgeKind.intraStream);
		builder.after(transfer, EdgeKind.interStream, { delayNs: wait.delayNs });
	}
	inserted(builder.taskCount);
	return { block: builder.build(name), taskOf };

	function write(task: number, durationNs: number): void {
		const taskKind = kind[task]! as TaskKind;
		const lane = laneOf(processor[task]!);
		const facts = factsOf(task);
		const meets = taskKind === TaskKind.transfer || (taskKind === TaskKind.comm && facts !== undefined);
		const own = builder.task(
			meets ? TaskKind.transfer : taskKind,
			lane,
			stringOf(graph.name[task]!),
			stringOf(graph.shape[task]!),
			durationNs,
		);
		localOf.set(task, own);
		taskOf.push(task);
		let arrive = own;
		let ordered = lane === NO_LANE;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const from = pred[e]! >> 1;
			const because = edgeKind[e]! as EdgeKind;
			const how = {
				at: (pred[e]! & 1) === 0 ? ("start" as const) : ("finish" as const),
				delayNs: delayNs[e]!,
				confidence: confidence[e]!,
			};
			const local = localOf.get(from);
			if (because === EdgeKind.collective) continue;
			if (meets && kind[from] === TaskKind.arrive && local !== undefined) arrive = local;
			if (because === EdgeKind.intraThread || because === EdgeKind.intraStream) {
				builder.afterLane(lane, because, how);
				ordered = true;
			} else if (because === EdgeKind.entry || kind[from] === TaskKind.source) builder.afterLane(lane, because);
			else if (local !== undefined) builder.after(local, because, how);
			// A launch of another segment, or a place in the launch queue, which frees itself far ahead of its end.
			else if (because === EdgeKind.launch || (because === EdgeKind.sync && isLaunch(graph, task))) continue;
			// Said by the segment of the transfer itself, below.
			else if (options.awaited.has(from)) continue;
			else if (processor[from] !== NO_PROCESSOR) builder.afterLane(laneOf(processor[from]!), because, how);
		}
		// The first task of a stream or thread in the capture had nobody before it; in the target it may.
		if (!ordered) builder.afterLane(lane, isThread(taskKind) ? EdgeKind.intraThread : EdgeKind.intraStream);
		if (meets && facts) {
			if (facts.role === "message") {
				const parts = options.parts?.[exchange++] ?? facts.parts;
				for (const part of parts) builder.meeting(arrive, "message", options.messageBytes, part.startsWith("receive"));
			} else builder.meeting(arrive, facts.role, facts.bytes);
		}
		// What has been launched by then is what stands before it: a program's order is that of its launches.
		for (const wait of waitsOf(task))
			builder.afterLane(laneOf(graph.waitStream[wait]!), EdgeKind.sync, {
				delayNs: graph.waitDelayNs[wait]!,
				confidence: graph.waitConfidence[wait]!,
			});
	}
}

/** The call that launched device work, of an arrival's transfer the arrival's. */
export function launchOf(graph: ExecutionGraph, task: number): number | undefined {
	const { predOffset, pred, edgeKind, kind } = graph;
	for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
		const from = pred[e]! >> 1;
		if (edgeKind[e] === EdgeKind.launch) return from;
		if (kind[from] === TaskKind.arrive && kind[task] !== TaskKind.arrive) return launchOf(graph, from);
	}
	return undefined;
}

function isLaunch(graph: ExecutionGraph, task: number): boolean {
	return /launch|memset/i.test(graph.strings[graph.name[task]!]!);
}

function isThread(kind: TaskKind): boolean {
	return kind >= TaskKind.cpuOp && kind <= TaskKind.marker;
}
