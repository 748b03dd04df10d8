/** What traces say of a job, for people. */
import { formatBytes, formatCount, formatMs } from "../lib/format.js";
import { rangesOf } from "../lib/ranges.js";
import { ellipsis, plural, section, timingLines, warningLines, wrap } from "./format-parts.js";
import type { Finding, InspectClocks, InspectRank, InspectResult } from "./inspect-result.js";
import { printable, shortenName } from "./names.js";
import { createStyle, type Look, type Style } from "./style.js";
import { formatTable } from "./table.js";

/** More rows than this are summed up. */
const MAX_ROWS = 12;

/** Pages on which the table of ranks does without a column. */
const NARROW = 90;

export function formatInspect(result: InspectResult, look: Look): string {
	const style = createStyle(look);
	const { source } = result;
	const size = [`${formatBytes(source.compressedBytes)} on disk`, `${formatBytes(source.bytes)} inflated`];
	return [
		...wrap(
			[
				`${style.heading("Inspect")}  ${plural(source.files, "file")}`,
				plural(source.ranks, "rank"),
				`${formatCount(source.events)} events`,
				...size,
			],
			style.width,
		),
		...section("Job", jobLines(result.job, style), style),
		...section("Ranks", rankLines(result.ranks, style), style),
		...(result.clocks ? section("Clocks", clockLines(result.clocks, style), style) : []),
		...(result.processGroups.length > 0 ? section("Process groups", groupLines(result, style), style) : []),
		...(result.skipped.length > 0 ? section("Not kept", skippedLines(result, style), style) : []),
		...warningLines(result.warnings, style),
		"",
		...timingLines(result.timing, [], style),
		"",
	].join("\n");
}

/** Those that are farthest off: most ranks of a job share a few machines' clocks. */
function clockLines({ medianResidualUs, ranks }: InspectClocks, style: Style): string[] {
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

const JOB_NAMES: Readonly<Record<keyof InspectResult["job"], string>> = {
	worldSize: "world size",
	backend: "backend",
	tensorParallel: "tensor parallel",
	pipelineParallel: "pipeline parallel",
	dataParallel: "data parallel",
	contextParallel: "context parallel",
	expertParallel: "expert parallel",
	virtualPipeline: "virtual pipeline",
	layers: "layers",
	hiddenSize: "hidden size",
	heads: "heads",
	sequenceLength: "sequence length",
	microBatchSize: "micro-batch size",
	microBatches: "micro-batches",
	schedule: "schedule",
};

function jobLines(job: InspectResult["job"], style: Style): string[] {
	const findings = Object.entries(JOB_NAMES).map(
		([key, name]) => [name, job[key as keyof InspectResult["job"]]] as const,
	);
	const known = findings.filter(([, { value }]) => value !== null);
	const rows = known.map(([name, finding]) => [name, valueText(finding), style.dim(finding.found)]);
	const missing = findings.filter(([, { value }]) => value === null).map(([name]) => name);
	const right = "right" as const;
	const lines = formatTable([{ title: "" }, { title: "", align: right }, { title: "" }], rows);
	if (missing.length > 0) {
		lines.push(`  ${style.warn("not found")}`, ...wrap(missing, style.width - 4).map((line) => `    ${line}`));
	}
	return lines;
}

function valueText({ value }: Finding): string {
	return typeof value === "number" ? formatCount(value) : printable(value ?? "");
}

function rankLines(ranks: readonly InspectRank[], style: Style): string[] {
	const narrow = style.width < NARROW;
	const nameWidth = style.width - (narrow ? 48 : 72);
	const rows = ranks
		.slice(0, MAX_ROWS)
		.map((rank) => [
			String(rank.rank),
			...(narrow ? [] : [style.dim(rank.rankFound)]),
			shortenName(deviceOf(rank), nameWidth, ellipsis(style)),
			formatCount(rank.threads),
			formatCount(rank.streams),
			formatCount(rank.events),
			stepsOf(rank),
		]);
	const right = "right" as const;
	const columns = [
		{ title: "rank", align: right },
		...(narrow ? [] : [{ title: "" }]),
		{ title: "device" },
		{ title: "threads", align: right },
		{ title: "streams", align: right },
		{ title: "events", align: right },
		{ title: "steps" },
	];
	const lines = formatTable(columns, rows, { heading: style.dim, width: style.width });
	const left = ranks.length - rows.length;
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more rank")}`));
	return lines;
}

function stepsOf({ steps }: InspectRank): string {
	const mean = steps.reduce((sum, step) => sum + step.measuredMs, 0) / Math.max(1, steps.length);
	const first = steps[0];
	if (first === undefined) return "none";
	if (first.step === "all") return `none marked, ${formatMs(mean)} in all`;
	return `${steps.length}${steps.length > 1 ? ", mean" : " of"} ${formatMs(mean)}`;
}

function deviceOf({ device, streams }: InspectRank): string {
	if (device !== "") return device;
	return streams > 0 ? "not named" : "none";
}

function groupLines({ processGroups }: InspectResult, style: Style): string[] {
	const shared = processGroups.filter(({ size }) => size > 1);
	const rows = shared
		.slice(0, MAX_ROWS)
		.map((group) => [
			printable(group.name),
			shortenName(group.desc, 32, ellipsis(style)),
			printable(group.backend),
			formatCount(group.size),
			shortenName(rangesOf(group.ranks), 32, ellipsis(style)),
		]);
	const columns = [
		{ title: "name" },
		{ title: "description" },
		{ title: "backend" },
		{ title: "size", align: "right" as const },
		{ title: "ranks" },
	];
	const lines = shared.length > 0 ? formatTable(columns, rows, { heading: style.dim, width: style.width }) : [];
	const left = shared.length - rows.length;
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more group")}`));
	const alone = processGroups.length - shared.length;
	if (alone > 0) lines.push(style.dim(`  ${plural(alone, "group")} of one rank`));
	return lines;
}

function skippedLines({ skipped }: InspectResult, style: Style): string[] {
	const rows = skipped.slice(0, MAX_ROWS).map(({ what, count }) => [printable(what), formatCount(count)]);
	const lines = formatTable([{ title: "" }, { title: "", align: "right" }], rows);
	const left = skipped.length - rows.length;
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more kind")}`));
	return lines;
}
