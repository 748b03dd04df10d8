/**
 * Interleaved 1F1B (Narayanan et al. 2021, `forward_backward_pipelining_with_interleaving` of Megatron-LM): each stage
 * holds several chunks of the model and passes micro-batches through them in groups of as many as there are stages.
 */
import { type Action, exchange, type Stage } from "./types.js";

export function interleaved({ stage, stages, microBatches, chunks }: Stage & { chunks: number }): Action[] {
	const total = microBatches * chunks;
	const warmUp = Math.min(total, 2 * (stages - stage - 1) + (chunks - 1) * stages);
	const isFirst = stage === 0;
	const isLast = stage === stages - 1;
	const chunkOf = (k: number, forward: boolean): number => {
		const chunk = Math.floor((k % (stages * chunks)) / stages);
		return forward ? chunk : chunks - 1 - chunk;
	};
	const microBatchOf = (k: number): number => Math.floor(k / (stages * chunks)) * stages + (k % stages);
	const pass = (type: "forward" | "backward", k: number): Action => ({
		type,
		microBatch: microBatchOf(k),
		chunk: chunkOf(k, type === "forward"),
	});
	// The ends of the model have nobody to exchange with, the inner chunks wrap around from the last stage to the first.
	const sendsForward = (k: number): boolean => !(isLast && chunkOf(k, true) === chunks - 1);
	const receivesForward = (k: number): boolean => k < total && !(isFirst && chunkOf(k, true) === 0);
	const sendsBackward = (k: number): boolean => !(isFirst && chunkOf(k, false) === 0);
	const receivesBackward = (k: number): boolean => k < total && !(isLast && chunkOf(k, false) === chunks - 1);

	const actions: Action[] = [...exchange(receivesForward(0) && "receive previous")];
	for (let k = 0; k < warmUp; k++) {
		actions.push(pass("forward", k));
		const beginsBackward = k === warmUp - 1 && warmUp < total && receivesBackward(0);
		actions.push(
			...exchange(
				sendsForward(k) && "send next",
				receivesForward(k + 1) && "receive previous",
				beginsBackward && "receive next",
			),
		);
	}
	if (warmUp === 0) actions.push(...exchange(receivesBackward(0) && "receive next"));
	for (let k = 0; k < total - warmUp; k++) {
		const f = warmUp + k;
		actions.push(pass("forward", f), pass("backward", k));
		actions.push(
			...exchange(
				sendsForward(f) && "send next",
				receivesForward(f + 1) && "receive previous",
				sendsBackward(k) && "send previous",
				receivesBackward(k + 1) && "receive next",
			),
		);
	}
	if (warmUp === total) actions.push(...exchange(receivesBackward(0) && "receive next"));
	for (let k = total - warmUp; k < total; k++) {
		actions.push(pass("backward", k));
		actions.push(...exchange(sendsBackward(k) && "send previous", receivesBackward(k + 1) && "receive next"));
	}
	return actions;
}
