/** What traces say of a job, for people. */
import { formatBytes, formatCount } from "../lib/format.js";
import { clockLines } from "./format-clocks.js";
import { ellipsis, plural, section, timingLines, warningLines, wrap } from "./format-parts.js";
import { groupLines, rankLines } from "./format-ranks.js";
import type { Finding, InspectResult } from "./inspect-result.js";
import { printable } from "./names.js";
import { createStyle, type Look, type Style } from "./style.js";
import { formatTable } from "./table.js";

/** More rows than this are summed up. */
const MAX_ROWS = 12;

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
		...(result.processGroups.length > 0
			? section("Process groups", groupLines(result.processGroups, style), style)
			: []),
		...(result.skipped.length > 0 ? section("Not kept", skippedLines(result, style), style) : []),
		...warningLines(result.warnings, style),
		"",
		...timingLines(result.timing, [], style),
		"",
	].join("\n");
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

function skippedLines({ skipped }: InspectResult, style: Style): string[] {
	const rows = skipped.slice(0, MAX_ROWS).map(({ what, count }) => [printable(what), formatCount(count)]);
	const lines = formatTable([{ title: "" }, { title: "", align: "right" }], rows);
	const left = skipped.length - rows.length;
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more kind")}`));
	return lines;
}
