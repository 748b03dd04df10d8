/** The part of `lumos.replay/1` that says who waits and who is waited for. */
import { CAUSES, Cause, type JobMeasures } from "../analysis/index.js";
import type { ExecutionGraph } from "../graph/graph.js";
import { messageBytes, parseMessage } from "../graph/message.js";
import { nsToMs } from "../lib/units.js";
import type { Straggler } from "./replay-result.js";

const CAUSE_NAMES = Object.keys(Cause) as (keyof typeof Cause)[];

/** One entry a rank, those that cause the most late time first; none where no ranks met. */
export function describeStragglers(graph: ExecutionGraph, job: JobMeasures): Straggler[] {
	if (job.meetings.arrival.length === 0) return [];
	const entries = graph.ranks.map((_, r) => describe(graph, job, r));
	return entries.sort((a, b) => causedMs(b) - causedMs(a) || a.rank - b.rank);
}

/** Late time that the rank caused by computing or launching, wherever it was. */
export function causedMs({ causes, causedElsewhereMs }: Straggler): number {
	return causes.computingMs + causes.launchingMs + causedElsewhereMs;
}

function describe(graph: ExecutionGraph, job: JobMeasures, r: number): Straggler {
	const { stragglers } = job;
	const cause = (which: number): number => nsToMs(stragglers.causesNs[CAUSES * r + which]!);
	const inheritedFrom = stragglers.inheritedFrom[r]!;
	const mostAt = stragglers.mostAt[r]!;
	return {
		rank: graph.ranks[r]!.rank,
		...waiting(job.replayed.waits, r),
		causes: {
			computingMs: cause(Cause.computing),
			launchingMs: cause(Cause.launching),
			communicatingMs: cause(Cause.communicating),
			otherMs: cause(Cause.other),
			inheritedMs: nsToMs(stragglers.inheritedNs[r]!),
			pipelineMs: nsToMs(stragglers.pipelineNs[r]!),
		},
		inheritedFrom: inheritedFrom < 0 ? null : graph.ranks[inheritedFrom]!.rank,
		causedElsewhereMs: nsToMs(stragglers.causedElsewhereNs[r]!),
		mostAt:
			mostAt < 0
				? null
				: {
						...operationOf(graph, mostAt),
						count: stragglers.mostAtCount[r]!,
						lateMs: nsToMs(stragglers.mostAtNs[r]!),
					},
		worst: describeWorst(graph, job, r),
		measured: waiting(job.measured.waits, r),
	};
}

function waiting(waits: JobMeasures["measured"]["waits"], r: number) {
	return {
		waitMs: nsToMs(waits.waitNs[r]!),
		pointToPointWaitMs: nsToMs(waits.pointToPointWaitNs[r]!),
		timesLast: waits.timesLast[r]!,
		lateMs: nsToMs(waits.lateNs[r]!),
		othersWaitMs: nsToMs(waits.othersWaitNs[r]!),
	};
}

function describeWorst(graph: ExecutionGraph, job: JobMeasures, r: number): Straggler["worst"] {
	const { stragglers, replayed, meetings } = job;
	const meeting = stragglers.worst[r]!;
	if (meeting < 0) return null;
	const blamed = stragglers.worstBlamed[r]!;
	const metNs = replayed.lateness.metNs[meeting]!;
	const step = job.ranks[r]!.steps.find(
		({ replayedWindow }) => metNs >= replayedWindow.startNs && metNs < replayedWindow.endNs,
	)!;
	return {
		...operationOf(graph, meetings.arrival[replayed.lateness.last[meeting]!]!),
		step: step.step,
		atMs: nsToMs(metNs - step.replayedWindow.startNs),
		lateMs: nsToMs(replayed.lateness.leadNs[meeting]!),
		othersWaitMs: nsToMs(replayed.lateness.waitNs[meeting]!),
		cause: blamed < 0 ? "pipeline" : CAUSE_NAMES.find((name) => Cause[name] === stragglers.worstCause[r])!,
		causedBy: blamed < 0 ? null : graph.ranks[blamed]!.rank,
	};
}

/** What a communication task does, as `collectives` names it. */
function operationOf(graph: ExecutionGraph, task: number): { group: string; name: string; bytes: number } {
	const message = parseMessage(graph.strings[graph.shape[task]!]!);
	if (message === undefined) return { group: "", name: graph.strings[graph.name[task]!]!, bytes: 0 };
	return { group: message.group, name: message.collective, bytes: messageBytes(message) };
}
