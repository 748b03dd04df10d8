/** Builds execution graphs by hand, for tests of what comes after the graph. */
import {
	EdgeKind,
	EXACT,
	type ExecutionGraph,
	type GraphRank,
	type GraphStep,
	NO_PROCESSOR,
	type Processor,
	TaskKind,
} from "../../src/graph/graph.js";

export interface EdgeSpec {
	readonly from: number;
	/** `start`: from the start of the predecessor. */
	readonly at?: "start" | "finish";
	readonly kind: EdgeKind;
	readonly delayNs?: number;
	readonly confidence?: number;
}

export interface TaskSpec {
	readonly kind: TaskKind;
	readonly processor?: number;
	readonly name?: string;
	readonly shape?: string;
	readonly startNs?: number;
	readonly durationNs?: number;
	/** Where what the task does is not what was measured. */
	readonly measuredEndNs?: number;
	readonly edges?: readonly EdgeSpec[];
}

/** Collects tasks in order; `build` packs them into flat arrays. */
export class GraphBuilder {
	readonly #tasks: TaskSpec[] = [];
	#open = false;
	readonly #processors: Processor[] = [];
	readonly #steps: GraphStep[] = [];
	readonly #ranks: GraphRank[] = [];
	readonly #waits: { task: number; stream: number; delayNs: number; confidence: number }[] = [];
	readonly #strings: string[] = [""];
	readonly #ids = new Map<string, number>([["", 0]]);

