/** A prediction for people who have to decide: how long, why, does it fit, what does it cost, how sure is it. */
import { degreesText } from "../config/parallel.js";
import { formatCount, formatMs, formatShare, formatSignedPct } from "../lib/format.js";
import { plural, section, warningLines, wrap } from "./format-parts.js";
import type { PredictResult } from "./predict-result.js";
import { createStyle, type Look, type Style } from "./style.js";
import { formatTable } from "./table.js";

const right = "right" as const;

type Parallel = PredictResult["base"]["parallel"];
type Identity = NonNullable<PredictResult["identity"]>;

export function formatPredict(result: PredictResult, perfettoPath: string | undefined, look: Look): string {
	const style = createStyle(look);
	return [
		...headLines(result, style),
		...section("Prediction", decisionLines(result, style), style),
		...section("Stages", stageLines(result, style), style),
		...section("Memory of a GPU, GB", memoryLines(result, style), style),
		...section("What the time rests on", provenanceLines(result), style),
		...warningLines(result.warnings, style),
		"",
		...(perfettoPath === undefined
			? []
			: [`${style.heading("Timeline")}  ${perfettoPath}  ${style.dim("open it in https://ui.perfetto.dev")}`]),
		...timeLines(result, style),
		"",
	].join("\n");
}

function headLines({ base, target, identity }: PredictResult, style: Style): string[] {
	const { model, hardware, gpus } = target;
	const network = `${hardware.nicsPerNode} x ${hardware.gbitPerS} Gb/s a node`;
	const batch = `global batch ${formatCount(target.parallel.globalBatchSize)} in ${plural(target.numMicroBatches, "micro-batch", "micro-batches")} of ${target.parallel.microBatchSize}`;
	const lines = [
		`${style.heading("Predict")}  ${model.name}: ${plural(model.numLayers, "layer")} of ${formatCount(model.hiddenSize)}, sequences of ${formatCount(model.seqLength)}`,
		`         ${plural(gpus, "GPU")} ${hardware.gpu}, ${network}`,
		`         ${degreesText(target.parallel)} ${target.parallel.schedule}, ${batch}`,
	];
	if (identity === undefined) return lines;
	return [`${style.heading("Check")}    ${checkText(base.parallel, identity)}`, ...lines];
}

/** How the plan of the traced run itself is to its replay. */
export function checkText(parallel: Parallel, { replayMs, identityMs, errorPct }: Identity): string {
	const plan = `replay ${formatMs(replayMs)}, its own plan ${formatMs(identityMs)}, ${formatSignedPct(errorPct)}`;
	return `the traced run, ${degreesText(parallel)} ${parallel.schedule}: ${plan}`;
}

function decisionLines({ iterationMs, interval, breakdown, throughput, memory, energy }: PredictResult, style: Style) {
	const range = `90 %: ${formatMs(interval.lowMs)} to ${formatMs(interval.highMs)}`;
	const parts = [
		["compute", breakdown.exposedComputeMs],
		["overlapped", breakdown.overlappedMs],
		["communication and waiting", breakdown.exposedCommMs],
		["idle", breakdown.otherMs],
	] as const;
	const fits = memory.fits ? style.good("fits") : style.bad("does not fit");
	const rows = [
		["iteration", `${style.heading(formatMs(iterationMs))}  ${style.dim(range)}`],
		["", parts.map(([name, ms]) => `${name} ${formatShare(ms / iterationMs)}`).join(", ")],
		["throughput", `${formatCount(throughput.tokensPerSecond)} tokens/s`],
		["a GPU", `${throughput.tflopsPerGpu.toFixed(1)} model TFLOP/s, MFU ${formatShare(throughput.mfu)}`],
		["memory", `${memory.peakGb.toFixed(1)} of ${memory.gpuGb} GB: ${fits}`],
		[
			"a step takes",
			`${energy.kwh.toPrecision(3)} kWh, ${energy.co2Kg.toPrecision(3)} kg CO2 (PUE ${energy.pue}, ${energy.kgCo2PerKwh} kg/kWh)`,
		],
	];
	return formatTable([{ title: "" }, { title: "" }], rows, { width: style.width });
}

function stageLines({ perStage }: PredictResult, style: Style): string[] {
	const columns = ["stage", "time", "bubble", "", "compute", "overlapped", "communication", "idle"];
	const rows = perStage.map(({ stage, iterationMs, bubbleMs, breakdown }) => [
		String(stage),
		formatMs(iterationMs),
		formatMs(bubbleMs),
		formatShare(bubbleMs / iterationMs),
		formatMs(breakdown.exposedComputeMs),
		formatMs(breakdown.overlappedMs),
		formatMs(breakdown.exposedCommMs),
		formatMs(breakdown.otherMs),
	]);
	return table(columns, rows, style);
}

function memoryLines({ memory }: PredictResult, style: Style): string[] {
	const columns = [
		"stage",
		"peak",
		"parameters",
		"gradients",
		"optimizer",
		"activations",
		"working",
		"comm.",
		"reserved",
	];
	const rows = memory.perStage.map((stage) => [
		String(stage.stage),
		stage.peakGb > memory.gpuGb ? style.bad(stage.peakGb.toFixed(1)) : stage.peakGb.toFixed(1),
		...[
			stage.parametersGb,
			stage.gradientsGb,
			stage.optimizerGb,
			stage.activationsGb,
			stage.workingGb,
			stage.communicationGb,
			stage.reservedGb,
		].map((gb) => gb.toFixed(1)),
	]);
	return table(columns, rows, style);
}

function table(titles: readonly string[], rows: readonly string[][], style: Style): string[] {
	const columns = titles.map((title) => ({ title, align: right }));
	return formatTable(columns, rows, { heading: style.dim, width: style.width });
}

function provenanceLines({ provenance }: PredictResult): string[] {
	const rows = [...provenance]
		.sort((a, b) => b.shareOfTime - a.shareOfTime)
		.map(({ what, source, shareOfTime }) => [what, source, formatShare(shareOfTime)]);
	return formatTable([{ title: "" }, { title: "" }, { title: "", align: right }], rows);
}

function timeLines({ timing, identity }: PredictResult, style: Style): string[] {
	const read = identity
		? ([
				["read", timing.ingestMs],
				["graph", timing.graphMs],
			] as const)
		: [];
	const parts = [...read, ["predict", timing.predictMs] as const, ["total", timing.totalMs] as const];
	const times = parts.map(([name, ms]) => `${name} ${ms < 1000 ? `${Math.round(ms)} ms` : formatMs(ms)}`);
	return wrap([...times, `peak ${timing.peakRssMb.toFixed(0)} MB`], style.width).map(style.dim);
}
