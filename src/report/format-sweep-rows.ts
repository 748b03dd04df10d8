/** Configurations of a sweep as a table: one line each, what they are, what they take, what limits them. */
import { formatMs, formatShare } from "../lib/format.js";
import type { Style } from "./style.js";
import type { SweepResult } from "./sweep-result.js";
import { formatTable } from "./table.js";

type Best = SweepResult["best"][number];
type Parallel = Best["config"]["parallel"];

/** Axes that make another model. */
const MODEL_AXES = new Set(["num_layers", "hidden_size", "ffn_hidden_size", "num_attention_heads", "seq_length"]);

/** Objectives that have no column of their own. */
const SHOWN = new Set(["iteration-time", "mfu", "throughput", "memory-headroom"]);
const COLUMN_OF: Readonly<Record<string, readonly [column: string, title: string]>> = {
	"training-time": ["training_hours", "hours"],
	"gpu-hours": ["gpu_hours", "GPU hours"],
	cost: ["cost", "cost"],
	energy: ["energy_kwh", "kWh"],
	carbon: ["carbon_kg", "kg CO2"],
};

/** @param best some of the result's configurations */
export function sweepRows(best: readonly Best[], { objective, axes }: SweepResult, style: Style): string[] {
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

export function billions(parameters: number): string {
	return `${(parameters / 1e9).toPrecision(3)} B`;
}
