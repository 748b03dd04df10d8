/** The passes that a pipeline stage runs, in order: what every schedule gives. */

import { growableU8, growableU32 } from "../../lib/growable.js";

export const Pass = {
	forward: 0,
	/** The backward pass; where weight gradients are a pass of their own, the gradient of the input only. */
	backward: 1,
	/** The gradient of the weights. */
	weight: 2,
} as const;
export type Pass = (typeof Pass)[keyof typeof Pass];

/** One entry a pass. */
export interface StageSchedule {
	readonly pass: Uint8Array;
	readonly microBatch: Uint32Array;
	/** The model chunk of the stage, below the number of virtual stages of a rank. */
	readonly chunk: Uint8Array;
	/** Forward passes before the first backward pass. */
	readonly warmup: number;
}

export interface ScheduleShape {
	/** Pipeline stages. */
	readonly stages: number;
	/** Model chunks a stage; 1 unless the schedule interleaves. */
	readonly chunks: number;
	readonly microBatches: number;
}

/** Collects the passes of one stage. */
export class PassList {
	readonly #pass = growableU8();
	readonly #microBatch = growableU32();
	readonly #chunk = growableU8();

	add(pass: Pass, microBatch: number, chunk = 0): void {
		this.#pass.push(pass);
		this.#microBatch.push(microBatch);
		this.#chunk.push(chunk);
	}

	finish(warmup: number): StageSchedule {
		return {
			pass: this.#pass.view().slice(),
			microBatch: this.#microBatch.view().slice(),
			chunk: this.#chunk.view().slice(),
			warmup,
		};
	}
}
