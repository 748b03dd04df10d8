/**
 * From traces to the execution graph: facts about calls, tasks, dependencies kind by kind, then numbering and delays.
 */

import { Category, type Trace, type TraceWarning } from "../trace/columns.js";

import type { KernelClassTable } from "../trace/kernel-classes.js";
import { isAcyclic } from "./acyclic.js";
import { type Assembled, assemble } from "./assemble.js";
import type { Calls } from "./calls.js";
import { transferTimes } from "./collectives.js";
import { clockLines } from "./comms/clocks.js";
import { type CommMatches, type MatchOptions, matchComms } from "./comms/match.js";
import { MatchBuilder } from "./comms/match-columns.js";
import { type RankComms, rankComms } from "./comms/rank-comms.js";
import { addCpuTasks } from "./cpu-tasks.js";
import { addBlockingEdges } from "./deps/blocking.js";
import { addInterStreamEdges } from "./deps/inter-stream.js";
import { addInterThreadEdges } from "./deps/inter-thread.js";
import { type AlignedTrace, alignDeviceClock } from "./device-clock.js";
import { addDeviceTasks } from "./device-tasks.js";
import { RankDraft } from "./draft.js";
import type { DraftedRank, RankClock } from "./drafted-rank.js";
import { firstNs } from "./first-moment.js";
import type { ExecutionGraph } from "./graph.js";
import { KernelKinds } from "./kernel-kinds.js";
import { findLaunchQueue } from "./launch-queue.js";
import { SyncRows } from "./sync-rows.js";

export interface BuiltGraph {
	readonly graph: ExecutionGraph;
	readonly matches: CommMatches;
	readonly warnings: readonly TraceWarning[];
}

export interface BuildOptions extends MatchOptions {
	/** Classes of kernels beyond the built-in table. */
	readonly kernelClasses?: KernelClassTable;
}

/** @param traces one a rank, in the order of their ranks. */
export function buildGraph(recorded: readonly Trace[], options: BuildOptions = {}): BuiltGraph {
	const aligned = recorded.map(alignDeviceClock);
	const traces = aligned.map(({ trace }) => trace);
	const warnings: TraceWarning[] = traces.flatMap((trace) => trace.warnings);
	const comms = aligned.map(({ trace, calls }) =>
		rankComms(trace, calls, new KernelKinds(trace.strings, options.kernelClasses)),
	);
	let matches = matchComms(comms, options);
	let assembled = draftAndAssemble(aligned, comms, matches, options);
	if (matches.count > 0 && !isAcyclic(assembled.graph, assembled.waitTarget)) {
		warnings.push({
			code: "collectives-contradict",
			message: "the ranks' collectives wait for each other in a circle; each keeps its recorded duration",
			count: matches.count,
		});
		matches = { ...matches, ...new MatchBuilder().finish() };
		assembled = draftAndAssemble(aligned, comms, matches, options);
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
	return { graph, matches, warnings };
}

function draftAndAssemble(
	aligned: readonly AlignedTrace[],
	comms: readonly RankComms[],
	matches: CommMatches,
	options: BuildOptions,
): Assembled {
	const traces = aligned.map(({ trace }) => trace);
	const transferNs = transferTimes(comms, matches);
	const { offsetNs, driftPpm, residualNs } = matches.clocks;
	const lines = clockLines(comms, matches.clocks);
	const origin = Math.min(...traces.map((trace, t) => firstNs(trace) * lines[t]!.scale + lines[t]!.shiftNs));
	const ranks = aligned.map((rank, t) => {
		const kinds = new KernelKinds(rank.trace.strings, options.kernelClasses);
		const { scale, shiftNs } = lines[t]!;
		return draftRank(rank, kinds, transferNs[t]!, {
			scale,
			shiftNs: shiftNs - origin,
			offsetNs: offsetNs[t]!,
			driftPpm: driftPpm[t]!,
			residualNs: residualNs[t]!,
		});
	});
	return assemble(ranks, comms, matches);
}

function draftRank(
	{ trace, calls, history }: AlignedTrace,
	kinds: KernelKinds,
	wire: ReadonlyMap<number, number>,
	clock: RankClock,
): DraftedRank {
	const queue = findLaunchQueue(trace, calls);
	const syncRows = new SyncRows(trace, calls);
	const draft = new RankDraft(trace.rank, mostTasks(trace, calls, wire.size), trace.strings.count, firstNs(trace));
	const cpu = addCpuTasks(draft, trace, calls, queue);
	const device = addDeviceTasks(draft, trace, calls, history, cpu, kinds, (row) => wire.get(row) ?? Number.NaN);
	addBlockingEdges(draft, trace, calls, cpu, device, history, syncRows, queue);
	addInterStreamEdges(draft, trace, calls, device, history, syncRows);
	addInterThreadEdges(draft, trace, cpu);
	return { draft, trace, device, stepBegin: cpu.stepBegin, stepEnd: cpu.stepEnd, clock };
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
