/**
 * Puts the drafts of all ranks into one execution graph: numbered, in CSR form, names interned once.
 */
import { Slab } from "../lib/slab.js";
import { joinCollectives } from "./collectives.js";
import type { MatchColumns } from "./comms/match-columns.js";
import type { RankComms } from "./comms/rank-comms.js";
import { fillEdges } from "./csr.js";
import { fitDelays } from "./delays.js";
import type { DraftedRank } from "./drafted-rank.js";
import { type ExecutionGraph, type GraphRank, type GraphStep, NO_PROCESSOR, type Processor } from "./graph.js";
import { Interner } from "./interner.js";
import { numberTasks } from "./number.js";
import { permuteF64, permuteU8, permuteU32 } from "./permute.js";

export interface Assembled {
	readonly graph: ExecutionGraph;
	/** Of each runtime wait: the task it was seen to wait for (a source: nothing). */
	readonly waitTarget: Uint32Array;
	readonly droppedEdges: number;
}

/** @param comms of the same ranks, which the matches refer to. */
export function assemble(ranks: readonly DraftedRank[], comms: readonly RankComms[], matches: MatchColumns): Assembled {
	const numberings = ranks.map(({ draft }) => numberTasks(draft));
	const droppedEdges = numberings.reduce((sum, n) => sum + n.droppedCount, 0);
	const base: number[] = [];
	const processorBase: number[] = [];
	let taskCount = 0;
	let waitCount = 0;
	const processors: Processor[] = [];
	for (const { draft } of ranks) {
		base.push(taskCount);
		processorBase.push(processors.length);
		taskCount += draft.taskCount;
		waitCount += draft.waits.length;
		processors.push(...draft.processors);
	}
	const joined = joinCollectives(ranks, numberings, base, taskCount, comms, matches);
	taskCount += joined.rendezvousCount;
	const edgeCount = ranks.reduce((sum, r) => sum + r.draft.edgeCount, 0) - droppedEdges + joined.edgeFrom.length;

	const names = new Interner();
	const slab = new Slab(columnBytes(taskCount, edgeCount));
	const graph = {
		taskCount,
		edgeCount,
		processors,
		ranks: ranks.map(
			({ draft, trace, clock }, r): GraphRank => ({
				rank: trace.rank,
				begin: base[r]!,
				end: base[r]! + draft.taskCount,
				clockOffsetNs: clock.offsetNs,
				clockDriftPpm: clock.driftPpm,
				clockResidualNs: Number.isNaN(clock.residualNs) ? null : clock.residualNs,
				deviceName: trace.deviceName,
				path: trace.path,
			}),
		),
		steps: ranks.flatMap((rank, r) => stepsOf(rank, numberings[r]!.position, base[r]!)),
		kind: slab.u8(taskCount),
		processor: slab.u32(taskCount).fill(NO_PROCESSOR),
		name: slab.u32(taskCount),
		shape: slab.u32(taskCount),
		durationNs: slab.f64(taskCount),
		measuredStartNs: slab.f64(taskCount),
		measuredEndNs: slab.f64(taskCount),
		predOffset: slab.u32(taskCount + 1),
		pred: slab.u32(edgeCount),
		delayNs: slab.f64(edgeCount),
		edgeKind: slab.u8(edgeCount),
		confidence: slab.u8(edgeCount),
		waitTask: new Uint32Array(waitCount),
		waitStream: new Uint32Array(waitCount),
		waitDelayNs: new Float64Array(waitCount),
		waitConfidence: new Uint8Array(waitCount),
		strings: names.strings,
	};
	const waitTarget = new Uint32Array(waitCount);

	let wait = 0;
	ranks.forEach(({ draft, trace, clock }, r) => {
		const { scale, shiftNs } = clock;
		const { order, position } = numberings[r]!;
		const begin = base[r]!;
		const end = begin + order.length;
		permuteU8(graph.kind.subarray(begin, end), draft.kind, order);
		permuteU32(graph.processor.subarray(begin, end), draft.processor, order);
		permuteU32(graph.name.subarray(begin, end), draft.name, order);
		permuteU32(graph.shape.subarray(begin, end), draft.shape, order);
		permuteF64(graph.measuredStartNs.subarray(begin, end), draft.startNs, order);
		permuteF64(graph.measuredEndNs.subarray(begin, end), draft.endNs, order);
		const nameOf = names.from(trace, draft.addedStrings);
		for (let task = begin; task < end; task++) {
			const start = graph.measuredStartNs[task]!;
			const finish = graph.measuredEndNs[task]!;
			graph.durationNs[task] = finish - start;
			graph.measuredStartNs[task] = start * scale + shiftNs;
			graph.measuredEndNs[task] = finish * scale + shiftNs;
			if (graph.processor[task] !== NO_PROCESSOR) graph.processor[task]! += processorBase[r]!;
			graph.name[task] = nameOf(graph.name[task]!);
			graph.shape[task] = nameOf(graph.shape[task]!);
		}
		for (const { task, stream, target, confidence } of draft.waits) {
			graph.waitTask[wait] = base[r]! + position[task]!;
			graph.waitStream[wait] = processorBase[r]! + stream;
			graph.waitConfidence[wait] = confidence;
			waitTarget[wait++] = base[r]! + position[target]!;
		}
	});
	// Sources stand at time 0 of the common clock.
	for (const { begin } of graph.ranks) {
		graph.measuredStartNs[begin] = 0;
		graph.measuredEndNs[begin] = 0;
	}
	joined.write(graph);
	fillEdges(graph, ranks, numberings, base, joined);
	fitDelays(graph, waitTarget);
	return { graph, droppedEdges, waitTarget };
}

/** What the columns of `assemble` take together. */
function columnBytes(tasks: number, edges: number): number {
	const perTask = 3 * Slab.room(8 * tasks) + 3 * Slab.room(4 * tasks) + Slab.room(tasks) + Slab.room(4 * (tasks + 1));
	return perTask + Slab.room(8 * edges) + Slab.room(4 * edges) + 2 * Slab.room(edges);
}

function stepsOf(rank: DraftedRank, position: Uint32Array, base: number): GraphStep[] {
	const { trace, stepBegin, stepEnd } = rank;
	const { scale, shiftNs } = rank.clock;
	return trace.steps.flatMap((step, s) => {
		const whole = step.step === "all";
		if (!whole && (stepBegin[s]! < 0 || stepEnd[s]! < 0)) return [];
		return [
			{
				rank: trace.rank,
				step: step.step,
				beginTask: base + (whole ? 0 : position[stepBegin[s]!]!),
				endTask: whole ? NO_PROCESSOR : base + position[stepEnd[s]!]!,
				measuredStartNs: step.startNs * scale + shiftNs,
				measuredEndNs: step.endNs * scale + shiftNs,
			},
		];
	});
}
