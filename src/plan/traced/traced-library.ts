/** The segments of a base run by what they are for, so that a plan can draw instances of each. */
import { EdgeKind, type ExecutionGraph, TaskKind } from "../../graph/graph.js";
import { PassKind } from "../../graph/rank/labels.js";
import { lastAtMost } from "../../lib/sort.js";
import { type CommFacts, type RankGrid, stageOfRank } from "./comm-facts.js";
import { type TracedLanes, tracedLanes } from "./lanes.js";
import { Draws, sample } from "./random.js";
import { kernelNames, type Recompute, recomputedTasks, recomputeOf } from "./recomputed.js";
import { cutStep, factsOfCalls, type Segment, type TracedRank } from "./segments.js";

/** One run of a segment by all ranks of a tensor group at once; what they do together must not be drawn apart. */
export interface Instance {
	/** By the rank's place in the tensor group. */
	readonly segments: readonly Segment[];
	readonly stage: number;
}

/** What the steps of one tensor group consist of behind the last pass. */
export type Tail = readonly Instance[];

/** A stream that goes on only after a transfer. */
export interface StreamWait {
	/** Of the graph. */
	readonly processor: number;
	/** From the end of the transfer until the stream could go on, beyond its own gap between kernels, ns. */
	readonly delayNs: number;
}

export interface TracedLibrary {
	readonly graph: ExecutionGraph;
	readonly ranks: readonly TracedRank[];
	readonly grid: RankGrid;
	readonly lanes: TracedLanes;
	/** What backward passes of the run compute again. */
	readonly recompute: Recompute;
	/** The tasks of a segment that do. */
	recomputedIn(segment: Segment): ReadonlySet<number>;
	/** Chunks of a stage that passes of the base run were of. */
	readonly pools: ReadonlyMap<string, readonly Instance[]>;
	/** By role of the stage. */
	readonly tails: ReadonlyMap<string, readonly Tail[]>;
	/** Exchanges in one kernel: of these messages, else of any. */
	exchangesLike(messages: string): readonly Instance[];
	factsOf(task: number): CommFacts | undefined;
	/** Of a CPU task in the call of a collective: what that is. */
	callFactsOf(task: number): CommFacts | undefined;
	/** The transfer that follows each arrival. */
	readonly transferOf: ReadonlyMap<number, number>;
	/** Of transfers that another segment waits for: which stream does. */
	readonly awaited: ReadonlyMap<number, StreamWait>;
	/** Waits of the graph by their task. */
	readonly waitsOf: ReadonlyMap<number, readonly number[]>;
	/** Of all kernels of the run, ns; Infinity where it has none. */
	readonly shortestKernelNs: number;
	readonly steps: number;
}

const NO_TASKS: ReadonlySet<number> = new Set();

/** What makes the ends of a stage differ from those of another. */
export function stageRole(isFirst: boolean, isLast: boolean): string {
	return isFirst ? (isLast ? "only" : "first") : isLast ? "last" : "middle";
}

/** Key of the pool of a segment that is part of a pass. */
export function passKey(passKind: PassKind, kind: "before" | "layer" | "behind", end: boolean): string {
	return `${passKind} ${kind}${end && kind !== "layer" ? " end" : ""}`;
}

/**
 * Instances of a segment that plans draw from, where there are more: the mean of so many is off by an eighth of the
 * spread of one, and a plan of hundreds of ranks need not cut the whole run.
 */
const MOST_INSTANCES = 64;

