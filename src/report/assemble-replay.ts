/** Puts the measures of a replay together as the document `lumos.replay/1`. */
import {
	type BoundTimes,
	type CriticalPath,
	type EdgeCounts,
	type Exposed,
	type JobMeasures,
	mergeRanks,
	type RankMeasures,
	rankMeasurer,
	type StepMeasures,
} from "../analysis/index.js";
import { EdgeKind, type ExecutionGraph, type GraphStep, TaskKind } from "../graph/graph.js";
import { UserError } from "../lib/errors.js";
import { rangesOf } from "../lib/ranges.js";
import { nsToMs } from "../lib/units.js";
import { describeStragglers } from "./describe-stragglers.js";
import type { ReplayResult, ReplayStep } from "./replay-result.js";

/** How many names the document lists. */
const KERNELS = 10;
const OPERATORS = 5;
/** How many ranks a critical path lists. */
const PATH_RANKS = 8;

export interface ReplayParts {
	readonly graph: ExecutionGraph;
	readonly times: BoundTimes;
	readonly source: ReplayResult["source"];
	readonly warnings: ReplayResult["warnings"];
	readonly timing: ReplayResult["timing"];
	/** Only this step of every rank. @default all steps */
	readonly step?: number | undefined;
	/**
	 * What `rankMeasurer` finds of the steps of each rank, in the order of `graph.ranks`.
	 * @default measured here, one rank after the other
	 */
	readonly measures?: readonly RankMeasures[] | undefined;
}

/**
 * Measures every step of every rank; the order of the steps is that of the graph.
 * @throws UserError where no trace has the step that was asked for.
 */
export function assembleReplay(parts: ReplayParts): ReplayResult {
	const { graph, times } = parts;
	const stepsOf = chosenSteps(graph, parts.step);
	const measures = parts.measures ?? measureAll(graph, times, stepsOf);
	const job = mergeRanks(graph, times, measures);
	const steps = describeSteps(graph, stepsOf, measures);
	return {
		schema: "lumos.replay/1",
		source: parts.source,
		graph: describeGraph(graph, job.edges),
		steps,
		iteration: iterationOf(steps),
		exposed: {
			kernels: job.kernels.mostExposed(graph.strings, KERNELS).map(toRow),
			operators: job.operators.mostExposed(graph.strings, OPERATORS).map(toRow),
		},
		collectives: describeCollectives(job),
		stragglers: describeStragglers(graph, job),
		warnings: parts.warnings,
		timing: parts.timing,
	};
}

function measureAll(
	graph: ExecutionGraph,
	times: BoundTimes,
	stepsOf: readonly (readonly GraphStep[])[],
): RankMeasures[] {
	const measure = rankMeasurer(graph, times);
	return stepsOf.map((steps, rank) => measure(rank, steps));
}

/**
 * The steps of each rank that are to be measured, by index in `graph.ranks`.
 *
 * @param only the step that was asked for; undefined for all.
 * @throws UserError where no trace has it.
 */
export function chosenSteps(graph: ExecutionGraph, only: number | undefined): GraphStep[][] {
	const indexOf = new Map(graph.ranks.map(({ rank }, r) => [rank, r]));
	const chosen: GraphStep[][] = graph.ranks.map(() => []);
	for (const step of graph.steps)
		if (only === undefined || step.step === only) chosen[indexOf.get(step.rank)!]!.push(step);
	if (chosen.every((steps) => steps.length === 0)) throw new UserError(`no trace has step ${only}; ${choices(graph)}`);
	return chosen;
}

function describeSteps(
	graph: ExecutionGraph,
	stepsOf: readonly (readonly GraphStep[])[],
	measures: readonly RankMeasures[],
): ReplayStep[] {
	const described = new Map<GraphStep, ReplayStep>();
	stepsOf.forEach((steps, r) => {
		steps.forEach((step, s) => {
			described.set(step, describeStep(step.rank, measures[r]!.steps[s]!));
		});
	});
	return graph.steps.flatMap((step) => described.get(step) ?? []);
}

function describeStep(rank: number, step: StepMeasures): ReplayStep {
	const { measuredWindow: measured, replayedWindow: replayed } = step;
	return {
		rank,
		step: step.step,
		...compare(nsToMs(measured.endNs - measured.startNs), nsToMs(replayed.endNs - replayed.startNs)),
		kernelStart: step.kernelStart,
		measured: step.measured,
		replayed: step.replayed,
		launchBoundMs: nsToMs(step.launchBoundNs),
		criticalPath: describePath(step.criticalPath),
	};
}

function describeCollectives({ communication }: JobMeasures): ReplayResult["collectives"] {
	return communication.map(({ ranks, ...total }) => ({ ...total, ranks: [...ranks] }));
}

function choices({ steps }: ExecutionGraph): string {
	const numbers = [...new Set(steps.map(({ step }) => step))].filter((step) => step !== "all").sort((a, b) => a - b);
	if (numbers.length === 0) return "none is marked by the profiler: leave --step out";
	return `choose one of ${rangesOf(numbers)}`;
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

function describeGraph(graph: ExecutionGraph, counts: EdgeCounts): ReplayResult["graph"] {
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
		ranks: [...path.rankNs]
			.map(([rank, ns]) => ({ rank, ms: nsToMs(ns) }))
			.sort((a, b) => b.ms - a.ms || a.rank - b.rank)
			.slice(0, PATH_RANKS),
		crossings: path.crossings,
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
