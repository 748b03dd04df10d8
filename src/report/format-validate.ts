/** How far predictions are from measurements, for people. */
import { formatCount, formatMs, formatShare, formatSignedPct } from "../lib/format.js";
import { fitLines } from "./format-fit.js";
import { ellipsis, plural, section, warningLines, wrap } from "./format-parts.js";
import { createStyle, type Look, type Style } from "./style.js";
import { formatTable } from "./table.js";
import type { ValidateResult } from "./validate-result.js";

/** More than this are summed up. */
const MAX_GROUPS = 20;
/** The rows that are farthest off. */
const SHOWN_ROWS = 8;
const right = "right" as const;

const pct = (value: number): string => `${value.toFixed(2)} %`;
const correlation = (value: number | null): string => (value === null ? "-" : value.toFixed(3));

export function formatValidate(result: ValidateResult, look: Look): string {
	const style = createStyle(look);
	const { summary, calibration, timing } = result;
	const head = [`${style.heading("Validate")}  ${result.path}`, plural(summary.n, "row"), result.hardware];
	const times = (["fit", "predict", "total"] as const).map((name) => `${name} ${formatMs(timing[`${name}Ms`])}`);
	return [
		...wrap([...head, result.framework], style.width),
		...(calibration ? section("Calibration", calibrationLines(calibration, style), style) : []),
		...section("Errors", summaryLines(summary), style),
		...section("Groups", groupLines(summary.perGroup, style), style),
		...section("Farthest off", worstLines(result.rows, style), style),
		...warningLines(result.warnings, style),
		"",
		...wrap([...times, `peak ${timing.peakRssMb.toFixed(0)} MB`], style.width).map(style.dim),
		"",
	].join("\n");
}

function calibrationLines(calibration: NonNullable<ValidateResult["calibration"]>, style: Style): string[] {
	const { files, rows, leftOut } = calibration;
	const without = leftOut === 0 ? "" : `, without ${plural(leftOut, "row")} that are validated`;
	return [`  on ${plural(rows, "row")} of ${files.join(", ")}${without}`, ...fitLines(calibration, style)];
}

function summaryLines(summary: ValidateResult["summary"]): string[] {
	return formatTable(
		[{ title: "" }, { title: "", align: right }],
		[
			["mean |error|", pct(summary.mapePct)],
			["95 % within", pct(summary.p95Pct)],
			["worst", pct(summary.worstPct)],
			["bias", formatSignedPct(summary.biasPct)],
			["Spearman", correlation(summary.spearman)],
			["inside the 90 % interval", formatShare(summary.intervalCoverage)],
		],
	);
}

function groupLines(groups: ValidateResult["summary"]["perGroup"], style: Style): string[] {
	const shown = groups.toSorted((a, b) => b.n - a.n).slice(0, MAX_GROUPS);
	const columns = [
		{ title: "group" },
		{ title: "rows", align: right },
		{ title: "mean |error|", align: right },
		{ title: "Spearman", align: right },
		{ title: "regret", align: right },
	];
	const rows = shown.map(({ group, n, mapePct, spearman, topOneRegretPct }) => [
		group,
		formatCount(n),
		pct(mapePct),
		correlation(spearman),
		pct(topOneRegretPct),
	]);
	const left = groups.length - shown.length;
	const more = left > 0 ? [style.dim(`  ${ellipsis(style)} and ${plural(left, "more group")}; --json lists all`)] : [];
	return [...formatTable(columns, rows, { heading: style.dim, width: style.width }), ...more];
}

function worstLines(rows: ValidateResult["rows"], style: Style): string[] {
	const shown = rows.toSorted((a, b) => Math.abs(b.errorPct) - Math.abs(a.errorPct)).slice(0, SHOWN_ROWS);
	const columns = ["line", "tp", "pp", "dp", "micro-batch", "measured", "predicted", "90 % interval", "error"];
	return formatTable(
		columns.map((title) => ({ title, align: right })),
		shown.map((row) => [
			String(row.line),
			String(row.tensorModelParallelSize),
			String(row.pipelineModelParallelSize),
			String(row.dataParallelSize),
			String(row.microBatchSize),
			formatMs(row.measuredMs),
			formatMs(row.predictedMs),
			`${formatMs(row.interval.lowMs)} to ${formatMs(row.interval.highMs)}`,
			formatSignedPct(row.errorPct),
		]),
		{ heading: style.dim, width: style.width },
	);
}
