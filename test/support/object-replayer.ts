/**
 * Algorithm 1 of the Lumos paper, literally: tasks are objects, the ready set is a Set, a clock for every processor,
 * and runtime dependencies are asked for each time a task is picked. Written against the graph's definition alone, as
 * the independent answer that the engine is compared with, and as its rival in the bench.
 *
 * Where the paper leaves things open: `pick` takes the earliest feasible start, then the lowest number; what a blocking
 * call waits for is settled the first time it is picked; edges may start from a predecessor's start and carry a delay.
 */
import type { SimulationGraph } from "../../src/engine/index.js";
import { EdgeKind, NO_PROCESSOR } from "../../src/graph/graph.js";

export interface Task {
	readonly id: number;
	readonly processor: Processor | undefined;
	readonly duration: number;
	readonly dependents: Dependent[];
	readonly waits: Wait[];
	/** Settled at the first pick. */
	runtime: { task: Task; delay: number }[] | undefined;
	dep: number;
	start: number;
	/** Undefined until it ran. */
	end: number | undefined;
	readonly fixedDeps: number;
	/** How many of the dependents are fixed; the rest came while simulating. */
	fixedDependents: number;
	/** Place among the work of its processor. */
	readonly place: number;
	/** Whether a call at hand launches it. */
	isLaunched: boolean;
}

interface Dependent {
	readonly task: Task;
	readonly fromStart: boolean;
	readonly delay: number;
	readonly isLaunch: boolean;
}

interface Wait {
	readonly stream: Processor;
	readonly delay: number;
}

interface Processor {
	clock: number;
	/** Its tasks in order. */
	readonly work: Task[];
	/** Place of the last task launched on it; -1 before the first. */
	lastLaunched: number;
	/** That place at the beginning. */
	launchedBefore: number;
}

/** Start and finish of every task, ns. */
export function replayObjects(graph: SimulationGraph): { startNs: Float64Array; finishNs: Float64Array } {
	const tasks = buildObjects(graph);
	runObjects(tasks);
	return {
		startNs: Float64Array.from(tasks, (task) => (task.end === undefined ? Number.NaN : task.start)),
		finishNs: Float64Array.from(tasks, (task) => task.end ?? Number.NaN),
	};
}

/** Runs Algorithm 1 from its first line, as often as one likes. */
export function runObjects(tasks: readonly Task[]): void {
	const ready = new Set<Task>();
	for (const task of tasks) {
		reset(task);
		if (task.dep === 0) ready.add(task);
	}
	while (ready.size > 0) {
		const task = pick(ready);
		ready.delete(task);
		const unfinished = getRuntimeDependencies(task);
		if (unfinished.length > 0) {
			for (const { task: source, delay } of unfinished) {
				source.dependents.push({ task, fromStart: false, delay, isLaunch: false });
				task.dep += 1;
			}
			continue;
		}
		task.start = feasibleStart(task);
		if (pickAgain(task)) {
			ready.add(task);
			continue;
		}
		task.end = task.start + task.duration;
		if (task.processor) task.processor.clock = task.end;
		for (const dependent of task.dependents) {
			const time = (dependent.fromStart ? task.start : task.end) + dependent.delay;
			const other = dependent.task;
			if (dependent.isLaunch) launch(other);
			other.dep -= 1;
			other.start = Math.max(other.start, task.start, time);
			if (other.dep === 0) ready.add(other);
		}
	}
}

function reset(task: Task): void {
	task.dep = task.fixedDeps;
	task.dependents.length = task.fixedDependents;
	task.start = 0;
	task.end = undefined;
	task.runtime = undefined;
	if (!task.processor) return;
	task.processor.clock = 0;
	task.processor.lastLaunched = task.processor.launchedBefore;
}

function pick(ready: Set<Task>): Task {
	let best: Task | undefined;
	let bestStart = Infinity;
	for (const task of ready) {
		const start = feasibleStart(task);
		if (best === undefined || start < bestStart || (start === bestStart && task.id < best.id)) {
			best = task;
			bestStart = start;
		}
	}
	return best!;
}

function feasibleStart(task: Task): number {
	return Math.max(task.start, task.processor?.clock ?? 0);
}

/** The tasks that must still run before this one can: what was launched last on the streams that it waits for. */
function getRuntimeDependencies(task: Task): { task: Task; delay: number }[] {
	if (task.waits.length === 0) return [];
	if (!task.runtime) {
		task.runtime = [];
		for (const { stream, delay } of task.waits) {
			const last = stream.work[stream.lastLaunched];
			if (last) task.runtime.push({ task: last, delay });
		}
	}
	return task.runtime.filter((dependency) => dependency.task.end === undefined);
}

/** Whether what the task waits for has run, but ends only later: then it is picked again at that time. */
function pickAgain(task: Task): boolean {
	let start = task.start;
	for (const { task: source, delay } of task.runtime ?? []) start = Math.max(start, source.end! + delay);
	if (start === task.start) return false;
	task.start = start;
	return true;
}

/** Puts a task on its stream, and with it the work behind it that no call at hand launches. */
function launch(task: Task): void {
	const processor = task.processor!;
	let place = task.place;
	while (place + 1 < processor.work.length && !processor.work[place + 1]!.isLaunched) place++;
	processor.lastLaunched = Math.max(processor.lastLaunched, place);
}

export function buildObjects(graph: SimulationGraph): Task[] {
	const processors = new Map<number, Processor>();
	const processorOf = (id: number): Processor => {
		const processor = processors.get(id) ?? { clock: 0, work: [], lastLaunched: -1, launchedBefore: -1 };
		processors.set(id, processor);
		return processor;
	};
	const tasks: Task[] = [];
	for (let id = 0; id < graph.taskCount; id++) {
		const on = graph.processor[id]!;
		const processor = on === NO_PROCESSOR ? undefined : processorOf(on);
		const task: Task = {
			id,
			processor,
			duration: graph.durationNs[id]!,
			dependents: [],
			waits: [],
			runtime: undefined,
			dep: 0,
			fixedDeps: graph.predOffset[id + 1]! - graph.predOffset[id]!,
			fixedDependents: 0,
			start: 0,
			end: undefined,
			place: processor ? processor.work.length : -1,
			isLaunched: false,
		};
		processor?.work.push(task);
		tasks.push(task);
	}
	for (const task of tasks) {
		for (let e = graph.predOffset[task.id]!; e < graph.predOffset[task.id + 1]!; e++) {
			const isLaunch = graph.edgeKind[e] === EdgeKind.launch;
			if (isLaunch) task.isLaunched = true;
			const fromStart = (graph.pred[e]! & 1) === 0;
			tasks[graph.pred[e]! >>> 1]!.dependents.push({ task, fromStart, delay: graph.delayNs[e]!, isLaunch });
		}
	}
	for (const task of tasks) task.fixedDependents = task.dependents.length;
	// What no call at hand launches, with nothing launched before it on its stream, was there from the beginning.
	for (const processor of processors.values()) {
		while (processor.work[processor.launchedBefore + 1]?.isLaunched === false) processor.launchedBefore++;
	}
	for (let i = 0; i < graph.waitTask.length; i++) {
		const wait = { stream: processorOf(graph.waitStream[i]!), delay: graph.waitDelayNs[i]! };
		tasks[graph.waitTask[i]!]!.waits.push(wait);
	}
	return tasks;
}
