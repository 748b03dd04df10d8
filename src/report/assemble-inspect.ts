/** Puts what traces say about their job together as the document `lumos.inspect/1`. */
import { describeSurveys, type Survey } from "../analysis/job-shape/index.js";
import { nsToMs } from "../lib/units.js";
import { Category, type ProcessGroup, type Trace, type TraceWarning } from "../trace/columns.js";
import type { InspectRank, InspectResult } from "./inspect-result.js";

/** What is said of a job is put together from this of each of its ranks. */
export interface InspectedRank {
	readonly description: InspectRank;
	readonly survey: Survey;
	readonly skipped: Trace["skipped"];
	readonly warnings: readonly TraceWarning[];
}

export function assembleInspect(
	ranks: readonly InspectedRank[],
	source: InspectResult["source"],
	timing: InspectResult["timing"],
): InspectResult {
	return {
		schema: "lumos.inspect/1",
		source,
		ranks: ranks.map(({ description }) => description),
		processGroups: mergeGroups(ranks).map((group) => ({ ...group, ranks: [...group.ranks] })),
		job: describeSurveys(ranks.map(({ survey }) => survey)),
		skipped: addUp(ranks.flatMap(({ skipped }) => skipped)),
		warnings: mergeWarnings(ranks.flatMap(({ warnings }) => warnings)),
		timing,
	};
}

export function describeRank(trace: Trace): InspectRank {
	const { events } = trace;
	const threads = new Set<number>();
	const streams = new Set<number>();
	for (let row = 0; row < events.count; row++) {
		const category = events.category[row]!;
		if (category === Category.cpuOp || category === Category.runtime) threads.add(events.track[row]!);
		else if (category >= Category.kernel && category <= Category.memset) streams.add(events.stream[row]!);
	}
	return {
		rank: trace.rank,
		rankFound: trace.rankFound,
		path: trace.path,
		device: trace.deviceName,
		threads: threads.size,
		streams: streams.size,
		events: trace.eventCount,
		steps: trace.steps.map(({ step, startNs, endNs }) => ({ step, measuredMs: nsToMs(endNs - startNs) })),
	};
}

/** Groups of all ranks, each once: by name and members, since every rank names only its own. */
function mergeGroups(ranks: readonly InspectedRank[]): ProcessGroup[] {
	const groups = new Map<string, ProcessGroup>();
	for (const { survey } of ranks)
		for (const group of survey.trace.processGroups) groups.set(`${group.name}|${group.ranks.join()}`, group);
	return [...groups.values()];
}

function addUp(
	skipped: readonly { readonly what: string; readonly count: number }[],
): { what: string; count: number }[] {
	const totals = new Map<string, number>();
	for (const { what, count } of skipped) totals.set(what, (totals.get(what) ?? 0) + count);
	return [...totals].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count);
}

/** The same warning of several ranks once, its counts added up. */
function mergeWarnings(warnings: readonly TraceWarning[]): TraceWarning[] {
	const merged = new Map<string, TraceWarning>();
	for (const warning of warnings) {
		const key = `${warning.code}|${warning.message}`;
		merged.set(key, { ...warning, count: warning.count + (merged.get(key)?.count ?? 0) });
	}
	return [...merged.values()];
}
