/** All forwards, then all backwards in reverse order (Huang et al. 2019). */
import { type Action, exchange, type Stage } from "./types.js";

export function gpipe({ stage, stages, microBatches }: Stage): Action[] {
	const isFirst = stage === 0;
	const isLast = stage === stages - 1;
	const actions: Action[] = [];
	for (let microBatch = 0; microBatch < microBatches; microBatch++) {
		actions.push(...exchange(!isFirst && "receive previous"));
		actions.push({ type: "forward", microBatch, chunk: 0 });
		actions.push(...exchange(!isLast && "send next"));
	}
	for (let microBatch = microBatches - 1; microBatch >= 0; microBatch--) {
		actions.push(...exchange(!isLast && "receive next"));
		actions.push({ type: "backward", microBatch, chunk: 0 });
		actions.push(...exchange(!isFirst && "send previous"));
	}
	return actions;
}
