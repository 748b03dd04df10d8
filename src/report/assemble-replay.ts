/** Puts the measures of a replay together as the document `lumos.replay/1`. */
import {
	addExposedKernels,
	addExposedOperators,
	type BoundTimes,
	breakdown,
	type CriticalPath,
	countEdges,
	criticalPath,
	deviceIntervals,
	type Exposed,
	type ExposedTotals,
	idleGaps,
	kernelStartError,
	lastToFinish,
	launchBoundNs,
	measuredTimes,
	measuredWindow,
	mostExposed,
	replayedWindow,
} from "../analysis/index.js";
import { EdgeKind, type ExecutionGraph, type GraphRank, type GraphStep, TaskKind } from "../graph/graph.js";
import { UserError } from "../lib/errors.js";
import { nsToMs } from "../lib/units.js";
import { rangesOf } from "./ranges.js";
import type { ReplayResult, ReplayStep } from "./replay-result.js";

/** How many names the document lists. */
const KERNELS = 10;
const OPERATORS = 5;

export interface ReplayParts {
	readonly graph: ExecutionGraph;
	readonly times: BoundTimes;
	readonly source: ReplayResult["source"];
	readonly collectives: ReplayResult["collectives"];
	readonly warnings: ReplayResult["warnings"];
	readonly timing: ReplayResult["timing"];
	/** Only this step of every rank. @default all steps */
	readonly step?: number | undefined;
}

/**
 * Measures every step of every rank; the order of the steps is that of the graph.
 * @throws UserError where no trace has the step that was asked for.
 */
export function assembleReplay(parts: ReplayParts): ReplayResult {
	const { graph, step: only } = parts;
	const chosen = graph.steps.filter((step) => only === undefined || step.step === only);
	if (chosen.length === 0) {
		throw new UserError(`no trace has step ${only}; ${choices(graph)}`);
	}
	const kernels: ExposedTotals = new Map();
	const operators: ExposedTotals = new Map();
	const measured = new Map<GraphStep, ReplayStep>();
	for (const rank of graph.ranks) {
		const steps = chosen.filter((step) => step.rank === rank.rank);
		if (steps.length === 0) continue;
		for (const [step, result] of measureRank(parts, rank, steps, kernels, operators)) measured.set(step, result);
	}
	const steps = chosen.map((step) => measured.get(step)!);
	return {
		schema: "lumos.replay/1",
		source: parts.source,
		graph: describeGraph(graph),
		steps,
		iteration: iterationOf(steps),
		exposed: {
			kernels: mostExposed(kernels, graph.strings, KERNELS).map(toRow),
			operators: mostExposed(operators, graph.strings, OPERATORS).map(toRow),
		},
		collectives: parts.collectives,
		warnings: parts.warnings,
		timing: parts.timing,
	};
}

function choices({ steps }: ExecutionGraph): string {
	const numbers = [...new Set(steps.map(({ step }) => step))].filter((step) => step !== "all").sort((a, b) => a - b);
	if (numbers.length === 0) return "none is marked by the profiler: leave --step out";
	return `choose one of ${rangesOf(numbers)}`;
}

function measureRank(
	{ graph, times }: ReplayParts,
	rank: GraphRank,
	steps: readonly GraphStep[],
	kernels: ExposedTotals,
	operators: ExposedTotals,
): [GraphStep, ReplayStep][] {
	const measuredDevice = deviceIntervals(graph, rank, measuredTimes(graph));
	const replayedDevice = deviceIntervals(graph, rank, times);
	return steps.map((step) => {
		const measured = measuredWindow(step);
		const replayed = replayedWindow(graph, step, times);
		const gaps = idleGaps(replayedDevice, replayed);
		addExposedKernels(kernels, graph, replayedDevice, replayed);
		addExposedOperators(operators, graph, rank, times, gaps, replayed);
		const endTask = step.step === "all" ? lastToFinish(rank, times) : step.endTask;
		const result: ReplayStep = {
			rank: rank.rank,
			step: step.step,
			...compare(nsToMs(measured.endNs - measured.startNs), nsToMs(replayed.endNs - replayed.startNs)),
			kernelStart: kernelStartError(graph, rank, times, measured, replayed),
			measured: breakdown(measuredDevice, measured),
			replayed: breakdown(replayedDevice, replayed),
			launchBoundMs: nsToMs(launchBoundNs(graph, times, replayedDevice, gaps)),
			criticalPath: describePath(criticalPath(graph, times, endTask, replayed)),
		};
		return [step, result];
	});
}

/** The error of an empty measurement is 0 where the replay is empty too, else 100 %. */
function compare(measuredMs: number, replayedMs: number) {
	const difference = replayedMs - measuredMs;
	const share = measuredMs > 0 ? difference / measuredMs : Math.sign(difference);
	return { measuredMs, replayedMs, errorPct: 100 * share };
}

/** The last step that every rank has, as its slowest rank measured it and as its slowest rank replays it. */
function iterationOf(steps: readonly ReplayStep[]): ReplayResult["iteration"] {
	const ranks = new Set(steps.map((step) => step.rank)).size;
	const byName = new Map<number | "all", ReplayStep[]>();
	for (const step of steps) {
		const group = byName.get(step.step);
		if (group === undefined) byName.set(step.step, [step]);
		else group.push(step);
	}
	const groups = [...byName.values()];
	const last = groups.findLast((group) => group.length === ranks) ?? groups.at(-1)!;
	const slowest = last.reduce((a, b) => (b.replayedMs > a.replayedMs ? b : a));
	const measuredMs = Math.max(...last.map((step) => step.measuredMs));
	return { rank: slowest.rank, step: slowest.step, ...compare(measuredMs, slowest.replayedMs) };
}

function describeGraph(graph: ExecutionGraph): ReplayResult["graph"] {
	const counts = countEdges(graph);
	const sum = ({ exact, inferred }: { exact: number; inferred: number }): number => exact + inferred;
	const sync = {
		exact: counts.sync.exact + counts.runtimeSync.exact,
		inferred: counts.sync.inferred + counts.runtimeSync.inferred,
	};
	const { runtimeSync: _, ...byEdge } = { ...counts, sync };
	return {
		tasks: graph.taskCount,
		edges: graph.edgeCount,
		byKind: {
			intraThread: sum(counts.intraThread),
			interThread: sum(counts.interThread),
			launch: sum(counts.launch),
			sync: sum(sync),
			intraStream: sum(counts.intraStream),
			interStreamExact: counts.interStream.exact,
			interStreamInferred: counts.interStream.inferred,
			collective: sum(counts.collective),
			entry: sum(counts.entry),
		},
		evidence: byEdge,
	};
}

function describePath(path: CriticalPath): ReplayStep["criticalPath"] {
	return {
		// Delays may be negative, so that parts add up to a little more than the whole.
		inferredShare: Math.min(1, Math.max(0, path.inferredShare)),
		tasksMs: named(TaskKind, path.taskNs),
		delaysMs: named(EdgeKind, path.edgeNs),
		unexplainedMs: nsToMs(path.unexplainedNs),
	};
}

/** Kinds that have any time, with their time. */
function named(kinds: Readonly<Record<string, number>>, ns: Float64Array): Record<string, number> {
	const parts = Object.entries(kinds).map(([name, kind]) => [name, nsToMs(ns[kind]!)] as const);
	return Object.fromEntries(parts.filter(([, time]) => time !== 0));
}

function toRow({ name, exposedNs, totalNs, count }: Exposed): ReplayResult["exposed"]["kernels"][number] {
	return { name, exposedMs: nsToMs(exposedNs), totalMs: nsToMs(totalNs), count };
}