/** @param skipSteps steps that warm up. */
export function tracedLibrary(
	graph: ExecutionGraph,
	ranks: readonly TracedRank[],
	grid: RankGrid,
	skipSteps: number,
): TracedLibrary {
	const calls = new Map(ranks.map((rank) => [rank, factsOfCalls(graph, rank)] as const));
	const begins = ranks.map(({ begin }) => begin);
	const rankOf = (task: number): TracedRank | undefined => ranks[lastAtMost(begins, task)];
	const pools = new Map<string, Instance[]>();
	const tails = new Map<string, Tail[]>();
	const put = (key: string, instance: Instance): void => {
		const pool = pools.get(key);
		if (pool) pool.push(instance);
		else pools.set(key, [instance]);
	};
	const groups = new Map<number, TracedRank[]>();
	/** By task: the segment that it is in, counted over all; 0 for none, and for what tails wait for by themselves. */
	const segmentOf = new Uint32Array(graph.taskCount);
	let segmentCount = 0;
	for (const rank of ranks) {
		const group = Math.floor(rank.rank / grid.tensor);
		groups.set(group, [...(groups.get(group) ?? []), rank]);
	}
	let steps = 0;
	for (const members of groups.values()) {
		const stage = stageOfRank(grid, members[0]!.rank);
		const isFirst = stage === 0;
		const isLast = stage === grid.pipeline - 1;
		const stepsOf = members.map((member) =>
			graph.steps.filter(({ rank, step }) => rank === member.rank && step !== "all").slice(skipSteps),
		);
		steps = stepsOf[0]!.length;
		for (let step = 0; step < steps; step++) {
			const cuts = members.map((member, m) => cutStep(graph, member, stepsOf[m]![step]!));
			for (const cut of cuts) {
				for (const { kind, tasks } of cut) {
					segmentCount++;
					if (kind !== "data") for (const task of tasks) segmentOf[task] = segmentCount;
				}
			}
			const layers = cuts[0]!.filter(({ kind }) => kind === "layer").map(({ layer }) => layer);
			const lowest = Math.min(...layers);
			const highest = Math.max(...layers);
			const layersOfPass = new Map<number, number[]>();
			for (const { kind, pass, layer } of cuts[0]!)
				if (kind === "layer") layersOfPass.set(pass, [...(layersOfPass.get(pass) ?? []), layer]);
			const tail: Instance[] = [];
			cuts[0]!.forEach((segment, i) => {
				const segments = cuts.map((cut) => cut[i]!);
				const instance = { segments, stage };
				const ofPass = layersOfPass.get(segment.pass) ?? [];
				switch (segment.kind) {
					case "begin":
						put(`begin ${stageRole(isFirst, isLast)}`, instance);
						break;
					case "before":
						put(passKey(segment.passKind, "before", isFirst && ofPass.includes(lowest)), instance);
						break;
					case "behind":
						put(passKey(segment.passKind, "behind", isLast && ofPass.includes(highest)), instance);
						break;
					case "layer":
						put(passKey(segment.passKind, "layer", false), instance);
						break;
					case "exchange":
						put(`exchange ${segment.parts.map((parts) => parts.join("+")).join()}`, instance);
						break;
					default:
						if (segment.kind === "tail" || segment.pass < 0) tail.push(instance);
						if (segment.kind === "data") put(`data ${opOf(segment)}`, instance);
				}
			});
			const role = stageRole(isFirst, isLast);
			tails.set(role, [...(tails.get(role) ?? []), tail]);
		}
	}
	function factsOf(task: number): CommFacts | undefined {
		const rank = rankOf(task);
		return rank?.comms.get(task - rank.begin);
	}
	function callFactsOf(task: number): CommFacts | undefined {
		const rank = rankOf(task);
		return rank && calls.get(rank)!.get(rank.labels.call[task - rank.begin]!);
	}
	function opOf(segment: Segment): string {
		for (const task of segment.tasks) {
			const facts = factsOf(task);
			if (facts?.op !== undefined) return facts.op;
		}
		return "none";
	}
	const draws = new Draws(pools.size);
	for (const [key, pool] of pools) pools.set(key, [...sample(pool, MOST_INSTANCES, draws)]);
	const [forward] = pools.get(passKey(PassKind.forward, "layer", false)) ?? [];
	const [backward] = pools.get(passKey(PassKind.backward, "layer", false)) ?? [];
	const names = (instance: Instance | undefined): string[] =>
		instance ? kernelNames(graph, instance.segments[0]!) : [];
	const recompute = recomputeOf(names(forward), names(backward));
	function recomputedIn(segment: Segment): ReadonlySet<number> {
		const isOfLayer = segment.kind === "layer" && segment.passKind === PassKind.backward;
		return isOfLayer && forward ? recomputedTasks(graph, recompute, segment, forward.segments[0]!) : NO_TASKS;
	}
	const exchanges = new Map<string, readonly Instance[]>();
	function exchangesLike(messages: string): readonly Instance[] {
		let found = exchanges.get(messages);
		if (found === undefined) {
			const all = [...pools].filter(([key]) => key.startsWith("exchange ")).flatMap(([, pool]) => pool);
			found = (pools.get(`exchange ${messages}`) ?? all).filter(({ segments }) => segments[0]!.parts.length === 1);
			exchanges.set(messages, found);
		}
		return found;
	}
	return {
		graph,
		ranks,
		grid,
		recompute,
		recomputedIn,
		exchangesLike,
		lanes: tracedLanes(graph, ranks),
		pools,
		tails,
		factsOf,
		callFactsOf,
		transferOf: transfers(graph, ranks),
		steps,
		awaited: streamWaits(graph, segmentOf),
		waitsOf: waitsByTask(graph),
		shortestKernelNs: shortestKernel(graph),
	};
}

