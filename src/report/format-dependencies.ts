/** What the graph holds, and which of it decided how long the step takes. */
import { formatCount, formatShare } from "../lib/format.js";
import { plural, wrap } from "./format-parts.js";
import type { ReplayResult, ReplayStep } from "./replay-result.js";
import type { Style } from "./style.js";
import { formatTable } from "./table.js";

/** Ranks that a critical path names. */
const MOST_RANKS = 4;

const EDGE_NAMES: Readonly<Record<string, string>> = {
	intraThread: "thread order",
	interThread: "thread to thread",
	launch: "launch",
	sync: "device to CPU",
	intraStream: "stream order",
	interStream: "stream to stream",
	collective: "collective",
	entry: "under way before",
};

export function edgeLines({ graph }: ReplayResult, style: Style): string[] {
	const rows = Object.entries(EDGE_NAMES)
		.map(([kind, name]) => ({ name, ...(graph.evidence[kind] ?? { exact: 0, inferred: 0 }) }))
		.filter(({ exact, inferred }) => exact + inferred > 0)
		.map(({ name, exact, inferred }) => [name, countOrDash(exact), countOrDash(inferred)]);
	const right = "right" as const;
	const columns = [{ title: "" }, { title: "exact", align: right }, { title: "inferred", align: right }];
	return formatTable(columns, rows, { heading: style.dim });
}

function countOrDash(count: number): string {
	return count > 0 ? formatCount(count) : "-";
}

const TASK_NAMES: Readonly<Record<string, string>> = {
	cpuOp: "operators",
	runtime: "runtime calls",
	launch: "launch calls",
	syncCall: "blocking calls",
	kernel: "compute kernels",
	comm: "communication",
	memory: "copies",
	transfer: "collectives",
};

const DELAY_NAMES: Readonly<Record<string, string>> = {
	intraThread: "untraced CPU time",
	interThread: "thread hand-over",
	launch: "launch latency",
	sync: "return of waits",
	intraStream: "gaps in streams",
	interStream: "stream hand-over",
	collective: "waits in collectives",
	entry: "work from before",
};

export function pathLines({ criticalPath, replayedMs }: ReplayStep, style: Style): string[] {
	const parts = [
		...Object.entries(criticalPath.tasksMs).map(([kind, ms]) => ({ name: TASK_NAMES[kind] ?? kind, ms })),
		...Object.entries(criticalPath.delaysMs).map(([kind, ms]) => ({ name: DELAY_NAMES[kind] ?? kind, ms })),
		{ name: "unexplained", ms: criticalPath.unexplainedMs },
	]
		.filter(({ ms }) => ms >= replayedMs * 0.0005 && ms > 0)
		.sort((a, b) => b.ms - a.ms)
		.map(({ name, ms }) => `${name} ${formatShare(ms / replayedMs)}`);
	return [
		...wrap(parts, style.width - 2).map((line) => `  ${line}`),
		...crossingLines(criticalPath, replayedMs, style),
		`  ${criticalPath.inferredShare > 0 ? formatShare(criticalPath.inferredShare) : "Nothing"} of it rests on inferred dependencies`,
	];
}

/** Which ranks the path goes through, where it is more than one. */
function crossingLines({ ranks, crossings }: ReplayStep["criticalPath"], replayedMs: number, style: Style): string[] {
	if (crossings === 0) return [];
	const most = ranks.slice(0, MOST_RANKS).map(({ rank, ms }) => `${rank} (${formatShare(ms / replayedMs)})`);
	const more =
		ranks.length > MOST_RANKS
			? [`and others; ${plural(crossings, "time")} from one to another`]
			: [`${plural(crossings, "time")} from one to another`];
	const [first, ...rest] = most;
	return wrap([`It goes through ranks ${first}`, ...rest, ...more], style.width - 2).map((line) => `  ${line}`);
}
