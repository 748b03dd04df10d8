/**
 * 1F1B without interleaving ("PipeDream-flush", Narayanan et al. 2021, arXiv 2104.04473, section 2.2.1): stage r runs
 * stages - r - 1 forward passes, then one forward and one backward in turns, then the backward passes that are left.
 */
import { Pass, PassList, type ScheduleShape, type StageSchedule } from "./passes.js";

export function oneForwardOneBackward({ stages, microBatches }: ScheduleShape, stage: number): StageSchedule {
	const warmup = Math.min(stages - stage - 1, microBatches);
	const passes = new PassList();
	for (let i = 0; i < warmup; i++) passes.add(Pass.forward, i);
	for (let i = warmup; i < microBatches; i++) {
		passes.add(Pass.forward, i);
		passes.add(Pass.backward, i - warmup);
	}
	for (let i = microBatches - warmup; i < microBatches; i++) passes.add(Pass.backward, i);
	return passes.finish(warmup);
}
