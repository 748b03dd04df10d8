/** Traces that are read together must be the ranks of one run, of the same steps, each once: else every number about waiting is wrong. */
import { UserError } from "../lib/errors.js";
import { rangesOf } from "../lib/ranges.js";
import type { TraceWarning } from "../trace/columns.js";
import { asRank, type RankRead } from "./rank-read.js";

/**
 * In the order of their ranks; traces that do not say theirs take the free numbers in the order given, with a warning.
 * @throws UserError where a rank comes twice, or the traces are of jobs of different sizes, or of different steps.
 */
export function asOneJob(traces: readonly RankRead[]): RankRead[] {
	if (traces.length < 2) return [...traces];
	refuseOtherSizes(traces);
	refuseOtherSteps(traces);
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

/** Ranks that share no step have nothing to wait for each other with. */
function refuseOtherSteps(traces: readonly RankRead[]): void {
	const counts = new Map<number, number>();
	const marked = traces.filter(({ steps }) => steps.length > 0);
	for (const { steps } of marked) for (const step of new Set(steps)) counts.set(step, (counts.get(step) ?? 0) + 1);
	const most = Math.max(0, ...counts.values());
	if (marked.length === 0 || most === marked.length) return;
	const common = [...counts].filter(([, count]) => count === most).map(([step]) => step);
	const other = marked.find((trace) => !trace.steps.some((step) => common.includes(step)));
	if (other === undefined) return;
	throw new UserError(
		`${other.path} has ${named(other.steps)}, ${most} of the other traces ${named(common)}; name only traces of the same steps`,
	);
}

function named(steps: readonly number[]): string {
	const sorted = [...new Set(steps)].sort((a, b) => a - b);
	return `${sorted.length > 1 ? "steps" : "step"} ${rangesOf(sorted)}`;
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
