/** Puts a prediction together as the document `lumos.predict/1`. */
import { numMicroBatches, worldSize } from "../config/parallel.js";
import type { StageMemory } from "../plan/memory/stage-memory.js";
import type { Prediction } from "../predict/prediction.js";
import type { Identity } from "../predict/traced-prediction.js";
import type { PredictResult } from "./predict-result.js";

const GB = 1e9;

export function assemblePredict(
	prediction: Prediction & { readonly identity?: Identity },
	timing: PredictResult["timing"],
): PredictResult {
	const { base, target, hardware, memory, footprint, site } = prediction;
	const { model, parallel } = target;
	const peakGb = memory.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0) / GB;
	return {
		schema: "lumos.predict/1",
		base: { model: base.model, parallel: base.parallel },
		target: {
			model,
			parallel,
			gpus: worldSize(parallel),
			numMicroBatches: numMicroBatches(parallel),
			hardware: {
				name: hardware.name,
				gpu: hardware.gpu.name,
				gpusPerNode: hardware.node.gpusPerNode,
				nicsPerNode: hardware.network.nicsPerNode,
				gbitPerS: hardware.network.gbitPerS,
			},
		},
		...(prediction.identity ? { identity: prediction.identity } : {}),
		iterationMs: prediction.iterationMs,
		interval: prediction.interval,
		breakdown: prediction.breakdown,
		perStage: prediction.perStage.map(({ working: _, ...stage }) => stage),
		memory: {
			peakGb,
			gpuGb: hardware.gpu.memoryGb,
			fits: peakGb <= hardware.gpu.memoryGb,
			perStage: memory.map(inGb),
		},
		throughput: prediction.throughput,
		energy: {
			kwh: footprint.kwh,
			itKwh: footprint.itKwh,
			co2Kg: footprint.operationalKgCo2,
			embodiedCo2Kg: footprint.embodiedKgCo2,
			kwhPerMillionTokens: (footprint.kwh * 1e6) / (parallel.globalBatchSize * model.seqLength),
			pue: site.pue,
			kgCo2PerKwh: site.kgCo2PerKwh,
		},
		provenance: [...prediction.provenance],
		warnings: [...prediction.warnings],
		timing,
	};
}

function inGb(stage: StageMemory): PredictResult["memory"]["perStage"][number] {
	return {
		stage: stage.stage,
		parameters: Math.round(stage.parameters),
		peakGb: stage.peakBytes / GB,
		parametersGb: stage.parametersBytes / GB,
		gradientsGb: stage.gradientsBytes / GB,
		optimizerGb: stage.optimizerBytes / GB,
		activationsGb: stage.activationsBytes / GB,
		workingGb: stage.workingBytes / GB,
		communicationGb: stage.communicationBytes / GB,
		reservedGb: stage.reservedBytes / GB,
	};
}
