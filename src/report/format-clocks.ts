/** Where the clocks of the ranks stood, for people. */
import { formatMs } from "../lib/format.js";
import { plural } from "./format-parts.js";
import type { InspectClocks } from "./inspect-result.js";
import type { Style } from "./style.js";
import { formatTable } from "./table.js";

/** More rows than this are summed up. */
const MAX_ROWS = 12;

/** Those that are farthest off: most ranks of a job share a few machines' clocks. */
export function clockLines({ medianResidualUs, ranks }: InspectClocks, style: Style): string[] {
	const right = "right" as const;
	const byOffset = ranks.toSorted((a, b) => Math.abs(b.offsetUs) - Math.abs(a.offsetUs));
	const shown = ranks.length > MAX_ROWS ? byOffset.slice(0, MAX_ROWS / 2) : ranks;
	const rows = shown.map(({ rank, offsetUs, driftPpm, residualUs, aligned }) => [
		String(rank),
		aligned ? formatMs(offsetUs / 1000) : style.warn("unknown"),
		driftPpm === 0 ? "-" : `${driftPpm.toFixed(1)} ppm`,
		residualUs === null ? "-" : formatMs(residualUs / 1000),
	]);
	const columns = [
		{ title: "rank", align: right },
		{ title: "ahead of the first", align: right },
		{ title: "drift", align: right },
		{ title: "ends agree within", align: right },
	];
	const more = ranks.length - shown.length;
	const rest = more > 0 ? [`  ${plural(more, "more rank")}, nearer to the first; --json lists all`] : [];
	return [
		...formatTable(columns, rows),
		...rest,
		`  All ends agree within ${formatMs(medianResidualUs / 1000)} (median)`,
	];
}
