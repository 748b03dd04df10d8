/** The result of a replay for people. */
import { formatBytes, formatCount, formatMs, formatShare } from "../lib/format.js";
import { formatBreakdown } from "./format-breakdown.js";
import { communicationLines } from "./format-communication.js";
import { edgeLines, pathLines } from "./format-dependencies.js";
import { ellipsis, plural, section, timingLines, warningLines, wrap } from "./format-parts.js";
import { stepLines } from "./format-steps.js";
import { stragglerLines } from "./format-stragglers.js";
import { whatIfLines } from "./format-what-if.js";
import { shortenName } from "./names.js";
import type { ExposedRow, ReplayResult, ReplayStep } from "./replay-result.js";
import { createStyle, type Look, type Style } from "./style.js";
import { formatTable } from "./table.js";

/** Names in fewer characters say little. */
const LEAST_NAME = 40;

export interface ReplayExtras {
	/** Name of the device, where it is known. */
	readonly deviceName?: string;
	/** The timeline that was written. */
	readonly perfettoPath?: string;
}

export function formatReplay(result: ReplayResult, extras: ReplayExtras, look: Look): string {
	const style = createStyle(look);
	const atIteration = result.steps.find(
		({ rank, step }) => rank === result.iteration.rank && step === result.iteration.step,
	);
	const onDevice = result.steps.some(({ kernelStart }) => kernelStart.n > 0);
	return [
		...headLines(result, extras, style),
		...(result.whatIf ? section("What if", whatIfLines(result.whatIf, style), style) : []),
		...section("Step times", stepLines(result, style), style),
		...(atIteration ? section(...breakdownSection(result, atIteration, style), style) : []),
		...(onDevice
			? section("Kernels with the most exposed time", exposedLines(result, result.exposed.kernels, style), style)
			: []),
		...section(
			onDevice ? "Operators that the device waits for" : "Operators with the most time",
			exposedLines(result, result.exposed.operators, style),
			style,
		),
		// Without the other ranks nobody can tell the wire from the waiting.
		...(result.stragglers.length > 0
			? [
					...section("Communication", communicationLines(result, style), style),
					...section("Who is waited for", stragglerLines(result, style), style),
				]
			: []),
		...section("Dependencies", edgeLines(result, style), style),
		...(atIteration
			? section(`Critical path${whichStep(result, atIteration)}`, pathLines(atIteration, style), style)
			: []),
		...warningLines(result.warnings, style),
		"",
		...(extras.perfettoPath === undefined
			? []
			: [`${style.heading("Timeline")}  ${extras.perfettoPath}  ${style.dim("open it in https://ui.perfetto.dev")}`]),
		...timingLines(
			result.timing,
			[
				["graph", result.timing.graphMs],
				["simulate", result.timing.simulateMs],
			],
			style,
		),
		"",
	].join("\n");
}

function headLines({ source, graph, steps }: ReplayResult, { deviceName }: ReplayExtras, style: Style): string[] {
	const ranks = new Set(steps.map((step) => step.rank)).size;
	const names = new Set(steps.map((step) => step.step)).size;
	const what = [
		`${plural(ranks, "rank")}${source.worldSize > ranks ? ` of ${source.worldSize}` : ""}`,
		plural(names, "step"),
		...(deviceName ? [deviceName] : []),
	];
	const size = `${formatCount(source.events)} events (${formatBytes(source.bytes)})`;
	const indent = " ".repeat("Replay  ".length);
	const flow = [
		`${size} ${style.unicode ? "\u2192" : "->"} ${formatCount(graph.tasks)} tasks`,
		`${formatCount(graph.edges)} dependencies`,
	];
	return [
		...wrap([`${style.heading("Replay")}  ${what[0]}`, ...what.slice(1)], style.width),
		...wrap(flow, style.width - indent.length).map((line) => style.dim(indent + line)),
	];
}

function breakdownSection(result: ReplayResult, step: ReplayStep, style: Style): [string, string[]] {
	const title = `Where the time goes${whichStep(result, step)}`;
	if (step.kernelStart.n === 0) return [title, [style.dim("  Nothing ran on a device: all of it is CPU time")]];
	const share = formatShare(step.launchBoundMs / step.replayedMs);
	const launch =
		step.launchBoundMs > 0
			? [`Launch-bound: ${formatMs(step.launchBoundMs)} (${share})`, "idle until the CPU launches more work"]
			: ["Launch-bound: never", "the CPU is always ahead of the device"];
	const lines = wrap(launch, style.width - 2).map((line) => `  ${line}`);
	return [title, [...formatBreakdown(step.measured, step.replayed, style), ...lines]];
}

/** Which step of which rank a section speaks of, where there are several. */
function whichStep({ steps }: ReplayResult, { step, rank }: ReplayStep): string {
	const ranks = new Set(steps.map((other) => other.rank)).size;
	const ofRank = ranks > 1 ? ` of rank ${rank}` : "";
	return step === "all" ? ofRank : ` in step ${step}${ofRank}`;
}

function exposedLines({ steps }: ReplayResult, rows: readonly ExposedRow[], style: Style): string[] {
	if (rows.length === 0) return [style.dim("  none")];
	const allMs = steps.reduce((sum, step) => sum + step.replayedMs, 0);
	const numbers = rows.map((row) => [
		formatMs(row.exposedMs),
		formatShare(allMs > 0 ? row.exposedMs / allMs : 0),
		formatMs(row.totalMs),
		formatCount(row.count),
	]);
	const right = "right" as const;
	const columns = [
		{ title: "" },
		{ title: "exposed", align: right },
		{ title: "of steps", align: right },
		{ title: "total", align: right },
		{ title: "count", align: right },
	];
	// Gaps may shrink to one blank on a narrow page.
	const taken = columns.slice(1).reduce(
		(sum, { title }, c) => {
			return sum + Math.max(title.length, ...numbers.map((row) => row[c]!.length));
		},
		2 + columns.length - 1,
	);
	const wide = style.width - taken - 2 * (columns.length - 1);
	const nameWidth = wide >= LEAST_NAME ? wide : style.width - taken;
	const cells = rows.map((row, i) => [
		shortenName(row.name, nameWidth, ellipsis(style)).padEnd(nameWidth),
		...numbers[i]!,
	]);
	return formatTable(columns, cells, { heading: style.dim, width: style.width });
}
