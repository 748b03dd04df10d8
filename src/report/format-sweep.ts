/** A sweep for people who have to decide: what is best, by how much, what limits it, and what was not searched. */
import { formatCount, formatMs, formatShare } from "../lib/format.js";
import { plural, section, warningLines, wrap } from "./format-parts.js";
import { checkText } from "./format-predict.js";
import { billions, sweepRows } from "./format-sweep-rows.js";
import { createStyle, type Look, type Style } from "./style.js";
import type { SweepResult } from "./sweep-result.js";
import { formatTable } from "./table.js";

type Best = SweepResult["best"][number];

/** Nothing in it depends on how long the sweep took, or on how many machines. */
export function formatSweep(result: SweepResult, outPath: string | undefined, look: Look): string {
	const style = createStyle(look);
	return [
		...headLines(result, style),
		...section(titleOf(result), sweepRows(result.best, result, style), style),
		...tieLines(result, style),
		...restsOnLines(result, style),
		...familyLines(result, style),
		...(result.explanations.length === 0 ? [] : section("Why the first one is best", explanationLines(result), style)),
		...warningLines(result.warnings, style),
		"",
		...(outPath === undefined
			? []
			: [`${style.heading("All")}  ${outPath}  ${style.dim(plural(result.space.simulated, "configuration"))}`, ""]),
	].join("\n");
}

/** For stderr: it differs from run to run. */
export function sweepTimeLine({ timing, space }: SweepResult): string {
	const { totalMs, configsPerSecond, tasksPerSecond, workers, peakRssMb } = timing;
	return [
		`${formatCount(space.simulated)} configurations in ${formatMs(totalMs)}`,
		`${configsPerSecond.toFixed(1)} configurations/s`,
		`${(tasksPerSecond / 1e6).toFixed(1)} million tasks/s`,
		plural(workers, "worker"),
		`peak ${peakRssMb.toFixed(0)} MB`,
	].join(", ");
}

function headLines({ model, hardware, base, axes, space, best }: SweepResult, style: Style): string[] {
	const gpus = axes.gpus!.map((n) => formatCount(n as number)).join(" or ");
	const reasons = [
		...Object.entries(space.invalidReasons),
		...Object.entries(space.pruned),
		...(space.outOfMemory > 0 ? [["more than the memory", space.outOfMemory] as const] : []),
	].sort((a, b) => b[1] - a[1]);
	const first = best[0];
	const batch = first ? `, global batch ${formatCount(first.config.parallel.globalBatchSize)}` : "";
	const { config, identity } = base;
	return [
		...(config && identity ? [`${style.heading("Check")}  ${checkText(config.parallel, identity)}`] : []),
		`${style.heading("Sweep")}  ${model} on ${gpus} GPUs, ${hardware}${batch}`,
		`       ${formatCount(space.total)} combinations, ${plural(space.simulated, "configuration")} simulated; not simulated:`,
		...formatTable(
			[{ title: "", align: "right" }, { title: "" }],
			reasons.map(([reason, n]) => [formatCount(n), reason]),
			{ indent: 7, width: style.width },
		),
	];
}

function titleOf({ objective, ranked, best }: SweepResult): string {
	if (objective.length === 1) return `Best by ${objective[0]}`;
	return `Pareto front of ${objective.join(", ")}: ${best.length} of ${ranked}`;
}

function tieLines({ ties, best }: SweepResult, style: Style): string[] {
	if (ties === 0) return [];
	const shown = best.filter(({ tiesBest }) => tiesBest).length;
	const others = ties === shown ? "" : `, and ${formatCount(ties - shown)} further ones`;
	return wrap(["= ties with the first one", `it lies within its 90 % interval${others}`], style.width).map((line) =>
		style.dim(line),
	);
}

function restsOnLines({ best }: SweepResult, style: Style): string[] {
	const restsOn = best[0]?.restsOn;
	if (restsOn === undefined) return [];
	const { measuredShare, scaledShare, modelledShare } = restsOn;
	const text = `the first one rests on measured time for ${formatShare(measuredShare)}, on scaled for ${formatShare(scaledShare)}, on modelled for ${formatShare(modelledShare)}`;
	return [style.dim(text)];
}

function familyLines(result: SweepResult, style: Style): string[] {
	const { family } = result;
	if (family === undefined) return [];
	const { targetMs, targetTokensPerSecond, largest, nearest } = family;
	const target = targetMs !== undefined ? formatMs(targetMs) : `${formatCount(targetTokensPerSecond ?? 0)} tokens/s`;
	const speed = (one: Best): string => `${formatMs(one.iterationMs)}, ${formatCount(one.tokensPerSecond)} tokens/s`;
	const verdict =
		largest !== undefined
			? [`  The largest that meets ${target}: ${billions(largest.parameters)} parameters, ${speed(largest)}`]
			: nearest !== undefined
				? [`  None meets ${target}; the fastest has ${billions(nearest.parameters)} parameters, ${speed(nearest)}`]
				: [];
	const title = `Size against speed: ${plural(family.front.length, "member")} of ${formatCount(family.members)} that no larger one beats`;
	return section(title, [...sweepRows(family.front, result, style), ...verdict], style);
}

function explanationLines({ explanations }: SweepResult): string[] {
	return explanations.flatMap(({ rank, slowerMs, computeMs, exposedCommMs, bubbleMs, differences }) => {
		const parts = [
			["compute", computeMs],
			["communication", exposedCommMs],
			["bubble", bubbleMs],
		] as const;
		const why = [...parts]
			.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
			.map(([name, ms]) => `${name} ${ms < 0 ? "-" : "+"}${formatMs(Math.abs(ms))}`)
			.join(", ");
		const set = differences.map(({ name, best, here }) => `${name} ${here} instead of ${best}`).join(", ");
		return [`  ${rank} takes ${formatMs(Math.abs(slowerMs))} ${slowerMs < 0 ? "less" : "more"}: ${why}`, `     ${set}`];
	});
}
