/**
 * ZB-H1 (Qi et al. 2023, arXiv 2401.10241): 1F1B with the backward pass split in two. The gradient of the input goes on
 * to the stage before at once; the gradient of the weights, which nobody waits for, is put off by as many micro-batches
 * as the stage's number, so that it fills the bubble at the end while no stage keeps more micro-batches than the first
 * stage of 1F1B does.
 */
import { Pass, PassList, type ScheduleShape, type StageSchedule } from "./passes.js";

export function zeroBubbleH1({ stages, microBatches }: ScheduleShape, stage: number): StageSchedule {
	const warmup = Math.min(stages - stage - 1, microBatches);
	const passes = new PassList();
	for (let i = 0; i < warmup; i++) passes.add(Pass.forward, i);
	for (let i = 0; i < microBatches; i++) {
		if (warmup + i < microBatches) passes.add(Pass.forward, warmup + i);
		passes.add(Pass.backward, i);
		if (i >= stage) passes.add(Pass.weight, i - stage);
	}
	for (let i = Math.max(0, microBatches - stage); i < microBatches; i++) passes.add(Pass.weight, i);
	return passes.finish(warmup);
}