function waitsByTask({ waitTask }: ExecutionGraph): Map<number, readonly number[]> {
	const waits = new Map<number, number[]>();
	waitTask.forEach((task, wait) => {
		const list = waits.get(task);
		if (list) list.push(wait);
		else waits.set(task, [wait]);
	});
	return waits;
}

function shortestKernel({ kind, durationNs, taskCount }: ExecutionGraph): number {
	let shortest = Number.POSITIVE_INFINITY;
	for (let task = 0; task < taskCount; task++)
		if (kind[task] === TaskKind.kernel) shortest = Math.min(shortest, durationNs[task]!);
	return shortest;
}

/**
 * A wait for communication stands in the trace as an edge of the next kernel, whatever that is; it belongs to who
 * communicates, since the same kernel of another instance has nothing to wait for. Only reductions over replicas are
 * waited for much later, by what stands behind the last pass.
 */
function streamWaits(graph: ExecutionGraph, segmentOf: Uint32Array): Map<number, StreamWait> {
	const { predOffset, pred, edgeKind, delayNs, processor, kind } = graph;
	const waits = new Map<number, StreamWait>();
	for (let task = 0; task < graph.taskCount; task++) {
		let gapNs = 0;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++)
			if (edgeKind[e] === EdgeKind.intraStream) gapNs = delayNs[e]!;
		for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++) {
			const from = pred[e]! >> 1;
			const communicates = kind[from] === TaskKind.transfer || kind[from] === TaskKind.comm;
			if (edgeKind[e] !== EdgeKind.interStream || !communicates) continue;
			if (segmentOf[from] === 0 || segmentOf[from] === segmentOf[task]) continue;
			waits.set(from, { processor: processor[task]!, delayNs: Math.max(0, delayNs[e]! - gapNs) });
		}
	}
	return waits;
}

function transfers(graph: ExecutionGraph, ranks: readonly TracedRank[]): Map<number, number> {
	const { predOffset, pred, kind } = graph;
	const transferOf = new Map<number, number>();
	for (const { begin, comms } of ranks) {
		for (const row of comms.keys()) {
			const task = begin + row;
			for (let e = predOffset[task]!; e < predOffset[task + 1]!; e++)
				if (kind[pred[e]! >> 1] === TaskKind.arrive) transferOf.set(pred[e]! >> 1, task);
		}
	}
	return transferOf;
}