	rank(rank = this.#ranks.length): this {
		this.#closeRank();
		this.#open = true;
		this.#ranks.push({
			rank,
			begin: this.#tasks.length,
			end: -1,
			clockOffsetNs: 0,
			clockDriftPpm: 0,
			clockResidualNs: null,
			deviceName: "Test GPU",
			path: `rank${rank}.json`,
		});
		this.task({ kind: TaskKind.source, processor: NO_PROCESSOR });
		return this;
	}

	processor(kind: Processor["kind"], id: string, name = ""): number {
		return this.#processors.push({ rank: this.#current().rank, kind, id, name }) - 1;
	}

	/** What follows belongs to no rank: the meetings of collectives. */
	betweenRanks(): this {
		this.#closeRank();
		this.#open = false;
		return this;
	}

	task(spec: TaskSpec): number {
		return this.#tasks.push(spec) - 1;
	}

	wait(task: number, stream: number, delayNs = 0, confidence: number = EXACT): this {
		this.#waits.push({ task, stream, delayNs, confidence });
		return this;
	}

	step(step: number | "all", beginTask: number, endTask: number, startNs: number, endNs: number): this {
		const { rank } = this.#current();
		this.#steps.push({ rank, step, beginTask, endTask, measuredStartNs: startNs, measuredEndNs: endNs });
		return this;
	}

	build(): ExecutionGraph {
		this.#closeRank();
		const tasks = this.#tasks;
		const edges = tasks.flatMap((task) => task.edges ?? []);
		const predOffset = new Uint32Array(tasks.length + 1);
		tasks.forEach((task, i) => {
			predOffset[i + 1] = predOffset[i]! + (task.edges?.length ?? 0);
		});
		const start = tasks.map((task) => task.startNs ?? 0);
		return {
			taskCount: tasks.length,
			edgeCount: edges.length,
			ranks: this.#ranks,
			processors: this.#processors,
			steps: this.#steps,
			kind: Uint8Array.from(tasks, (task) => task.kind),
			processor: Uint32Array.from(tasks, (task) => task.processor ?? NO_PROCESSOR),
			name: Uint32Array.from(tasks, (task) => this.#intern(task.name ?? "")),
			shape: Uint32Array.from(tasks, (task) => this.#intern(task.shape ?? "")),
			durationNs: Float64Array.from(tasks, (task) => task.durationNs ?? 0),
			measuredStartNs: Float64Array.from(start),
			measuredEndNs: Float64Array.from(tasks, (task, i) => task.measuredEndNs ?? start[i]! + (task.durationNs ?? 0)),
			predOffset,
			pred: Uint32Array.from(edges, (edge) => 2 * edge.from + (edge.at === "start" ? 0 : 1)),
			delayNs: Float64Array.from(edges, (edge) => edge.delayNs ?? 0),
			edgeKind: Uint8Array.from(edges, (edge) => edge.kind),
			confidence: Uint8Array.from(edges, (edge) => edge.confidence ?? EXACT),
			waitTask: Uint32Array.from(this.#waits, (wait) => wait.task),
			waitStream: Uint32Array.from(this.#waits, (wait) => wait.stream),
			waitDelayNs: Float64Array.from(this.#waits, (wait) => wait.delayNs),
			waitConfidence: Uint8Array.from(this.#waits, (wait) => wait.confidence),
			strings: this.#strings,
		};
	}

	#current(): GraphRank {
		return this.#ranks[this.#ranks.length - 1]!;
	}

	#closeRank(): void {
		if (!this.#open) return;
		const last = this.#ranks.pop();
		if (last !== undefined) this.#ranks.push({ ...last, end: this.#tasks.length });
	}

	#intern(text: string): number {
		const known = this.#ids.get(text);
		if (known !== undefined) return known;
		this.#ids.set(text, this.#strings.length);
		return this.#strings.push(text) - 1;
	}
}

/**
 * One rank, one step of 100 us: a thread that launches two kernels, then waits for its stream.
 *
 *     thread 1  | op 0..10 | launch 10..14 | op 14..30 | launch 30..34 | sync 34..36 ........ return 90 | end 100
 *     stream 7                 |  gemm 20..50  |        | ncclAllReduce 60..90 |
 */
export function oneStepGraph(): ExecutionGraph {
	const builder = new GraphBuilder().rank(0);
	const thread = builder.processor("thread", "1", "main");
	const stream = builder.processor("stream", "7");
	const us = 1000;
	const after = (from: number, delayNs = 0): EdgeSpec => ({ from, kind: EdgeKind.intraThread, delayNs });
	const begin = builder.task({
		kind: TaskKind.marker,
		processor: thread,
		name: "ProfilerStep#3",
		edges: [{ from: 0, kind: EdgeKind.entry }],
	});
	const op = builder.task({
		kind: TaskKind.cpuOp,
		processor: thread,
		name: "aten::mm",
		durationNs: 10 * us,
		edges: [after(begin)],
	});
	const launch = builder.task({
		kind: TaskKind.launch,
		processor: thread,
		name: "cudaLaunchKernel",
		startNs: 10 * us,
		durationNs: 4 * us,
		edges: [after(op)],
	});
	const gemm = builder.task({
		kind: TaskKind.kernel,
		processor: stream,
		name: "gemm",
		startNs: 20 * us,
		durationNs: 30 * us,
		edges: [{ from: launch, at: "start", kind: EdgeKind.launch, delayNs: 10 * us }],
	});
	const op2 = builder.task({
		kind: TaskKind.cpuOp,
		processor: thread,
		name: "c10d::allreduce_",
		startNs: 14 * us,
		durationNs: 16 * us,
		edges: [after(launch)],
	});
	const launch2 = builder.task({
		kind: TaskKind.launch,
		processor: thread,
		name: "cudaLaunchKernelExC",
		startNs: 30 * us,
		durationNs: 4 * us,
		edges: [after(op2)],
	});
	const reduce = builder.task({
		kind: TaskKind.comm,
		processor: stream,
		name: "ncclDevKernel_AllReduce",
		startNs: 60 * us,
		durationNs: 30 * us,
		edges: [
			{ from: launch2, at: "start", kind: EdgeKind.launch, delayNs: 10 * us },
			{ from: gemm, kind: EdgeKind.intraStream, delayNs: 10 * us, confidence: 200 },
		],
	});
	const sync = builder.task({
		kind: TaskKind.syncCall,
		processor: thread,
		name: "cudaDeviceSynchronize",
		startNs: 34 * us,
		durationNs: 2 * us,
		edges: [after(launch2)],
	});
	const returned = builder.task({
		kind: TaskKind.syncReturn,
		processor: thread,
		name: "cudaDeviceSynchronize",
		startNs: 90 * us,
		edges: [after(sync)],
	});
	builder.wait(returned, stream);
	const end = builder.task({
		kind: TaskKind.marker,
		processor: thread,
		name: "ProfilerStep#3",
		startNs: 100 * us,
		edges: [after(returned, 10 * us)],
	});
	expectOrder([begin, op, launch, gemm, op2, launch2, reduce, sync, returned, end]);
	return builder.step(3, begin, end, 0, 100 * us).build();
}

/** The diagram above names tasks by number; a new task in between would shift them. */
function expectOrder(tasks: readonly number[]): void {
	tasks.forEach((task, i) => {
		if (task !== i + 1) throw new Error(`task ${task} expected as ${i + 1}`);
	});
}
