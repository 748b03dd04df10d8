/** Traces that are read together must be the ranks of one run, each once: else every number about waiting is wrong. */
import { UserError } from "../lib/errors.js";
import type { TraceWarning } from "../trace/columns.js";
import { asRank, type RankRead } from "./rank-read.js";

/**
 * In the order of their ranks; traces that do not say theirs take the free numbers in the order given, with a warning.
 * @throws UserError where a rank comes twice, or the traces are of jobs of different sizes.
 */
export function asOneJob(traces: readonly RankRead[]): RankRead[] {
	if (traces.length < 2) return [...traces];
	refuseOtherSizes(traces);
	const byRank = new Map<number, RankRead>();
	for (const trace of traces) {
		if (trace.rankFound === "unknown") continue;
		const other = byRank.get(trace.rank);
		if (other) {
			throw new UserError(
				`${other.path} and ${trace.path} are both rank ${trace.rank}; name only the files of one run, one a rank`,
			);
		}
		byRank.set(trace.rank, trace);
	}
	const unnumbered = traces.filter((trace) => trace.rankFound === "unknown");
	let free = 0;
	for (const [index, trace] of unnumbered.entries()) {
		while (byRank.has(free)) free++;
		const warnings = index === 0 ? [...trace.warnings, assumed(unnumbered)] : trace.warnings;
		byRank.set(free, asRank(trace, free, warnings));
	}
	return [...byRank.values()].sort((a, b) => a.rank - b.rank);
}

function refuseOtherSizes(traces: readonly RankRead[]): void {
	const sized = traces.filter(({ worldSizeFound }) => worldSizeFound === "metadata");
	const other = sized.find(({ worldSize }) => worldSize !== sized[0]!.worldSize);
	if (other === undefined) return;
	const [first] = sized;
	throw new UserError(
		`${first!.path} is of a job of ${first!.worldSize} ranks, ${other.path} of one of ${other.worldSize}; name only the files of one run`,
	);
}

function assumed(unnumbered: readonly RankRead[]): TraceWarning {
	const paths = unnumbered.slice(0, 3).map(({ path }) => path);
	const more = unnumbered.length > paths.length ? ", ..." : "";
	return {
		code: "rank-assumed",
		message: `no rank is known of ${paths.join(", ")}${more}: taken as ranks of one run, in this order; give one alone if they are not`,
		count: unnumbered.length,
	};
}
