/**
 * From traces to the execution graph: facts about calls, tasks, dependencies kind by kind, then numbering and delays.
 */

import type { Trace, TraceWarning } from "../trace/columns.js";
import type { KernelClassTable } from "../trace/kernel-classes.js";
import { assemble, type DraftedRank } from "./assemble.js";
import { type CollectiveMatch, matchCollectives } from "./collectives.js";
import { addCpuTasks } from "./cpu-tasks.js";
import { addBlockingEdges } from "./deps/blocking.js";
import { addInterStreamEdges } from "./deps/inter-stream.js";
import { addInterThreadEdges } from "./deps/inter-thread.js";
import { type AlignedTrace, alignDeviceClock } from "./device-clock.js";
import { addDeviceTasks } from "./device-tasks.js";
import { RankDraft } from "./draft.js";
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
	const collectives = matchCollectives(traces);
	const wire = traces.map(() => new Map<number, number>());
	for (const match of collectives) for (const { trace, row } of match.members) wire[trace]!.set(row, match.wireNs);

	const offsets = clockOffsets(traces, collectives);
	const origin = Math.min(...traces.map((trace, t) => firstNs(trace) + commonNs(trace, traces[0]!) - offsets[t]!));
	const ranks = aligned.map((rank, t) =>
		draftRank(
			rank,
			new KernelKinds(rank.trace.strings, options.kernelClasses),
			wire[t]!,
			commonNs(rank.trace, traces[0]!) - offsets[t]! - origin,
			offsets[t]!,
		),
	);
	const { graph, droppedEdges } = assemble(ranks, collectives);
	const warnings: TraceWarning[] = traces.flatMap((trace) => trace.warnings);
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

function draftRank(
	{ trace, calls, history }: AlignedTrace,
	kinds: KernelKinds,
	wire: ReadonlyMap<number, number>,
	shiftNs: number,
	clockOffsetNs: number,
): DraftedRank {
	const queue = findLaunchQueue(trace, calls);
	const syncRows = new SyncRows(trace, calls);
	const draft = new RankDraft(trace.rank, mostTasks(trace), trace.strings.count, firstNs(trace));
	const cpu = addCpuTasks(draft, trace, calls, queue);
	const device = addDeviceTasks(
		draft,
		trace,
		calls,
		history,
		cpu.firstTask,
		kinds,
		(row) => wire.get(row) ?? Number.NaN,
	);
	addBlockingEdges(draft, trace, calls, cpu, device, history, syncRows, queue);
	addInterStreamEdges(draft, trace, calls, device, history, syncRows);
	addInterThreadEdges(draft, trace, cpu);
	return { draft, trace, device, stepBegin: cpu.stepBegin, stepEnd: cpu.stepEnd, shiftNs, clockOffsetNs };
}

/** Every row leaves at most a segment, the rest of its parent's, a place in the launch queue and a return; a step two markers, each of which may cut a segment. */
function mostTasks(trace: Trace): number {
	return 4 * trace.events.count + 4 * trace.steps.length;
}

/** The first moment of a trace on its own clock: nothing in its graph starts before. */
function firstNs(trace: Trace): number {
	const { count, startNs } = trace.events;
	let first = Number.POSITIVE_INFINITY;
	for (let row = 0; row < count; row++) if (startNs[row]! < first) first = startNs[row]!;
	return count === 0 ? 0 : first;
}

/** From a trace's relative times to those of the first trace, as far as the recorders' clocks agree, ns. */
function commonNs(trace: Trace, reference: Trace): number {
	return Number(trace.baseNs - reference.baseNs);
}

/**
 * How far each rank's clock is ahead of the first rank's: the median difference of the ends of the collectives they
 * share, through the ranks already placed.
 */
function clockOffsets(traces: readonly Trace[], collectives: readonly CollectiveMatch[]): number[] {
	const offsets = traces.map(() => Number.NaN);
	offsets[0] = 0;
	const endOf = (t: number, row: number): number =>
		traces[t]!.events.startNs[row]! + traces[t]!.events.durNs[row]! + commonNs(traces[t]!, traces[0]!);
	for (let placed = true; placed; ) {
		placed = false;
		const differences = new Map<number, number[]>();
		for (const { members } of collectives) {
			const anchor = members.find((m) => !Number.isNaN(offsets[m.trace]!));
			if (!anchor) continue;
			const anchorEnd = endOf(anchor.trace, anchor.row) - offsets[anchor.trace]!;
			for (const { trace, row } of members) {
				if (!Number.isNaN(offsets[trace]!)) continue;
				const list = differences.get(trace);
				if (list) list.push(endOf(trace, row) - anchorEnd);
				else differences.set(trace, [endOf(trace, row) - anchorEnd]);
			}
		}
		for (const [trace, list] of differences) {
			list.sort((a, b) => a - b);
			offsets[trace] = list[list.length >> 1]!;
			placed = true;
		}
	}
	return offsets.map((offset) => (Number.isNaN(offset) ? 0 : offset));
}
