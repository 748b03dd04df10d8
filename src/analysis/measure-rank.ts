/**
 * Everything that a replay reports of one rank, in plain arrays and numbers: ranks can be measured by different workers
 * over the same columns, and what each finds is small and can be handed over.
 */
import type { ExecutionGraph, GraphStep } from "../graph/graph.js";
import type { BoundTimes } from "./binding.js";
import { type Breakdown, breakdown } from "./breakdown.js";
import { type CommunicationColumns, communicationOf } from "./communication.js";
import { type CriticalPath, criticalPath } from "./critical-path.js";
import { intervalsOf } from "./device-intervals.js";
import { deviceWork } from "./device-work.js";
import { edgeTally } from "./edges.js";
import { addExposedKernels, addExposedOperators } from "./exposed.js";
import { idleGaps } from "./idle.js";
import { type StartError, startError } from "./kernel-start.js";
import { launchBoundNs } from "./launch-bound.js";
import { type Legs, legsOf } from "./legs.js";
import { type NameColumns, NameTotals } from "./name-totals.js";
import { PathLegs } from "./path-legs.js";
import { lastToFinish, measuredTimes, measuredWindow, replayedWindow, type Window } from "./times.js";

export interface StepMeasures {
	readonly step: number | "all";
	readonly measuredWindow: Window;
	readonly replayedWindow: Window;
	readonly kernelStart: StartError;
	readonly measured: Breakdown;
	readonly replayed: Breakdown;
	readonly launchBoundNs: number;
	readonly criticalPath: CriticalPath;
}

export interface RankMeasures {
	/** Index in `graph.ranks`. */
	readonly rank: number;
	/** Those that were asked for, in their order. */
	readonly steps: readonly StepMeasures[];
	/** Exposed time of kernels and of operators, over these steps. */
	readonly kernels: NameColumns;
	readonly operators: NameColumns;
	/** Over the whole trace. */
	readonly communication: CommunicationColumns;
	readonly legs: Legs;
	/** See `edgeTally`. */
	readonly edges: Uint32Array;
}

/**
 * Measures ranks of one simulation.
 *
 * @returns for the index of a rank in `graph.ranks` and steps of that rank, in the order of time, what is measured of it.
 */
export function rankMeasurer(
	graph: ExecutionGraph,
	times: BoundTimes,
): (rank: number, steps: readonly GraphStep[]) => RankMeasures {
	const legs = new PathLegs(graph, times);
	return (rank, steps) => measureRank(graph, times, legs, rank, steps);
}

function measureRank(
	graph: ExecutionGraph,
	times: BoundTimes,
	legs: PathLegs,
	rank: number,
	steps: readonly GraphStep[],
): RankMeasures {
	const own = graph.ranks[rank]!;
	const work = deviceWork(graph, own);
	const measuredDevice = intervalsOf(work, measuredTimes(graph));
	const replayedDevice = intervalsOf(work, times);
	const kernels = new NameTotals(graph.strings.length);
	const operators = new NameTotals(graph.strings.length);
	const windows = steps.map((step) => replayedWindow(graph, step, times));
	const gaps = windows.map((window) => idleGaps(replayedDevice, window));
	const measures = steps.map((step, s): StepMeasures => {
		const measured = measuredWindow(step);
		const replayed = windows[s]!;
		addExposedKernels(kernels, graph, replayedDevice, replayed);
		const endTask = step.step === "all" ? lastToFinish(own, times) : step.endTask;
		return {
			step: step.step,
			measuredWindow: measured,
			replayedWindow: replayed,
			kernelStart: startError(measuredDevice, times, measured, replayed),
			measured: breakdown(measuredDevice, measured),
			replayed: breakdown(replayedDevice, replayed),
			launchBoundNs: launchBoundNs(graph, times, replayedDevice, gaps[s]!),
			criticalPath: criticalPath(graph, times, endTask, replayed, legs),
		};
	});
	addExposedOperators(operators, graph, own, times, windows, gaps);
	return {
		rank,
		steps: measures,
		kernels: kernels.columns(),
		operators: operators.columns(),
		communication: communicationOf(graph, work, times),
		legs: legsOf(graph, own, work, times),
		edges: edgeTally(graph, own.begin, own.end),
	};
}
