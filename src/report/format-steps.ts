/** Measured and replayed times of the steps, at most sixteen rows however many there are. */
import { formatMs, formatSignedPct } from "../lib/format.js";
import { ellipsis, plural, wrap } from "./format-parts.js";
import { groupBy } from "./group-by.js";
import type { ReplayResult, ReplayStep } from "./replay-result.js";
import type { Style } from "./style.js";
import { type Column, formatTable } from "./table.js";

/** More rows than this are summed up. */
const MAX_ROWS = 16;

/** Pages on which the long titles do not fit. */
const NARROW = 80;

/** Errors beyond these are worth a look, and wrong. */
const WARN_PCT = 1;
const BAD_PCT = 3;

/** How many of the worst errors are named. */
const WORST = 3;

const right = "right" as const;

export function stepLines(result: ReplayResult, style: Style): string[] {
	const { steps, whatIf } = result;
	const ranks = new Set(steps.map((step) => step.rank)).size;
	const lines = ranks > 1 && steps.length > MAX_ROWS ? mergedLines(result, style) : eachLines(result, ranks, style);
	// With changes there is no error to speak of.
	if (whatIf !== undefined) return lines;
	if (steps.length > 1) lines.push(...indented(summary(steps, ranks, style), style));
	return [...lines, ...indented(iterationParts(result, style), style)];
}

/** With changes the difference from the measurement is what is asked for, and no error. */
function titlesOf(changed: boolean): readonly [string, string] {
	return changed ? ["changed", "change"] : ["replayed", "error"];
}

/** One row a step and rank. */
function eachLines({ steps, whatIf }: ReplayResult, ranks: number, style: Style): string[] {
	const changed = whatIf !== undefined;
	const [replayed, error] = titlesOf(changed);
	const rows = steps
		.slice(0, MAX_ROWS)
		.map((step) => [
			stepName(step),
			...(ranks > 1 ? [String(step.rank)] : []),
			formatMs(step.measuredMs),
			formatMs(step.replayedMs),
			...(changed
				? [formatSignedPct(step.errorPct)]
				: [paintError(step.errorPct, style), step.kernelStart.n > 0 ? `${step.kernelStart.p95Us.toFixed(1)} us` : "-"]),
		]);
	const columns: Column[] = [
		{ title: "step", align: right },
		...(ranks > 1 ? [{ title: "rank", align: right }] : []),
		{ title: "measured", align: right },
		{ title: replayed, align: right },
		{ title: error, align: right },
		...(changed ? [] : [{ title: style.width < NARROW ? "start p95" : "kernel starts off by, p95", align: right }]),
	];
	return withRest(formatTable(columns, rows, { heading: style.dim, width: style.width }), steps.length, style);
}

/** One row a step: its slowest and its fastest rank, and the error over all ranks. */
function mergedLines({ steps, whatIf }: ReplayResult, style: Style): string[] {
	const [replayed, error] = titlesOf(whatIf !== undefined);
	const byStep = groupBy(steps, ({ step }) => step);
	const narrow = style.width < NARROW;
	const rows = byStep.slice(0, MAX_ROWS).map((group) => {
		const slowest = group.reduce((a, b) => (b.replayedMs > a.replayedMs ? b : a));
		const fastest = group.reduce((a, b) => (b.replayedMs < a.replayedMs ? b : a));
		return [
			stepName(slowest),
			String(slowest.rank),
			formatMs(slowest.measuredMs),
			formatMs(slowest.replayedMs),
			whatIf === undefined ? paintError(slowest.errorPct, style) : formatSignedPct(slowest.errorPct),
			...(narrow ? [] : [String(fastest.rank), formatMs(fastest.replayedMs), `${meanError(group).toFixed(2)} %`]),
		];
	});
	const columns: Column[] = [
		{ title: "step", align: right },
		{ title: "slowest rank", align: right },
		{ title: "measured", align: right },
		{ title: replayed, align: right },
		{ title: error, align: right },
		...(narrow
			? []
			: [
					{ title: "fastest rank", align: right },
					{ title: replayed, align: right },
					{ title: `mean |${error}|`, align: right },
				]),
	];
	const lines = withRest(formatTable(columns, rows, { heading: style.dim, width: style.width }), byStep.length, style);
	return [...lines, style.dim("  --json lists every step of every rank")];
}

function withRest(lines: string[], all: number, style: Style): string[] {
	const left = all - MAX_ROWS;
	return left > 0 ? [...lines, style.dim(`  ${ellipsis(style)} and ${plural(left, "more step")}`)] : lines;
}

function stepName({ step }: ReplayStep): string {
	return step === "all" ? "all" : String(step);
}

function iterationParts({ iteration }: ReplayResult, style: Style): string[] {
	const which = iteration.step === "all" ? "whole trace" : `step ${iteration.step}`;
	return [
		`Iteration (${which}): measured ${formatMs(iteration.measuredMs)}`,
		`replayed ${style.heading(formatMs(iteration.replayedMs))}`,
		`error ${paintError(iteration.errorPct, style)}`,
	];
}

function meanError(steps: readonly ReplayStep[]): number {
	return steps.reduce((sum, step) => sum + Math.abs(step.errorPct), 0) / steps.length;
}

function summary(steps: readonly ReplayStep[], ranks: number, style: Style): string[] {
	const all = `${steps.length} steps${ranks > 1 ? ` of ${ranks} ranks` : ""}`;
	const average = `Mean |error| of ${all}: ${meanError(steps).toFixed(2)} %`;
	const count = steps.length > MAX_ROWS ? WORST : 1;
	const worst = [...steps].sort((a, b) => Math.abs(b.errorPct) - Math.abs(a.errorPct)).slice(0, count);
	// Where all round to zero, none is worse.
	if (isZero(worst[0]!.errorPct)) return [average, `worst ${paintError(worst[0]!.errorPct, style)}`];
	const named = worst.map(({ step, rank, errorPct }) => {
		return `${paintError(errorPct, style)} (step ${step}${ranks > 1 ? `, rank ${rank}` : ""})`;
	});
	return [average, `worst ${named[0]}`, ...named.slice(1)];
}

function isZero(pct: number): boolean {
	return Math.abs(pct) < 0.005;
}

function indented(parts: readonly string[], style: Style): string[] {
	return wrap(parts, style.width - 2).map((line) => `  ${line}`);
}

function paintError(pct: number, style: Style): string {
	const text = formatSignedPct(pct);
	if (Math.abs(pct) > BAD_PCT) return style.bad(text);
	return Math.abs(pct) > WARN_PCT ? style.warn(text) : style.good(text);
}
