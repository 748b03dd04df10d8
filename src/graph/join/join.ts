/**
 * Puts the blocks of all ranks into one execution graph. In three strides, so that the middle one can be shared out
 * among threads: `planJoin` matches collectives, aligns clocks and gives every block its place; `placeBlock` writes a
 * block there; `completeJoin` writes the meetings, which need the arrivals of all ranks.
 */
import { Slab } from "../../lib/slab.js";
import type { TraceWarning } from "../../trace/columns.js";
import { type ClockLine, type Clocks, clockLines } from "../comms/clocks.js";
import { type CommMatches, type MatchOptions, matchComms } from "../comms/match.js";
import { noMatches } from "../comms/match-columns.js";
import { EdgeKind, EXACT, type ExecutionGraph, type GraphRank, NO_PROCESSOR, TaskKind } from "../graph.js";
import type { RankBlock } from "../rank/block.js";
import type { GraphColumns } from "./place.js";
import { type Layout, layOut, meetings, type Placement } from "./placement.js";
import { StringMerger } from "./strings.js";
import { joinWarnings } from "./warnings.js";

export interface GraphSize {
	readonly taskCount: number;
	readonly edgeCount: number;
	readonly waitCount: number;
}

/** The columns that a simulation reads: their owner may want them somewhere special. */
export type SimulatedColumns = Pick<
	ExecutionGraph,
	| "processor"
	| "durationNs"
	| "predOffset"
	| "pred"
	| "delayNs"
	| "edgeKind"
	| "waitTask"
	| "waitStream"
	| "waitDelayNs"
>;

export interface JoinOptions extends MatchOptions {
	/** Where simulated columns go. @default memory of their own */
	readonly allocate?: (size: GraphSize) => SimulatedColumns;
	/** Columns in shared memory. @default false */
	readonly shared?: boolean;
	/** Let no collective meet: each keeps its recorded duration. @default false */
	readonly apart?: boolean;
}

export interface JoinPlan {
	/** Its columns are empty until all blocks are placed and the join is complete. */
	readonly graph: ExecutionGraph;
	/** One a block. */
	readonly placements: readonly Placement[];
	readonly matches: CommMatches;
	readonly layout: Layout;
	readonly warnings: readonly TraceWarning[];
}

/** @param blocks one a rank, in the order of their ranks. */
export function planJoin(blocks: readonly RankBlock[], options: JoinOptions = {}): JoinPlan {
	const comms = blocks.map((block) => block.comms);
	const matched = matchComms(comms, options);
	const matches = options.apart ? { ...matched, ...noMatches } : matched;
	const { clocks } = matches;
	const lines = linesFromOrigin(blocks, clocks);
	const layout = layOut(blocks, matches);
	const names = new StringMerger();
	const meets = meetings(blocks, matches, layout.rankTasks);
	const placements = blocks.map(
		(block, b): Placement => ({
			firstTask: layout.firstTask[b]!,
			firstEdge: layout.firstEdge[b]!,
			firstWait: layout.firstWait[b]!,
			firstProcessor: layout.firstProcessor[b]!,
			clock: lines[b]!,
			stringId: names.add(block.strings),
			...meets[b]!,
		}),
	);
	const graph: ExecutionGraph = {
		taskCount: layout.taskCount,
		edgeCount: layout.edgeCount,
		ranks: blocks.map((block, b) => describeRank(block, layout.firstTask[b]!, clocks, b)),
		processors: blocks.flatMap(({ processors }) => processors),
		steps: blocks.flatMap((block, b) => stepsOf(block, placements[b]!)),
		...graphColumns(layout, options),
		strings: names.strings,
	};
	return { graph, placements, matches, layout, warnings: joinWarnings(blocks, matches) };
}

/** Time 0 of the common clock is the first moment of all ranks. */
function linesFromOrigin(blocks: readonly RankBlock[], clocks: Clocks): ClockLine[] {
	const lines = clockLines(blocks, clocks);
	const origin = Math.min(...blocks.map(({ firstNs }, b) => lines[b]!.scale * firstNs + lines[b]!.shiftNs));
	return lines.map(({ scale, shiftNs }) => ({ scale, shiftNs: shiftNs - origin }));
}

function describeRank(block: RankBlock, begin: number, clocks: Clocks, b: number): GraphRank {
	return {
		rank: block.rank,
		begin,
		end: begin + block.taskCount,
		clockOffsetNs: clocks.offsetNs[b]!,
		clockDriftPpm: clocks.driftPpm[b]!,
		clockResidualNs: Number.isNaN(clocks.residualNs[b]!) ? null : clocks.residualNs[b]!,
		deviceName: block.deviceName,
		path: block.path,
	};
}

