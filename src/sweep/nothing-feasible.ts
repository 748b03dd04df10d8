/** A sweep that finds nothing that could run says what comes nearest. */
import { degreesText, type ParallelConfig } from "../config/parallel.js";
import { UserError } from "../lib/errors.js";
import { stageMemory } from "../plan/memory/stage-memory.js";
import type { SweepSpace } from "./space.js";
import type { Survey } from "./survey.js";

const gb = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** @throws UserError where no configuration fits. */
export function refuseInfeasible(space: SweepSpace, { feasible, nearest, example }: Survey): void {
	if (feasible.length > 0) return;
	if (nearest === undefined)
		throw new UserError(`none of the ${space.total} combinations is valid; of the most frequent kind: ${example}`);
	const { hardware, options } = space.inputs;
	const { model, parallel, gpus } = space.jobAt(nearest.index);
	const stages = stageMemory(model, parallel, options);
	const worst = stages.reduce((a, b) => (b.peakBytes > a.peakBytes ? b : a));
	const parts: readonly (readonly [string, number])[] = [
		["activations", worst.activationsBytes],
		["optimizer states", worst.optimizerBytes],
		["parameters and gradients", worst.parametersBytes + worst.gradientsBytes],
	];
	const [what, bytes] = parts.reduce((a, b) => (b[1] > a[1] ? b : a));
	const { memoryGb, name } = hardware.gpu;
	throw new UserError(
		`no configuration of ${model.name} on ${gpus} GPUs fits the ${memoryGb} GB of ${name}: the nearest, ${degreesOf(parallel)}, needs ${gb(nearest.peakBytes)} GB, ${gb(nearest.peakBytes - memoryGb * 1e9)} GB too many (${what} ${gb(bytes)} GB); give more GPUs, or widen the grid`,
	);
}

/** `TP 8 PP 8 DP 8, micro-batch 1, recompute full, ZeRO-1`: for one line. */
export function degreesOf(parallel: ParallelConfig): string {
	return [
		degreesText(parallel),
		`micro-batch ${parallel.microBatchSize}`,
		...(parallel.recompute === "none" ? [] : [`recompute ${parallel.recompute}`]),
		...(parallel.sequenceParallel ? ["sequence parallel"] : []),
		...(parallel.useDistributedOptimizer ? ["ZeRO-1"] : []),
	].join(", ");
}
