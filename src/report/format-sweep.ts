/** A sweep for people who have to decide: what is best, by how much, what limits it, and what was not searched. */
import { formatCount, formatMs, formatShare } from "../lib/format.js";
import { plural, section, warningLines, wrap } from "./format-parts.js";
import { createStyle, type Look, type Style } from "./style.js";
import type { SweepResult } from "./sweep-result.js";
import { formatTable } from "./table.js";

type Best = SweepResult["best"][number];
type Parallel = Best["config"]["parallel"];

/** Nothing in it depends on how long the sweep took, or on how many machines. */
export function formatSweep(result: SweepResult, outPath: string | undefined, look: Look): string {
	const style = createStyle(look);
	return [
		...headLines(result, style),
		...section(titleOf(result), bestLines(result.best, result, style), style),
		...tieLines(result, style),
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

function headLines({ model, hardware, axes, space, best }: SweepResult, style: Style): string[] {
	const gpus = axes.gpus!.map((n) => formatCount(n as number)).join(" or ");
	const reasons = [
		...Object.entries(space.invalidReasons),
		...Object.entries(space.pruned),
		...(space.outOfMemory > 0 ? [["more than the memory", space.outOfMemory] as const] : []),
	].sort((a, b) => b[1] - a[1]);
	const first = best[0];
	const batch = first ? `, global batch ${formatCount(first.config.parallel.globalBatchSize)}` : "";
	return [
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

/** Objectives that have no column of their own. */
const SHOWN = new Set(["iteration-time", "mfu", "throughput", "memory-headroom"]);
const COLUMN_OF: Readonly<Record<string, readonly [column: string, title: string]>> = {
	"training-time": ["training_hours", "hours"],
	"gpu-hours": ["gpu_hours", "GPU hours"],
	cost: ["cost", "cost"],
	energy: ["energy_kwh", "kWh"],
	carbon: ["carbon_kg", "kg CO2"],
};

function bestLines(best: readonly Best[], { objective, axes }: SweepResult, style: Style): string[] {
	const right = "right" as const;
	const variesModel = Object.keys(axes).some((name) => MODEL_AXES.has(name) && axes[name]!.length > 1);
	const extra = objective.filter((name) => !SHOWN.has(name)).map((name) => COLUMN_OF[name]!);
	const columns = [
		{ title: "", align: right },
		...(variesModel ? [{ title: "parameters", align: right }, { title: "model" }] : []),
		{ title: "TP", align: right },
		{ title: "PP", align: right },
		{ title: "VPP", align: right },
		{ title: "DP", align: right },
		{ title: "MBS", align: right },
		{ title: "options" },
		{ title: "time", align: right },
		{ title: "90 %", align: right },
		{ title: "GB", align: right },
		{ title: "MFU", align: right },
		{ title: "bubble", align: right },
		{ title: "comm.", align: right },
		...extra.map(([, title]) => ({ title, align: right })),
		{ title: "limited by" },
	];
	const rows = best.map((one) => {
		const { model, parallel } = one.config;
		const { lowMs, highMs } = one.interval;
		return [
			one.rank === undefined ? "" : `${one.tiesBest ? "=" : ""}${one.rank}`,
			...(variesModel
				? [
						billions(one.parameters),
						`${model.numLayers} x ${model.hiddenSize}, FFN ${model.ffnHiddenSize}, ${model.numAttentionHeads} heads`,
					]
				: []),
			String(parallel.tensorModelParallelSize),
			String(parallel.pipelineModelParallelSize),
			String(parallel.virtualPipelineSize),
			String(parallel.dataParallelSize),
			String(parallel.microBatchSize),
			optionsOf(parallel),
			formatMs(one.iterationMs),
			range(lowMs, highMs),
			one.memoryGb.toFixed(1),
			formatShare(one.mfu),
			formatShare(one.bubbleShare),
			formatShare(one.exposedCommShare),
			...extra.map(([column]) => (one.objectives[column] ?? 0).toPrecision(4)),
			one.limitedBy,
		];
	});
	return formatTable(columns, rows, { heading: style.dim, width: style.width });
}

const MODEL_AXES = new Set(["num_layers", "hidden_size", "ffn_hidden_size", "num_attention_heads", "seq_length"]);

/** `685.1-872.2 ms`; both units where they differ. */
function range(lowMs: number, highMs: number): string {
	const [low, high] = [formatMs(lowMs), formatMs(highMs)];
	const unit = high.slice(high.indexOf(" "));
	return `${low.endsWith(unit) ? low.slice(0, -unit.length) : low}-${high}`;
}

function optionsOf(parallel: Parallel): string {
	const { contextParallelSize: cp, expertModelParallelSize: ep, schedule } = parallel;
	const options = [
		...(cp > 1 ? [`CP ${cp}`] : []),
		...(ep > 1 ? [`EP ${ep}`] : []),
		...(schedule === "1f1b" || schedule === "interleaved" ? [] : [schedule]),
		...(parallel.sequenceParallel ? ["SP"] : []),
		...(parallel.useDistributedOptimizer ? ["ZeRO-1"] : []),
		...(parallel.recompute === "none" ? [] : [`${parallel.recompute} recompute`]),
	];
	return options.length === 0 ? "-" : options.join(" ");
}

function tieLines({ ties, best }: SweepResult, style: Style): string[] {
	if (ties === 0) return [];
	const shown = best.filter(({ tiesBest }) => tiesBest).length;
	const others = ties === shown ? "" : `, and ${formatCount(ties - shown)} further ones`;
	return wrap(["= ties with the first one", `it lies within its 90 % interval${others}`], style.width).map((line) =>
		style.dim(line),
	);
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
	return section(title, [...bestLines(family.front, result, style), ...verdict], style);
}

function billions(parameters: number): string {
	return `${(parameters / 1e9).toPrecision(3)} B`;
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
