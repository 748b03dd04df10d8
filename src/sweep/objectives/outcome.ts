/** What objectives are made of: one simulated configuration, and the training that it would serve. */
import type { HardwareConfig } from "../../config/hardware.js";
import { type Footprint, footprint, type Site } from "../../cost/energy.js";
import { NS_PER_MS } from "../../lib/units.js";

const MS_PER_HOUR = 3.6e6;

/** One simulated configuration. The three parts of the mean GPU's iteration add up to `iterationMs`. */
export interface Outcome {
	readonly iterationMs: number;
	readonly tokensPerIteration: number;
	readonly gpus: number;
	/** Communication that it hides included. */
	readonly computeMs: number;
	/** Communication that nothing hides. */
	readonly exposedCommMs: number;
	readonly idleMs: number;
	/** Of the GPU that needs most, 10^9 bytes. */
	readonly memoryGb: number;
	readonly memoryCapacityGb: number;
	/** Model FLOPs utilisation, 0 to 1. */
	readonly mfu: number;
}

/** The training that is planned, and what it runs on. */
export interface Training {
	readonly hardware: HardwareConfig;
	readonly site: Site;
	/** Tokens to train on. */
	readonly tokenBudget: number;
	/** Price of one GPU for an hour, in any currency; without it nothing costs anything that could be compared. */
	readonly gpuHourCost?: number;
}

export function tokensPerSecond({ tokensPerIteration, iterationMs }: Outcome): number {
	return (tokensPerIteration / iterationMs) * 1e3;
}

/** Iterations that the token budget takes; the last one counts as far as it is needed. */
export function iterations({ tokensPerIteration }: Outcome, { tokenBudget }: Training): number {
	return tokenBudget / tokensPerIteration;
}

/** Hours from the first iteration to the last, restarts and checkpoints apart. */
export function trainingHours(outcome: Outcome, training: Training): number {
	return (iterations(outcome, training) * outcome.iterationMs) / MS_PER_HOUR;
}

/** Hours of all GPUs together. */
export function gpuHours(outcome: Outcome, training: Training): number {
	return trainingHours(outcome, training) * outcome.gpus;
}

/** Energy and carbon of the whole training. */
export function trainingFootprint(outcome: Outcome, training: Training): Footprint {
	const periodNs = iterations(outcome, training) * NS_PER_MS;
	const time = {
		computeNs: outcome.computeMs * periodNs,
		communicationNs: outcome.exposedCommMs * periodNs,
		idleNs: outcome.idleMs * periodNs,
	};
	return footprint(training.hardware, outcome.gpus, time, training.site);
}
