/** What a reader of a prediction should know before relying on it. */
import type { HardwareConfig, MeasuredCollective } from "../config/hardware.js";
import type { ModelConfig } from "../config/model.js";
import { type ParallelConfig, worldSize } from "../config/parallel.js";
import { rankShare } from "../plan/blocks/rank-share.js";
import type { StageMemory } from "../plan/memory/stage-memory.js";

export interface PredictWarning {
	/** Stable, kebab-case. */
	readonly code: string;
	readonly message: string;
	readonly count: number;
}

/** The model of matrix products was fitted to an H100's with inner sizes from and to; see cost/gemm.ts. */
const FITTED_GPU = /\bH100\b/;
const FITTED_K = { from: 768, to: 50_304 };

const gb = (bytes: number): string => (bytes / 1e9).toFixed(1);

export function memoryWarnings(stages: readonly StageMemory[], { gpu }: HardwareConfig): PredictWarning[] {
	const tooLarge = stages.filter(({ peakBytes }) => peakBytes > gpu.memoryGb * 1e9);
	if (tooLarge.length === 0) return [];
	const worst = tooLarge.reduce((a, b) => (b.peakBytes > a.peakBytes ? b : a));
	const parts: readonly (readonly [string, number])[] = [
		["activations", worst.activationsBytes],
		["optimizer states", worst.optimizerBytes],
		["parameters and gradients", worst.parametersBytes + worst.gradientsBytes],
	];
	const [what, bytes] = parts.reduce((a, b) => (b[1] > a[1] ? b : a));
	const message = `stage ${worst.stage} needs ${gb(worst.peakBytes)} GB of the ${gpu.memoryGb} GB of ${gpu.name}, ${what} ${gb(bytes)} GB of it`;
	return [{ code: "does-not-fit", message, count: tooLarge.length }];
}

/** What of the target lies outside of that to which the cost models were fitted. */
export function rangeWarnings(
	model: ModelConfig,
	parallel: ParallelConfig,
	hardware: HardwareConfig,
	measured: readonly MeasuredCollective[],
): PredictWarning[] {
	const warnings: PredictWarning[] = [];
	const outside = (message: string): void => {
		warnings.push({ code: "outside-calibrated-range", message, count: 1 });
	};
	const { gpu, efficiency } = hardware;
	if (efficiency.source === undefined && !FITTED_GPU.test(gpu.name))
		outside(
			`the efficiencies of ${gpu.name} are those of an H100; "lumos calibrate" fits a description to measurements`,
		);
	if (parallel.dtype === "fp32") outside("matrix products in fp32; the model is fitted to 16 bits and fp8");
	const { hidden, ffn, attentionColumns } = rankShare(model, parallel);
	for (const [what, k] of [
		["hidden size", hidden],
		["FFN of a rank", ffn],
		["attention of a rank", attentionColumns],
	] as const) {
		if (k < FITTED_K.from || k > FITTED_K.to)
			outside(`matrix products over the ${what}, ${k}; they are fitted from ${FITTED_K.from} to ${FITTED_K.to}`);
	}
	const largest = measured.reduce((most, { size }) => Math.max(most, size), 0);
	const world = worldSize(parallel);
	if (largest > 0 && world > largest)
		outside(`collectives of up to ${world} ranks; measured are those of up to ${largest}`);
	return warnings;
}
