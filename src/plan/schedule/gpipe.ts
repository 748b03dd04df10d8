/** GPipe (Huang et al. 2019, arXiv 1811.06965): all forward passes, then all backward passes. */
import { Pass, PassList, type ScheduleShape, type StageSchedule } from "./passes.js";

export function allForwardAllBackward({ microBatches }: ScheduleShape): StageSchedule {
	const passes = new PassList();
	for (let i = 0; i < microBatches; i++) passes.add(Pass.forward, i);
	for (let i = 0; i < microBatches; i++) passes.add(Pass.backward, i);
	return passes.finish(microBatches);
}
