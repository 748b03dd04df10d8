/** Who is waited for in collectives, how long and why. */
import { formatBytes, formatCount, formatMs, formatShare } from "../lib/format.js";
import { causedMs } from "./describe-stragglers.js";
import { ellipsis, plural, wrap } from "./format-parts.js";
import { groupText } from "./group-text.js";
import { shortenName } from "./names.js";
import type { ReplayResult, Straggler } from "./replay-result.js";
import type { Style } from "./style.js";
import { type Column, formatTable } from "./table.js";

/**
 * A rank whose work makes others wait for less than this share of the steps is not worth a line, nor is one that stands out
 * by less than this factor from all ranks: noise makes each the last at times.
 */
const LEAST_SHARE = 0.005;
const LEAST_FACTOR = 1.5;
const MAX_ROWS = 5;

/** Causes below this share of the late time, and beyond the first two, are left out. */
const LEAST_CAUSE = 0.1;
const MAX_CAUSES = 2;

/** Pages on which the causes have a line of their own. */
const NARROW = 90;
const NAME_WIDTH = 24;
const INDENT = "         ";

const CAUSE_NAMES: Readonly<Record<keyof Straggler["causes"], string>> = {
	computingMs: "computing",
	launchingMs: "launching late",
	communicatingMs: "communicating",
	otherMs: "unexplained",
	inheritedMs: "waiting",
	pipelineMs: "its turn in the pipeline",
};

export function stragglerLines(result: ReplayResult, style: Style): string[] {
	const rows = standingOut(result);
	if (rows.length === 0)
		return [style.dim(`  Nobody for more than ${formatShare(LEAST_SHARE)} of the steps because of its own work`)];
	const right = "right" as const;
	const narrow = style.width < NARROW;
	const columns: Column[] = [
		{ title: "rank", align: right },
		{ title: "late", align: right },
		{ title: "of steps", align: right },
		{ title: "times", align: right },
		{ title: "others wait", align: right },
		...(narrow ? [] : [{ title: "why" }]),
	];
	const cells = rows.map(({ straggler, stepsMs }) => [
		String(straggler.rank),
		formatMs(straggler.lateMs),
		formatShare(straggler.lateMs / stepsMs),
		formatCount(straggler.timesLast),
		formatMs(straggler.othersWaitMs),
		...(narrow ? [] : [whyParts(straggler).join(", ")]),
	]);
	const [titles, ...lines] = formatTable(columns, cells, { heading: style.dim, width: style.width });
	return [
		titles!,
		...lines.flatMap((line, i) => {
			const { straggler } = rows[i]!;
			const details = [...(narrow ? [whyParts(straggler)] : []), ...whereParts(straggler, style)];
			const wrapped = details.flatMap((parts) => wrap(parts, style.width - INDENT.length));
			return [line, ...wrapped.map((detail) => style.dim(INDENT + detail))];
		}),
	];
}

function standingOut({ steps, stragglers }: ReplayResult): { straggler: Straggler; stepsMs: number }[] {
	const sum = stragglers.reduce((total, straggler) => total + causedMs(straggler), 0);
	const leastMs = (LEAST_FACTOR * sum) / stragglers.length;
	return stragglers
		.slice(0, MAX_ROWS)
		.map((straggler) => {
			const own = steps.filter(({ rank }) => rank === straggler.rank);
			return { straggler, stepsMs: own.reduce((total, { replayedMs }) => total + replayedMs, 0) };
		})
		.filter(({ straggler, stepsMs }) => causedMs(straggler) > Math.max(leastMs, LEAST_SHARE * stepsMs));
}

/** The causes that matter, the largest first. */
function whyParts({ causes, lateMs, inheritedFrom }: Straggler): string[] {
	return Object.entries(causes)
		.map(([cause, ms]) => ({ cause: cause as keyof Straggler["causes"], share: ms / lateMs }))
		.filter(({ share }) => share >= LEAST_CAUSE)
		.sort((a, b) => b.share - a.share)
		.slice(0, MAX_CAUSES)
		.map(({ cause, share }) => {
			const whom = cause === "inheritedMs" && inheritedFrom !== null ? ` for rank ${inheritedFrom}` : "";
			return `${CAUSE_NAMES[cause]}${whom} ${Math.round(100 * share)} %`;
		});
}

function whereParts({ mostAt, worst }: Straggler, style: Style): string[][] {
	const parts: string[][] = [];
	if (mostAt)
		parts.push([`most at ${operationText(mostAt, style)}`, plural(mostAt.count, "time"), formatMs(mostAt.lateMs)]);
	if (worst) {
		const step = worst.step === "all" ? "" : ` into step ${worst.step}`;
		parts.push([`worst at ${operationText(worst, style)}`, `${formatMs(worst.atMs)}${step}`, formatMs(worst.lateMs)]);
	}
	return parts;
}

type Operation = Pick<ReplayResult["collectives"][number], "name" | "bytes" | "group">;

function operationText({ name, bytes, group }: Operation, style: Style): string {
	const size = bytes > 0 ? ` ${formatBytes(bytes)}` : "";
	const members = group === "" ? "" : ` of ${groupText(group, NAME_WIDTH, ellipsis(style))}`;
	return `${shortenName(name, NAME_WIDTH, ellipsis(style))}${size}${members}`;
}
