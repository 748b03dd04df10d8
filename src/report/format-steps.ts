/** Measured and replayed times of the steps, at most a dozen lines however many there are. */
import { formatMs, formatSignedPct } from "../lib/format.js";
import { ellipsis, plural, wrap } from "./format-parts.js";
import type { ReplayResult, ReplayStep } from "./replay-result.js";
import type { Style } from "./style.js";
import { formatTable } from "./table.js";

/** More rows than this are summed up. */
const MAX_STEPS = 12;

/** Pages on which the long titles do not fit. */
const NARROW = 80;

/** Errors beyond these are worth a look, and wrong. */
const WARN_PCT = 1;
const BAD_PCT = 3;

export function stepLines({ steps, iteration }: ReplayResult, style: Style): string[] {
	const ranks = new Set(steps.map((step) => step.rank)).size;
	const merged = ranks > 1 && steps.length > MAX_STEPS;
	const rows = merged ? slowestOfEachStep(steps) : steps;
	const shown = rows
		.slice(0, MAX_STEPS)
		.map((step) => [
			step.step === "all" ? "all" : String(step.step),
			...(ranks > 1 ? [String(step.rank)] : []),
			formatMs(step.measuredMs),
			formatMs(step.replayedMs),
			paintError(step.errorPct, style),
			step.kernelStart.n > 0 ? `${step.kernelStart.p95Us.toFixed(1)} us` : "-",
		]);
	const columns = [
		{ title: "step", align: "right" as const },
		...(ranks > 1 ? [{ title: merged ? "slowest rank" : "rank", align: "right" as const }] : []),
		{ title: "measured", align: "right" as const },
		{ title: "replayed", align: "right" as const },
		{ title: "error", align: "right" as const },
		{ title: style.width < NARROW ? "start p95" : "kernel starts off by, p95", align: "right" as const },
	];
	const lines = formatTable(columns, shown, { heading: style.dim, width: style.width });
	const left = rows.length - shown.length;
	if (left > 0) lines.push(style.dim(`  ${ellipsis(style)} and ${plural(left, "more step")}`));
	if (steps.length > 1) lines.push(...indented(summary(steps, ranks, style), style));
	const which = iteration.step === "all" ? "whole trace" : `step ${iteration.step}`;
	const times = [
		`Iteration (${which}): measured ${formatMs(iteration.measuredMs)}`,
		`replayed ${style.heading(formatMs(iteration.replayedMs))}`,
		`error ${paintError(iteration.errorPct, style)}`,
	];
	return [...lines, ...indented(times, style)];
}

function summary(steps: readonly ReplayStep[], ranks: number, style: Style): string[] {
	const mean = steps.reduce((sum, step) => sum + Math.abs(step.errorPct), 0) / steps.length;
	const worst = steps.reduce((a, b) => (Math.abs(b.errorPct) > Math.abs(a.errorPct) ? b : a));
	const where = `step ${worst.step}${ranks > 1 ? `, rank ${worst.rank}` : ""}`;
	const all = `${steps.length} steps${ranks > 1 ? ` of ${ranks} ranks` : ""}`;
	const average = `Mean |error| of ${all}: ${mean.toFixed(2)} %`;
	const extreme = `worst ${paintError(worst.errorPct, style)}`;
	// Where all round to zero, none is worse.
	return [average, isZero(worst.errorPct) ? extreme : `${extreme} (${where})`];
}

function isZero(pct: number): boolean {
	return Math.abs(pct) < 0.005;
}

function indented(parts: readonly string[], style: Style): string[] {
	return wrap(parts, style.width - 2).map((line) => `  ${line}`);
}

function slowestOfEachStep(steps: readonly ReplayStep[]): ReplayStep[] {
	const slowest = new Map<number | "all", ReplayStep>();
	for (const step of steps) {
		const known = slowest.get(step.step);
		if (known === undefined || step.replayedMs > known.replayedMs) slowest.set(step.step, step);
	}
	return [...slowest.values()];
}

function paintError(pct: number, style: Style): string {
	const text = formatSignedPct(pct);
	if (Math.abs(pct) > BAD_PCT) return style.bad(text);
	return Math.abs(pct) > WARN_PCT ? style.warn(text) : style.good(text);
}
