/** Puts what traces say about their job together as the document `lumos.inspect/1`. */
import { describeSurveys, type Survey } from "../analysis/job-shape/index.js";
import { type CommMatches, type MatchOptions, matchComms } from "../graph/comms/match.js";
import type { RankComms } from "../graph/comms/rank-comms.js";
import { commWarnings } from "../graph/join/warnings.js";
import { nsToMs, nsToUs } from "../lib/units.js";
import { Category, type ProcessGroup, type Trace, type TraceWarning } from "../trace/columns.js";
import type { InspectClocks, InspectRank, InspectResult } from "./inspect-result.js";

/** What is said of a job is put together from this of each of its ranks. */
export interface InspectedRank {
	readonly description: InspectRank;
	readonly survey: Survey;
	readonly comms: RankComms;
	readonly skipped: Trace["skipped"];
	readonly warnings: readonly TraceWarning[];
}

export function assembleInspect(
	ranks: readonly InspectedRank[],
	source: InspectResult["source"],
	timing: InspectResult["timing"],
	options: MatchOptions = {},
): InspectResult {
	const matches = matchComms(
		ranks.map(({ comms }) => comms),
		options,
	);
	return {
		schema: "lumos.inspect/1",
		source,
		ranks: ranks.map(({ description }) => description),
		processGroups: mergeGroups(ranks).map((group) => ({ ...group, ranks: [...group.ranks] })),
		job: describeSurveys(ranks.map(({ survey }) => survey)),
		clocks: describeClocks(ranks, matches),
		skipped: addUp(ranks.flatMap(({ skipped }) => skipped)),
		warnings: mergeWarnings([
			...ranks.flatMap(({ warnings }) => warnings),
			...(ranks.length > 1 ? commWarnings(matches) : []),
		]),
		timing,
	};
}

function describeClocks(ranks: readonly InspectedRank[], { count, clocks }: CommMatches): InspectClocks | null {
	if (count === 0) return null;
	const { offsetNs, driftPpm, residualNs, medianResidualNs, aligned } = clocks;
	return {
		medianResidualUs: nsToUs(medianResidualNs),
		ranks: ranks.map(({ description }, r) => ({
			rank: description.rank,
			offsetUs: nsToUs(offsetNs[r]!),
			driftPpm: driftPpm[r]!,
			residualUs: Number.isNaN(residualNs[r]!) ? null : nsToUs(residualNs[r]!),
			aligned: aligned[r] === 1,
		})),
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
