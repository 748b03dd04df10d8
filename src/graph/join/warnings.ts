/** What there is to say about the ranks of a job once they are put together. */
import type { TraceWarning } from "../../trace/columns.js";
import type { CommMatches } from "../comms/match.js";
import type { RankBlock } from "../rank/block.js";

export function joinWarnings(blocks: readonly RankBlock[], _matches: CommMatches): TraceWarning[] {
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
	return warnings;
}
