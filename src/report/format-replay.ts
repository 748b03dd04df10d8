/** The result of a replay for people. */
import { formatBytes, formatCount, formatMs, formatShare } from "../lib/format.js";
import { formatBreakdown } from "./format-breakdown.js";
import { edgeLines, pathLines } from "./format-dependencies.js";
import { ellipsis, plural, section, timingLines, warningLines } from "./format-parts.js";
import { stepLines } from "./format-steps.js";
import { shortenName } from "./names.js";
import type { ExposedRow, ReplayResult, ReplayStep } from "./replay-result.js";
import { createStyle, type Look, type Style } from "./style.js";
import { formatTable } from "./table.js";

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
	return [
		...headLines(result, extras, style),
		...section("Step times", stepLines(result, style), style),
		...(atIteration ? section(...breakdownSection(result, atIteration, style), style) : []),
		...section("Kernels with the most exposed time", exposedLines(result, result.exposed.kernels, style), style),
		...section("Operators that the device waits for", exposedLines(result, result.exposed.operators, style), style),
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
	const packed = `${formatCount(graph.tasks)} tasks, ${formatCount(graph.edges)} dependencies`;
	return [
		`${style.heading("Replay")}  ${what.join(", ")}`,
		style.dim(`        ${size} ${style.unicode ? "\u2192" : "->"} ${packed}`),
	];
}

function breakdownSection(result: ReplayResult, step: ReplayStep, style: Style): [string, string[]] {
	const share = step.replayedMs > 0 ? step.launchBoundMs / step.replayedMs : 0;
	const launch = `  Launch-bound: ${formatMs(step.launchBoundMs)} (${formatShare(share)}), idle until the CPU launches more work`;
	return [
		`Where the time goes${whichStep(result, step)}`,
		[...formatBreakdown(step.measured, step.replayed, style), launch],
	];
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
	// What the four columns of numbers and the gaps between them take.
	const nameWidth = style.width - 50;
	const cells = rows.map((row) => [
		shortenName(row.name, nameWidth, ellipsis(style)).padEnd(nameWidth),
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
	return formatTable(columns, cells, { heading: style.dim });
}
