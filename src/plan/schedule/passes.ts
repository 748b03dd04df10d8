/** The passes that a pipeline stage runs, in order: what every schedule gives. */

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
	readonly #pass: number[] = [];
	readonly #microBatch: number[] = [];
	readonly #chunk: number[] = [];

	add(pass: Pass, microBatch: number, chunk = 0): void {
		this.#pass.push(pass);
		this.#microBatch.push(microBatch);
		this.#chunk.push(chunk);
	}

	finish(warmup: number): StageSchedule {
		return {
			pass: Uint8Array.from(this.#pass),
			microBatch: Uint32Array.from(this.#microBatch),
			chunk: Uint8Array.from(this.#chunk),
			warmup,
		};
	}
}
