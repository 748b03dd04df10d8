/**
 * What is said of a simulated configuration: pure functions of its job, its memory and its row. What follows from sums of
 * device time is NaN where the row has times alone.
 */
import { parameterCount } from "../config/model-size.js";
import { numMicroBatches } from "../config/parallel.js";
import { type Throughput, throughput } from "../cost/flops.js";
import { NS_PER_MS } from "../lib/units.js";
import type { SweepInputs } from "./inputs.js";
import type { Outcome } from "./objectives/outcome.js";
import type { SweepRow } from "./row.js";
import type { SweepJob } from "./space.js";

export const LIMITS = ["compute", "pipeline bubble", "communication"] as const;
export type Limit = (typeof LIMITS)[number];

export interface Measured extends SweepJob, Throughput {
	readonly row: SweepRow;
	/** What objectives look at. */
	readonly outcome: Outcome;
	readonly numMicroBatches: number;
	/** Of the whole model. */
	readonly parameters: number;
	/** Shares of the step of the mean GPU; communication counts from when all have arrived. */
	readonly computeShare: number;
	readonly exposedCommShare: number;
	readonly bubbleShare: number;
	readonly limitedBy: Limit;
}

/** What takes less than this share of a step does not limit it: there is more to gain from faster computing. */
const LIMITING = 0.2;

/** @param memoryBytes of the fullest stage */
export function measure({ hardware }: SweepInputs, job: SweepJob, memoryBytes: number, row: SweepRow): Measured {
	const { model, parallel, gpus } = job;
	const { iterationMs, breakdown, waitingCommMs } = row;
	const speed = throughput(model, parallel, hardware, iterationMs * NS_PER_MS);
	const computeMs = breakdown.exposedComputeMs + breakdown.overlappedMs;
	const bubbleShare = breakdown.otherMs / iterationMs;
	const exposedCommShare = breakdown.exposedCommMs / iterationMs;
	return {
		row,
		...job,
		...speed,
		outcome: {
			iterationMs,
			tokensPerIteration: parallel.globalBatchSize * model.seqLength,
			gpus,
			computeMs,
			// A GPU that waits in a collective spins: it takes the power of one that communicates.
			exposedCommMs: waitingCommMs,
			idleMs: Math.max(0, iterationMs - computeMs - waitingCommMs),
			memoryGb: memoryBytes / 1e9,
			memoryCapacityGb: hardware.gpu.memoryGb,
			mfu: speed.mfu,
		},
		numMicroBatches: numMicroBatches(parallel),
		parameters: parameterCount(model),
		computeShare: computeMs / iterationMs,
		exposedCommShare,
		bubbleShare,
		limitedBy: limitOf(bubbleShare, exposedCommShare),
	};
}

function limitOf(bubbleShare: number, exposedCommShare: number): Limit {
	if (Math.max(bubbleShare, exposedCommShare) < LIMITING) return "compute";
	return bubbleShare > exposedCommShare ? "pipeline bubble" : "communication";
}
