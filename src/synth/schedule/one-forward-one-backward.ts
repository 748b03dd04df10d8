/**
 * 1F1B without interleaving (Narayanan et al. 2021, `forward_backward_pipelining_without_interleaving` of Megatron-LM),
 * and ZB-H1 (Qi et al. 2023): the same order, but the gradients of the weights are put off by as many micro-batches as
 * there are stages before this one, so that they fill the bubble at the end while no stage holds more than in 1F1B.
 */
import { type Action, exchange, type Stage } from "./types.js";

export function oneForwardOneBackward({ stage, stages, microBatches, split }: Stage & { split: boolean }): Action[] {
	const isFirst = stage === 0;
	const isLast = stage === stages - 1;
	// A stage runs ahead by as many forwards as there are stages behind it.
	const warmUp = Math.min(stages - 1 - stage, microBatches);
	const actions: Action[] = [];
	let backwards = 0;
	let weights = 0;
	const forward = (microBatch: number): number => actions.push({ type: "forward", microBatch, chunk: 0 });
	const backward = (): number => actions.push({ type: "backward", microBatch: backwards++, chunk: 0 });
	const weightsUpTo = (count: number): void => {
		while (split && weights < count) actions.push({ type: "weights", microBatch: weights++, chunk: 0 });
	};

	for (let i = 0; i < warmUp; i++) {
		actions.push(...exchange(!isFirst && "receive previous"));
		forward(i);
		actions.push(...exchange(!isLast && "send next"));
	}
	if (warmUp < microBatches) actions.push(...exchange(!isFirst && "receive previous"));
	for (let i = warmUp; i < microBatches; i++) {
		forward(i);
		actions.push(...exchange(!isLast && "send next", !isLast && "receive next"));
		backward();
		const more = i + 1 < microBatches;
		actions.push(...exchange(!isFirst && "send previous", !isFirst && more && "receive previous"));
		weightsUpTo(backwards - stage);
	}
	for (let i = 0; i < warmUp; i++) {
		actions.push(...exchange(!isLast && "receive next"));
		backward();
		actions.push(...exchange(!isFirst && "send previous"));
		weightsUpTo(backwards - stage);
	}
	weightsUpTo(microBatches);
	return actions;
}
