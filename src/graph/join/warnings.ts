/** What there is to say about the ranks of a job once they are put together. */
import type { TraceWarning } from "../../trace/columns.js";
import type { CommMatches } from "../comms/match.js";
import type { UnmatchedReason } from "../comms/unmatched.js";
import type { RankBlock } from "../rank/block.js";

export function joinWarnings(blocks: readonly RankBlock[], matches: CommMatches): TraceWarning[] {
	const warnings = blocks.flatMap((block) => block.warnings);
	const shifted = blocks.filter(({ deviceShiftNs }) => deviceShiftNs > 0);
	if (shifted.length > 0)
		warnings.push({
			code: "device-clock",
			message: `device times contradict a synchronisation; moved ${Math.round(Math.max(...shifted.map((b) => b.deviceShiftNs)) / 100) / 10} us earlier`,
			count: shifted.length,
		});
	const dropped = blocks.reduce((sum, block) => sum + block.droppedEdges, 0);
	if (dropped > 0)
		warnings.push({
			code: "cycle-broken",
			message: "inferred dependencies closed a cycle; the weakest edge of each was dropped",
			count: dropped,
		});
	return blocks.length < 2 ? warnings : [...warnings, ...commWarnings(matches)];
}

/** What was not matched, and what was assumed. */
export function commWarnings(matches: CommMatches): TraceWarning[] {
	return [...unmatched(matches), ...assumed(matches)];
}

const REASONS: Readonly<Record<UnmatchedReason, string>> = {
	"rank-missing": "ranks that are not given take part in it (--assume-replicas takes data-parallel ones as copies)",
	"not-captured": "other ranks recorded no such operation: their captures began later or ended sooner",
	"ends-disagree": "what should be one operation ends at different times on its ranks",
	"no-metadata": "nothing says which ranks take part",
};
/** Groups that a warning names. */
const NAMED_GROUPS = 3;

/** One line a reason, however many operations and groups. */
function unmatched({ unmatched }: CommMatches): TraceWarning[] {
	return Object.entries(REASONS).flatMap(([reason, because]) => {
		const rows = unmatched.filter((row) => row.reason === reason).sort((a, b) => b.count - a.count);
		const count = rows.reduce((sum, row) => sum + row.count, 0);
		if (count === 0) return [];
		const groups = rows.map(({ group }) => shortened(group)).filter((group) => group !== "");
		const more = groups.length > NAMED_GROUPS ? ", …" : "";
		const where = groups.length > 0 ? ` (groups ${groups.slice(0, NAMED_GROUPS).join(", ")}${more})` : "";
		const message = `communication kept its recorded duration, waiting included${where}: ${because}`;
		return [{ code: `unmatched-${reason}`, message, count }];
	});
}

function assumed({ assumedRanks }: CommMatches): TraceWarning[] {
	if (assumedRanks === 0) return [];
	const message = "ranks of the job are not given and were taken as copies of their data-parallel replicas";
	return [{ code: "assumed-replicas", message, count: assumedRanks }];
}

/** Of `[0, 8, 16, …, 504]` the ends. */
function shortened(group: string): string {
	return group.length <= 24 ? group : `${group.slice(0, 10)}…${group.slice(-8)}`;
}