function stepsOf({ steps }: RankBlock, { firstTask, clock }: Placement): ExecutionGraph["steps"] {
	return steps.map((step) => ({
		...step,
		beginTask: firstTask + step.beginTask,
		endTask: step.endTask === NO_PROCESSOR ? NO_PROCESSOR : firstTask + step.endTask,
		measuredStartNs: clock.scale * step.measuredStartNs + clock.shiftNs,
		measuredEndNs: clock.scale * step.measuredEndNs + clock.shiftNs,
	}));
}

function graphColumns(size: GraphSize, { allocate, shared = false }: JoinOptions): GraphColumns {
	const { taskCount: tasks, edgeCount: edges, waitCount: waits } = size;
	const perTask = 2 * Slab.room(8 * tasks) + 2 * Slab.room(4 * tasks) + Slab.room(tasks);
	const slab = new Slab(perTask + Slab.room(edges) + Slab.room(waits), shared);
	return {
		...(allocate ?? ((counts) => simulatedColumns(counts, shared)))(size),
		measuredStartNs: slab.f64(tasks),
		measuredEndNs: slab.f64(tasks),
		name: slab.u32(tasks),
		shape: slab.u32(tasks),
		kind: slab.u8(tasks),
		confidence: slab.u8(edges),
		waitConfidence: slab.u8(waits),
	};
}

function simulatedColumns(
	{ taskCount: tasks, edgeCount: edges, waitCount: waits }: GraphSize,
	shared: boolean,
): SimulatedColumns {
	const perTask = Slab.room(8 * tasks) + Slab.room(4 * tasks) + Slab.room(4 * (tasks + 1));
	const perEdge = Slab.room(8 * edges) + Slab.room(4 * edges) + Slab.room(edges);
	const slab = new Slab(perTask + perEdge + Slab.room(8 * waits) + 2 * Slab.room(4 * waits), shared);
	return {
		durationNs: slab.f64(tasks),
		delayNs: slab.f64(edges),
		waitDelayNs: slab.f64(waits),
		processor: slab.u32(tasks),
		predOffset: slab.u32(tasks + 1),
		pred: slab.u32(edges),
		waitTask: slab.u32(waits),
		waitStream: slab.u32(waits),
		edgeKind: slab.u8(edges),
	};
}

export interface CompletedJoin {
	readonly graph: ExecutionGraph;
	/**
	 * Whether measured times prove that the ranks' collectives do not wait for each other in a circle: on each rank, every
	 * transfer takes it further on from the last arrival than all edges that go back can take it back, so that each
	 * meeting lies later than the one before. Where they do not, nothing is known either way.
	 */
	readonly provenAcyclic: boolean;
}

/** Once all blocks are placed: where ranks meet. */
export function completeJoin(
	{ graph, placements, matches, layout }: JoinPlan,
	blocks: readonly RankBlock[],
): CompletedJoin {
	const { kind, processor, predOffset, pred, edgeKind, confidence, measuredStartNs, measuredEndNs } = graph;
	const { count, offset, memberRank, memberOp, waits } = matches;
	let edge = layout.edgeCount - memberRank.length;
	const leastGainNs = new Float64Array(blocks.length).fill(Number.POSITIVE_INFINITY);
	for (let match = 0; match < count; match++) {
		const rendezvous = layout.rankTasks + match;
		let latest = Number.NEGATIVE_INFINITY;
		for (let m = offset[match]!; m < offset[match + 1]!; m++) {
			const block = memberRank[m]!;
			const transfer = placements[block]!.firstTask + blocks[block]!.comms.row[memberOp[m]!]!;
			const arrival = pred[predOffset[transfer]!]! >> 1;
			pred[edge] = 2 * arrival + 1;
			edgeKind[edge] = EdgeKind.collective;
			confidence[edge++] = EXACT;
			if (measuredStartNs[arrival]! > latest) latest = measuredStartNs[arrival]!;
		}
		for (let m = offset[match]!; m < offset[match + 1]!; m++) {
			if (waits[m] !== 1) continue;
			const block = memberRank[m]!;
			const transfer = placements[block]!.firstTask + blocks[block]!.comms.row[memberOp[m]!]!;
			leastGainNs[block] = Math.min(leastGainNs[block]!, measuredEndNs[transfer]! - latest);
		}
		kind[rendezvous] = TaskKind.rendezvous;
		processor[rendezvous] = NO_PROCESSOR;
		predOffset[rendezvous + 1] = edge;
		measuredStartNs[rendezvous] = latest;
		measuredEndNs[rendezvous] = latest;
	}
	return { graph, provenAcyclic: blocks.every(({ backwardNs }, b) => backwardNs < leastGainNs[b]!) };
}
