/** What both forms of a prediction say, from the times of its stages. */
import type { Breakdown } from "../analysis/index.js";
import type { HardwareConfig } from "../config/hardware.js";
import type { ModelConfig } from "../config/model.js";
import { type ParallelConfig, worldSize } from "../config/parallel.js";
import { type Footprint, footprint, type Site } from "../cost/energy.js";
import { type Throughput, throughput } from "../cost/flops.js";
import { NS_PER_MS } from "../lib/units.js";
import type { FrameworkOptions } from "../plan/blocks/rank-context.js";
import { type StageMemory, stageMemory } from "../plan/memory/stage-memory.js";
import type { StageTimes } from "./stage-times.js";
import type { Interval, Provenance } from "./uncertainty.js";
import { memoryWarnings, type PredictWarning } from "./warnings.js";

export interface PredictedJob {
	readonly model: ModelConfig;
	readonly parallel: ParallelConfig;
}

export interface Prediction {
	readonly base: PredictedJob;
	readonly target: PredictedJob;
	readonly hardware: HardwareConfig;
	readonly iterationMs: number;
	readonly interval: Interval;
	/** Of the stage that ends last. */
	readonly breakdown: Breakdown;
	readonly perStage: readonly StageTimes[];
	readonly memory: readonly StageMemory[];
	readonly throughput: Throughput;
	/** Of one step on all GPUs. */
	readonly footprint: Footprint;
	readonly site: Site;
	readonly provenance: readonly Provenance[];
	readonly warnings: readonly PredictWarning[];
}

interface Parts
	extends Pick<Prediction, "base" | "target" | "hardware" | "perStage" | "site" | "provenance" | "warnings"> {
	readonly options: Pick<FrameworkOptions, "attention">;
	readonly intervalOf: (iterationMs: number) => Interval;
}

export function predictionOf({ options, intervalOf, ...parts }: Parts): Prediction {
	const { target, hardware, perStage, site } = parts;
	const { model, parallel } = target;
	const last = perStage.reduce((a, b) => (b.iterationMs > a.iterationMs ? b : a));
	const { iterationMs } = last;
	const memory = stageMemory(model, parallel, options);
	return {
		...parts,
		iterationMs,
		interval: intervalOf(iterationMs),
		breakdown: last.breakdown,
		memory,
		throughput: throughput(model, parallel, hardware, iterationMs * NS_PER_MS),
		footprint: footprint(hardware, worldSize(parallel), gpuTime(perStage, iterationMs), site),
		warnings: [...memoryWarnings(memory, hardware), ...parts.warnings],
	};
}

/** The mean GPU; stages have equally many. One that is done before the step ends idles. */
function gpuTime(perStage: readonly StageTimes[], iterationMs: number) {
	const mean = (of: (parts: Breakdown) => number): number =>
		perStage.reduce((sum, stage) => sum + of(stage.breakdown), 0) / perStage.length;
	const computeMs = mean(({ exposedComputeMs, overlappedMs }) => exposedComputeMs + overlappedMs);
	const communicationMs = mean(({ exposedCommMs }) => exposedCommMs);
	return {
		computeNs: computeMs * NS_PER_MS,
		communicationNs: communicationMs * NS_PER_MS,
		idleNs: Math.max(0, iterationMs - computeMs - communicationMs) * NS_PER_MS,
	};
}
