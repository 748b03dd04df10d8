/** What is said of a simulated configuration: pure functions of its job, its memory and its row. */
import { parameterCount } from "../config/model-size.js";
import { numMicroBatches } from "../config/parallel.js";
import { type Footprint, footprint, type Site } from "../cost/energy.js";
import { type Throughput, throughput } from "../cost/flops.js";
import { NS_PER_MS } from "../lib/units.js";
import type { SweepInputs } from "./inputs.js";
import type { SweepRow } from "./row.js";
import type { SweepJob } from "./space.js";

export const LIMITS = ["compute", "pipeline bubble", "communication"] as const;
export type Limit = (typeof LIMITS)[number];

export interface Measured extends SweepRow, SweepJob, Throughput {
	readonly numMicroBatches: number;
	/** Of the whole model. */
	readonly parameters: number;
	/** Of the fullest stage. */
	readonly memoryBytes: number;
	readonly memoryHeadroomBytes: number;
	/** Shares of the step of the mean GPU. */
	readonly computeShare: number;
	readonly exposedCommShare: number;
	readonly bubbleShare: number;
	readonly limitedBy: Limit;
	/** Of one step on all GPUs. */
	readonly footprint: Footprint;
}

/** What takes less than this share of a step does not limit it: there is more to gain from faster computing. */
const LIMITING = 0.2;

export function measure(inputs: SweepInputs, job: SweepJob, memoryBytes: number, row: SweepRow, site: Site): Measured {
	const { model, parallel, gpus } = job;
	const { hardware } = inputs;
	const { iterationMs, breakdown, waitingCommMs } = row;
	const computeMs = breakdown.exposedComputeMs + breakdown.overlappedMs;
	const bubbleShare = breakdown.otherMs / iterationMs;
	const exposedCommShare = breakdown.exposedCommMs / iterationMs;
	const time = {
		computeNs: computeMs * NS_PER_MS,
		communicationNs: waitingCommMs * NS_PER_MS,
		idleNs: Math.max(0, iterationMs - computeMs - waitingCommMs) * NS_PER_MS,
	};
	return {
		...row,
		...job,
		...throughput(model, parallel, hardware, iterationMs * NS_PER_MS),
		numMicroBatches: numMicroBatches(parallel),
		parameters: parameterCount(model),
		memoryBytes,
		memoryHeadroomBytes: hardware.gpu.memoryGb * 1e9 - memoryBytes,
		computeShare: computeMs / iterationMs,
		exposedCommShare,
		bubbleShare,
		limitedBy: limitOf(bubbleShare, exposedCommShare),
		footprint: footprint(hardware, gpus, time, site),
	};
}

function limitOf(bubbleShare: number, exposedCommShare: number): Limit {
	if (Math.max(bubbleShare, exposedCommShare) < LIMITING) return "compute";
	return bubbleShare > exposedCommShare ? "pipeline bubble" : "communication";
}
