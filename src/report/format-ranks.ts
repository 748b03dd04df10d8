/** Ranks and process groups for people: each on a line, or those that are alike together where there are many. */
import { formatCount, formatMs } from "../lib/format.js";
import { rangesOf } from "../lib/ranges.js";
import { ellipsis, plural } from "./format-parts.js";
import { groupBy } from "./group-by.js";
import type { InspectRank, InspectResult } from "./inspect-result.js";
import { printable, shortenName } from "./names.js";
import type { Style } from "./style.js";
import { type Column, formatTable } from "./table.js";

/** More rows than this are put together, and what is still more is left out. */
const MAX_ROWS = 12;
/** Pages on which the table of ranks does without a column. */
const NARROW = 90;
const RANGE_WIDTH = 32;

const right = "right" as const;

export function rankLines(ranks: readonly InspectRank[], style: Style): string[] {
	const many = ranks.length > MAX_ROWS;
	const alike = many ? groupBy(ranks, looksOf) : ranks.map((rank) => [rank]);
	const shown = alike.slice(0, MAX_ROWS);
	const narrow = style.width < NARROW;
	const rangeWidth = narrow ? RANGE_WIDTH / 2 : RANGE_WIDTH;
	const names = shown.map((group) => shortenName(rangesOf(group.map(({ rank }) => rank)), rangeWidth, ellipsis(style)));
	const widest = Math.max("rank".length, ...names.map((name) => name.length));
	const deviceWidth = style.width - widest - (narrow ? 44 : 68);
	const rows = shown.map((group, i) => {
		const rank = group[0]!;
		return [
			names[i]!,
			...(narrow ? [] : [style.dim(rank.rankFound)]),
			shortenName(deviceOf(rank), deviceWidth, ellipsis(style)),
			formatCount(rank.threads),
			formatCount(rank.streams),
			formatCount(mean(group, ({ events }) => events)),
			stepsOf(group),
		];
	});
	const columns: Column[] = [
		{ title: many ? "ranks" : "rank", align: right },
		...(narrow ? [] : [{ title: "" }]),
		{ title: "device" },
		{ title: "threads", align: right },
		{ title: "streams", align: right },
		{ title: "events", align: right },
		{ title: "steps" },
	];
	const lines = formatTable(columns, rows, { heading: style.dim, width: style.width });
	const left = alike.slice(MAX_ROWS).reduce((sum, group) => sum + group.length, 0);
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more rank")}`));
	if (many) lines.push(style.dim("  Events and times in the mean; --json lists every rank"));
	return lines;
}

/** What ranks have in common that stand in one row. */
function looksOf({ rankFound, device, threads, streams, steps }: InspectRank): string {
	return [rankFound, device, threads, streams, steps.length, steps[0]?.step === "all"].join("|");
}

function stepsOf(ranks: readonly InspectRank[]): string {
	const { steps } = ranks[0]!;
	if (steps.length === 0) return "none";
	const all = ranks.flatMap((rank) => rank.steps);
	const time = formatMs(mean(all, ({ measuredMs }) => measuredMs));
	if (steps[0]!.step === "all") return `none marked, ${time} in all`;
	return `${steps.length}${all.length > 1 ? ", mean" : " of"} ${time}`;
}

function deviceOf({ device, streams }: InspectRank): string {
	if (device !== "") return device;
	return streams > 0 ? "not named" : "none";
}

export function groupLines(groups: InspectResult["processGroups"], style: Style): string[] {
	const shared = groups.filter(({ size }) => size > 1);
	const lines = shared.length > MAX_ROWS ? mergedGroupLines(shared, style) : eachGroupLines(shared, style);
	const alone = groups.length - shared.length;
	if (alone > 0) lines.push(style.dim(`  ${plural(alone, "group")} of one rank`));
	return lines;
}

function eachGroupLines(groups: InspectResult["processGroups"], style: Style): string[] {
	if (groups.length === 0) return [];
	const rows = groups.map((group) => [printable(group.name), ...purposeOf(group, style)]);
	const columns: Column[] = [
		{ title: "name" },
		{ title: "description" },
		{ title: "backend" },
		{ title: "size", align: right },
		{ title: "ranks" },
	];
	return formatTable(columns, rows, { heading: style.dim, width: style.width });
}

/** Groups of one purpose and size on a line, with the ranks of the first. */
function mergedGroupLines(groups: InspectResult["processGroups"], style: Style): string[] {
	const alike = groupBy(groups, ({ desc, backend, size }) => `${desc}|${backend}|${size}`);
	const rows = alike.slice(0, MAX_ROWS).map((same) => [formatCount(same.length), ...purposeOf(same[0]!, style)]);
	const columns: Column[] = [
		{ title: "groups", align: right },
		{ title: "description" },
		{ title: "backend" },
		{ title: "size", align: right },
		{ title: "ranks of the first" },
	];
	const lines = formatTable(columns, rows, { heading: style.dim, width: style.width });
	const left = alike.slice(MAX_ROWS).reduce((sum, same) => sum + same.length, 0);
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more group")}`));
	return lines;
}

function purposeOf({ desc, backend, size, ranks }: InspectResult["processGroups"][number], style: Style): string[] {
	return [
		shortenName(desc, RANGE_WIDTH, ellipsis(style)),
		printable(backend),
		formatCount(size),
		shortenName(rangesOf(ranks), RANGE_WIDTH, ellipsis(style)),
	];
}

function mean<T>(items: readonly T[], of: (item: T) => number): number {
	return items.reduce((sum, item) => sum + of(item), 0) / items.length;
}
