/**
 * From traces to the execution graph: facts about calls, tasks, dependencies kind by kind, then numbering and delays.
 */

import { Category, type Trace, type TraceWarning } from "../trace/columns.js";

import type { KernelClassTable } from "../trace/kernel-classes.js";
import { isAcyclic } from "./acyclic.js";
import { type Assembled, assemble } from "./assemble.js";
import type { Calls } from "./calls.js";
import { clockOffsets, commonNs, firstNs } from "./clocks.js";
import { type CollectiveMatch, matchCollectives } from "./collectives.js";
import { addCpuTasks } from "./cpu-tasks.js";
import { addBlockingEdges } from "./deps/blocking.js";
import { addInterStreamEdges } from "./deps/inter-stream.js";
import { addInterThreadEdges } from "./deps/inter-thread.js";
import { type AlignedTrace, alignDeviceClock } from "./device-clock.js";
import { addDeviceTasks } from "./device-tasks.js";
import { RankDraft } from "./draft.js";
import type { DraftedRank } from "./drafted-rank.js";
import type { ExecutionGraph } from "./graph.js";
import { KernelKinds } from "./kernel-kinds.js";
import { findLaunchQueue } from "./launch-queue.js";
import { SyncRows } from "./sync-rows.js";

export interface BuiltGraph {
	readonly graph: ExecutionGraph;
	readonly collectives: readonly CollectiveMatch[];
	readonly warnings: readonly TraceWarning[];
}

export interface BuildOptions {
	/** Classes of kernels beyond the built-in table. */
	readonly kernelClasses?: KernelClassTable;
}

/** @param traces one a rank, in the order of their ranks. */
export function buildGraph(recorded: readonly Trace[], options: BuildOptions = {}): BuiltGraph {
	const aligned = recorded.map(alignDeviceClock);
	const traces = aligned.map(({ trace }) => trace);
	const warnings: TraceWarning[] = traces.flatMap((trace) => trace.warnings);
	let collectives = matchCollectives(traces);
	let assembled = draftAndAssemble(aligned, collectives, options);
	if (collectives.length > 0 && !isAcyclic(assembled.graph, assembled.waitTarget)) {
		warnings.push({
			code: "collectives-contradict",
			message: "the ranks' collectives wait for each other in a circle; each keeps its recorded duration",
			count: collectives.length,
		});
		collectives = [];
		assembled = draftAndAssemble(aligned, collectives, options);
	}
	const { graph, droppedEdges } = assembled;
	const shifted = aligned.filter(({ deviceShiftNs }) => deviceShiftNs > 0);
	if (shifted.length > 0)
		warnings.push({
			code: "device-clock",
			message: `device times contradict a synchronisation; moved ${Math.round(Math.max(...shifted.map((s) => s.deviceShiftNs)) / 100) / 10} us earlier`,
			count: shifted.length,
		});
	if (droppedEdges > 0)
		warnings.push({
			code: "cycle-broken",
			message: "inferred dependencies closed a cycle; the weakest edge of each was dropped",
			count: droppedEdges,
		});
	return { graph, collectives, warnings };
}

function draftAndAssemble(
	aligned: readonly AlignedTrace[],
	collectives: readonly CollectiveMatch[],
	options: BuildOptions,
): Assembled {
	const traces = aligned.map(({ trace }) => trace);
	const wire = traces.map(() => new Map<number, number>());
	for (const match of collectives) for (const { trace, row } of match.members) wire[trace]!.set(row, match.wireNs);
	const offsets = clockOffsets(traces, collectives);
	const toCommon = traces.map((trace, t) => commonNs(trace, traces[0]!) - offsets[t]!);
	const origin = Math.min(...traces.map((trace, t) => firstNs(trace) + toCommon[t]!));
	const ranks = aligned.map((rank, t) => {
		const kinds = new KernelKinds(rank.trace.strings, options.kernelClasses);
		return draftRank(rank, kinds, wire[t]!, toCommon[t]! - origin, offsets[t]!);
	});
	return assemble(ranks, collectives);
}

function draftRank(
	{ trace, calls, history }: AlignedTrace,
	kinds: KernelKinds,
	wire: ReadonlyMap<number, number>,
	shiftNs: number,
	clockOffsetNs: number,
): DraftedRank {
	const queue = findLaunchQueue(trace, calls);
	const syncRows = new SyncRows(trace, calls);
	const draft = new RankDraft(trace.rank, mostTasks(trace, calls, wire.size), trace.strings.count, firstNs(trace));
	const cpu = addCpuTasks(draft, trace, calls, queue);
	const device = addDeviceTasks(draft, trace, calls, history, cpu, kinds, (row) => wire.get(row) ?? Number.NaN);
	addBlockingEdges(draft, trace, calls, cpu, device, history, syncRows, queue);
	addInterStreamEdges(draft, trace, calls, device, history, syncRows);
	addInterThreadEdges(draft, trace, cpu);
	return { draft, trace, device, stepBegin: cpu.stepBegin, stepEnd: cpu.stepEnd, shiftNs, clockOffsetNs };
}

/**
 * A CPU row leaves at most its last segment and one of its parent's; a launch may wait for its place in the queue, a
 * blocking call returns; device work is one task, or arrival and transfer; a step has two markers, each of which may
 * cut a segment.
 */
function mostTasks(trace: Trace, calls: Calls, matched: number): number {
	const { count, category } = trace.events;
	let tasks = calls.device.length + matched + calls.launches.length + 4 * trace.steps.length;
	for (let row = 0; row < count; row++) {
		if (category[row] === Category.cpuOp || category[row] === Category.runtime) tasks += 2;
		if (calls.blocks[row] === 1) tasks++;
	}
	return tasks;
}
