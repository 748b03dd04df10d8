/** How long a measured configuration takes on described hardware. */
import type { HardwareConfig } from "../../config/hardware.js";
import { iteration, type Measurable } from "../../cost/calibrate/observations.js";
import { costModel } from "../../cost/cost-model.js";
import type { FrameworkOptions } from "../../plan/blocks/rank-context.js";
import { buildPlan } from "../../plan/build-plan.js";
import { runPlan } from "../../plan/run/index.js";
import type { MeasuredRow } from "./rows.js";

type Configuration = Pick<MeasuredRow, "model" | "parallel">;

/** One step, milliseconds. */
export function simulateRow(
	{ model, parallel }: Configuration,
	hardware: HardwareConfig,
	options: FrameworkOptions,
): number {
	return runPlan(buildPlan({ model, parallel, hardware, cost: costModel(hardware), options })).makespanNs / 1e6;
}

/** The same as something that hardware can be fitted to. */
export function rowMeasurable(row: MeasuredRow, options: FrameworkOptions): Measurable {
	return iteration(describeRow(row), (hardware) => simulateRow(row, hardware, options));
}

/** `8 GPUs tp2 pp2 dp2, batch 64 of 4, 24 x 2048, seq 1024`. */
export function describeRow({ gpus, model, parallel }: MeasuredRow): string {
	const { tensorModelParallelSize: tp, pipelineModelParallelSize: pp, dataParallelSize: dp } = parallel;
	const batch = `batch ${parallel.globalBatchSize} of ${parallel.microBatchSize}`;
	return `step on ${gpus} GPUs, tp${tp} pp${pp} dp${dp}, ${batch}, ${model.numLayers} x ${model.hiddenSize}, seq ${model.seqLength}`;
}
